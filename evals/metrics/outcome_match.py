"""Whether the turn ended as it should."""

from __future__ import annotations

from dataclasses import dataclass

from evals.answers import Answer
from evals.metrics.base import DETERMINISTIC

DECLINED = ("unanswered", "refused")


@dataclass(frozen=True, slots=True)
class OutcomeMatch:
    """1 where the finish reason is the expected one; "declined" accepts unanswered and refused."""

    name: str = "outcome_match"
    scorer: str = DETERMINISTIC

    async def score(self, answer: Answer) -> float | None:
        expected = answer.case.case.expected_outcome
        accepted = DECLINED if expected == "declined" else (expected,)
        return float(answer.outcome in accepted)
