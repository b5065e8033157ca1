"""Retrieval by document id, scored by Ragas without a model."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Protocol

from ragas import SingleTurnSample

from evals.answers import Answer
from evals.metrics.base import NON_LLM

with warnings.catch_warnings():
    # Ragas 0.4 announces another place for these two, but does not have them there.
    warnings.simplefilter("ignore", DeprecationWarning)
    from ragas.metrics import IDBasedContextPrecision, IDBasedContextRecall


class _IdMetric(Protocol):
    name: str

    async def single_turn_ascore(self, sample: SingleTurnSample) -> float: ...


@dataclass(frozen=True, slots=True)
class ContextIds:
    """One of Ragas's ID-based metrics over the retrieved documents and the expected ones.

    Recall is the share of the expected documents that were retrieved: where any one of several holds the answer, less
    than 1 can be enough. Precision is the share of the retrieved documents that are expected. Applies to cases with
    expected sources in which something was retrieved.
    """

    metric: _IdMetric
    scorer: str = NON_LLM

    @property
    def name(self) -> str:
        return self.metric.name

    async def score(self, answer: Answer) -> float | None:
        expected, retrieved = list(answer.case.case.expected_sources), list(answer.retrieved_ids)
        if not expected or not retrieved:
            return None
        sample = SingleTurnSample(retrieved_context_ids=retrieved, reference_context_ids=expected)
        return await self.metric.single_turn_ascore(sample)


def context_id_metrics() -> list[ContextIds]:
    return [ContextIds(IDBasedContextRecall()), ContextIds(IDBasedContextPrecision())]
