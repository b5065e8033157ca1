"""Whether the answer says only what the retrieved passages say."""

from __future__ import annotations

from ragas.metrics.collections import Faithfulness as RagasFaithfulness

from evals.answers import Answer
from evals.judges import Judge
from evals.metrics.judged import judged_value, passages, was_answered


class Faithfulness:
    """Ragas: the share of the answer's statements that the passages support. Applies to answered turns."""

    name = "faithfulness"

    def __init__(self, judge: Judge) -> None:
        self.scorer = judge.model
        self._metric = RagasFaithfulness(llm=judge)

    async def score(self, answer: Answer) -> float | None:
        contexts = passages(answer)
        if not was_answered(answer) or not contexts:
            return None
        question = answer.case.case.question
        return await judged_value(
            self._metric.ascore(user_input=question, response=answer.text, retrieved_contexts=contexts)
        )
