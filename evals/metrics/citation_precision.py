"""How much of what the answer cites is to the point."""

from __future__ import annotations

from dataclasses import dataclass

from evals.answers import Answer
from evals.metrics.base import DETERMINISTIC


@dataclass(frozen=True, slots=True)
class CitationPrecision:
    """The share of the cited documents that are expected ones, 0 to 1. Applies where the answer cites anything."""

    name: str = "citation_precision"
    scorer: str = DETERMINISTIC

    async def score(self, answer: Answer) -> float | None:
        cited, expected = answer.cited_ids, set(answer.case.case.expected_sources)
        if not expected or not cited:
            return None
        return sum(document_id in expected for document_id in cited) / len(cited)
