"""Whether the answer is about what was asked."""

from __future__ import annotations

from ragas.metrics.collections import AnswerRelevancy as RagasAnswerRelevancy

from evals.answers import Answer
from evals.embeddings import StaticEmbedding
from evals.judges import Judge
from evals.metrics.judged import judged_value, was_answered


class AnswerRelevancy:
    """Ragas: how alike the question is to three questions that the judge makes of the answer.

    Likeness is the cosine of WordLlama's static vectors, so that no embeddings endpoint is needed; below 0 it counts
    as 0. Applies to answered turns.
    """

    name = "answer_relevancy"

    def __init__(self, judge: Judge) -> None:
        self.scorer = f"{judge.model}, {StaticEmbedding.label}"
        self._metric = RagasAnswerRelevancy(llm=judge, embeddings=StaticEmbedding())

    async def score(self, answer: Answer) -> float | None:
        if not was_answered(answer):
            return None
        question = answer.case.case.question
        value = await judged_value(self._metric.ascore(user_input=question, response=answer.text))
        return min(1.0, max(0.0, value))
