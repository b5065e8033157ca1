"""What a metric is."""

from __future__ import annotations

from typing import Protocol

from evals.answers import Answer
from nightdesk.v1 import evaluation_pb2

DETERMINISTIC = "deterministic"
NON_LLM = "non_llm"


class Metric(Protocol):
    """Scores one answer.

    `name` is Ragas's where Ragas has the metric. `scorer` says what made the number: "deterministic", "non_llm" (an
    algorithm of Ragas) or the judge's model.
    """

    @property
    def name(self) -> str: ...

    @property
    def scorer(self) -> str: ...

    async def score(self, answer: Answer) -> float | None:
        """0 to 1, or None where the metric does not apply. Raises MetricError where it could not be computed."""


class MetricError(Exception):
    """Why there is no number, for a person."""


async def score_of(metric: Metric, answer: Answer) -> evaluation_pb2.Score | None:
    """The metric's score as the contract has it: an error is a value, never a missing case or a NaN."""
    try:
        value = await metric.score(answer)
    except MetricError as error:
        return evaluation_pb2.Score(metric=metric.name, error=str(error), scorer=metric.scorer)
    if value is None:
        return None
    if not 0.0 <= value <= 1.0:
        problem = f"The value {value} is not between 0 and 1."
        return evaluation_pb2.Score(metric=metric.name, error=problem, scorer=metric.scorer)
    return evaluation_pb2.Score(metric=metric.name, value=value, scorer=metric.scorer)
