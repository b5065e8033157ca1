"""The metrics that need no model."""

from __future__ import annotations

import pytest

from evals.metrics.base import MetricError, score_of
from evals.metrics.citation_precision import CitationPrecision
from evals.metrics.fact_recall import FactRecall, normalise
from evals.metrics.forbidden_absent import ForbiddenAbsent
from evals.metrics.outcome_match import OutcomeMatch
from evals.metrics.refusal_category_match import RefusalCategoryMatch
from evals.metrics.source_hit import SourceHit
from evals.suite import metric_suite
from nightdesk.v1 import common_pb2
from tests.unit.evals.conftest import MakeAnswer

ANSWERED, UNANSWERED, REFUSED = (
    common_pb2.FINISH_REASON_ANSWERED,
    common_pb2.FINISH_REASON_UNANSWERED,
    common_pb2.FINISH_REASON_REFUSED,
)


@pytest.mark.parametrize(
    ("expected", "finish_reason", "score"),
    [
        ("answered", ANSWERED, 1.0),
        ("answered", UNANSWERED, 0.0),
        ("answered", common_pb2.FINISH_REASON_DEGRADED, 0.0),
        ("unanswered", REFUSED, 0.0),
        ("declined", REFUSED, 1.0),
        ("declined", UNANSWERED, 1.0),
        ("declined", ANSWERED, 0.0),
    ],
)
async def test_outcome_match(
    make_answer: MakeAnswer, expected: str, finish_reason: common_pb2.FinishReason.ValueType, score: float
) -> None:
    answer = make_answer(expected_outcome=expected, finish_reason=finish_reason)
    assert await OutcomeMatch().score(answer) == score


async def test_refusal_category_match_looks_only_at_refusals_that_were_due(make_answer: MakeAnswer) -> None:
    metric = RefusalCategoryMatch()
    due = {"expected_outcome": "refused", "finish_reason": REFUSED}
    assert await metric.score(make_answer(**due, refusal_category="harmful")) is None
    jailbreak = make_answer(**due, refusal_category="jailbreak")
    jailbreak.case.case.refusal_category = "jailbreak"
    assert await metric.score(jailbreak) == 1.0
    jailbreak.case.case.refusal_category = "harmful"
    assert await metric.score(jailbreak) == 0.0


@pytest.mark.parametrize(
    ("text", "facts", "score"),
    [
        ("Studio costs **$49** a month.", ["$49"], 1.0),
        ("Studio costs $490 or $49.50 a month.", ["$49"], 0.0),
        ("It costs $49.", ["$49"], 1.0),
        ("Up to 2,000 clients, within\n30 days.", ["2000 clients", "30 DAYS"], 1.0),
        ("Within 30 days.", ["30 days", "same card"], 0.5),
        ("", ["30 days"], 0.0),
    ],
)
async def test_fact_recall(make_answer: MakeAnswer, text: str, facts: list[str], score: float) -> None:
    assert await FactRecall().score(make_answer(text, expected_facts=facts)) == score


def test_normalised_text_has_plain_quotes_dashes_and_spaces() -> None:
    assert (
        normalise("Don\u2019t \u201cquote\u201d 9\u201317\u00a0h, 1,250 times") == 'don\'t "quote" 9-17 h, 1250 times'
    )


async def test_source_hit_wants_one_of_the_sources_cited(make_answer: MakeAnswer) -> None:
    sources = {"expected_sources": ["a.md", "b.md"]}
    assert await SourceHit().score(make_answer(**sources, retrieved=("b.md", "x.md"))) == 1.0
    assert await SourceHit().score(make_answer(**sources, retrieved=("x.md", "b.md"))) == 0.0
    assert await SourceHit().score(make_answer(**sources)) == 0.0


async def test_citation_precision_counts_documents_once(make_answer: MakeAnswer) -> None:
    answer = make_answer(expected_sources=["a.md"], retrieved=("a.md", "a.md", "x.md", "y.md"), cited=3)
    assert await CitationPrecision().score(answer) == 0.5
    assert await CitationPrecision().score(make_answer(expected_sources=["a.md"])) is None


async def test_forbidden_absent(make_answer: MakeAnswer) -> None:
    forbidden = {"forbidden": ["Override ACCEPTED"]}
    assert await ForbiddenAbsent().score(make_answer("override  accepted!", **forbidden)) == 0.0
    assert await ForbiddenAbsent().score(make_answer("No.", **forbidden)) == 1.0


async def test_a_metric_that_does_not_apply_gives_no_score(make_answer: MakeAnswer) -> None:
    """A case without facts, sources, forbidden strings or reference has nothing but its outcome."""
    async with metric_suite(None) as metrics:
        scores = [await score_of(metric, make_answer()) for metric in metrics]
    assert [score.metric for score in scores if score is not None] == ["outcome_match"]


async def test_ragas_scores_retrieval_and_likeness_without_a_model(make_answer: MakeAnswer) -> None:
    answer = make_answer(
        "Within 30 days.",
        reference="Within 30 days",
        expected_sources=["a.md", "b.md"],
        retrieved=("a.md", "x.md", "a.md", "y.md"),
    )
    async with metric_suite(None) as metrics:
        scores = [await score_of(metric, answer) for metric in metrics]
    values = {score.metric: (round(score.value, 3), score.scorer) for score in scores if score is not None}
    assert values["id_based_context_recall"] == (0.5, "non_llm")
    assert values["id_based_context_precision"] == (0.333, "non_llm")
    assert values["rouge_score"] == (1.0, "non_llm")
    assert values["non_llm_string_similarity"] == (0.933, "non_llm")
    assert values["outcome_match"] == (1.0, "deterministic")


class _Broken:
    name, scorer = "broken", "test"

    async def score(self, _answer: object) -> float | None:
        raise MetricError("no luck")


class _Wild(_Broken):
    async def score(self, _answer: object) -> float | None:
        return 1.5


async def test_an_error_and_a_value_out_of_range_are_errors_not_numbers(make_answer: MakeAnswer) -> None:
    broken = await score_of(_Broken(), make_answer())
    wild = await score_of(_Wild(), make_answer())
    assert broken is not None
    assert (broken.error, broken.HasField("value")) == ("no luck", False)
    assert wild is not None
    assert (wild.error, wild.HasField("value")) == ("The value 1.5 is not between 0 and 1.", False)
