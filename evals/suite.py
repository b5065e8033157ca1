"""Which metrics a run computes. Importing this loads Ragas, which takes seconds: only a run does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evals.judge_choice import JudgeChoice
from evals.metrics.base import Metric
from evals.metrics.citation_precision import CitationPrecision
from evals.metrics.context_ids import context_id_metrics
from evals.metrics.fact_recall import FactRecall
from evals.metrics.forbidden_absent import ForbiddenAbsent
from evals.metrics.outcome_match import OutcomeMatch
from evals.metrics.reference_similarity import reference_metrics
from evals.metrics.refusal_category_match import RefusalCategoryMatch
from evals.metrics.source_hit import SourceHit


@asynccontextmanager
async def metric_suite(judge: JudgeChoice | None) -> AsyncIterator[list[Metric]]:
    """The deterministic metrics, Ragas's without a model, and with a judge Ragas's with one."""
    metrics: list[Metric] = [
        OutcomeMatch(),
        RefusalCategoryMatch(),
        FactRecall(),
        SourceHit(),
        CitationPrecision(),
        ForbiddenAbsent(),
        *context_id_metrics(),
        *reference_metrics(),
    ]
    if judge is None:
        yield metrics
        return
    # The providers' SDKs take seconds more to import.
    from evals.judged_suite import judged_metrics  # noqa: PLC0415

    async with judged_metrics(judge) as judged:
        yield [*metrics, *judged]
