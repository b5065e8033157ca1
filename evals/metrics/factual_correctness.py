"""Whether the answer says what a right answer must say, as a judge reads it."""

from __future__ import annotations

from ragas.metrics.collections import FactualCorrectness as RagasFactualCorrectness

from evals.answers import Answer
from evals.judges import Judge
from evals.metrics.judged import judged_value, was_answered


class FactualCorrectness:
    """Ragas, in its recall mode: the share of the reference's claims that the answer supports.

    The reference is the case's own, or the question with the expected facts. Applies to answered turns of cases with
    either.
    """

    name = "factual_correctness"

    def __init__(self, judge: Judge) -> None:
        self.scorer = judge.model
        self._metric = RagasFactualCorrectness(llm=judge, mode="recall")

    async def score(self, answer: Answer) -> float | None:
        reference = reference_text(answer)
        if not was_answered(answer) or not reference:
            return None
        return await judged_value(self._metric.ascore(response=answer.text, reference=reference))


def reference_text(answer: Answer) -> str:
    case = answer.case.case
    if answer.case.reference or not case.expected_facts:
        return answer.case.reference
    return f"{case.question} The answer holds: {'; '.join(case.expected_facts)}."
