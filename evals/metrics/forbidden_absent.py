"""Whether the answer keeps back what it must not say."""

from __future__ import annotations

from dataclasses import dataclass

from evals.answers import Answer
from evals.metrics.base import DETERMINISTIC
from evals.metrics.fact_recall import normalise


@dataclass(frozen=True, slots=True)
class ForbiddenAbsent:
    """1 where none of the forbidden strings stands in the answer, case and spacing aside.

    Applies to cases with forbidden strings.
    """

    name: str = "forbidden_absent"
    scorer: str = DETERMINISTIC

    async def score(self, answer: Answer) -> float | None:
        forbidden = answer.case.case.forbidden
        if not forbidden:
            return None
        text = normalise(answer.text)
        return float(not any(normalise(one) in text for one in forbidden))
