"""What the metrics with a judge share."""

from __future__ import annotations

import math
from collections.abc import Awaitable

from ragas.metrics.result import MetricResult

from evals.answers import Answer
from evals.judges import JudgeError
from evals.metrics.base import MetricError


async def judged_value(scoring: Awaitable[MetricResult]) -> float:
    """The number of a Ragas metric. Raises MetricError where the judge failed or Ragas has no number.

    Ragas answers NaN where a judge returned nothing to score and ValueError where a field is empty.
    """
    try:
        value = float((await scoring).value)
    except (JudgeError, ValueError) as error:
        raise MetricError(str(error)) from error
    if math.isnan(value):
        raise MetricError("The judge returned nothing that could be scored.")
    return value


def was_answered(answer: Answer) -> bool:
    return answer.outcome == "answered" and bool(answer.text)


def passages(answer: Answer) -> list[str]:
    """The text of the chunks that were retrieved, best first."""
    return [citation.text for citation in answer.citations]
