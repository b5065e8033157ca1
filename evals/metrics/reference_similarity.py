"""Likeness to a reference answer, scored by Ragas without a model."""

from __future__ import annotations

from dataclasses import dataclass

from ragas.metrics.collections import NonLLMStringSimilarity, RougeScore

from evals.answers import Answer
from evals.metrics.base import NON_LLM


@dataclass(frozen=True, slots=True)
class ReferenceSimilarity:
    """ROUGE-L (F-measure) or the Levenshtein similarity of answer and reference, 0 to 1.

    Applies to answered turns of cases with a reference.
    """

    metric: RougeScore | NonLLMStringSimilarity
    scorer: str = NON_LLM

    @property
    def name(self) -> str:
        return str(self.metric.name)

    async def score(self, answer: Answer) -> float | None:
        if not answer.case.reference or answer.outcome != "answered" or not answer.text:
            return None
        result = await self.metric.ascore(reference=answer.case.reference, response=answer.text)
        return float(result.value)


def reference_metrics() -> list[ReferenceSimilarity]:
    return [ReferenceSimilarity(RougeScore()), ReferenceSimilarity(NonLLMStringSimilarity())]
