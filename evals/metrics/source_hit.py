"""Whether the answer rests on a document that holds it."""

from __future__ import annotations

from dataclasses import dataclass

from evals.answers import Answer
from evals.metrics.base import DETERMINISTIC


@dataclass(frozen=True, slots=True)
class SourceHit:
    """1 where the answer cites one of the expected documents, any of which holds the answer.

    Applies to cases with expected sources whose right outcome is an answer; a turn that declined cites none.
    """

    name: str = "source_hit"
    scorer: str = DETERMINISTIC

    async def score(self, answer: Answer) -> float | None:
        case = answer.case.case
        if not case.expected_sources or case.expected_outcome != "answered":
            return None
        return float(not set(case.expected_sources).isdisjoint(answer.cited_ids))
