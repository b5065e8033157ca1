"""Whether a question was answered before."""

from __future__ import annotations

import asyncio

from server.caching.question import CacheQuestion
from server.caching.semantic import SemanticAnswers
from server.domain import CacheHit, CacheKind
from server.ports import KeptAnswers

MOST_WAITING = 64
"""Answers on their way into the semantic cache; further ones are not kept, so that a slow store holds nothing up."""


class AnswerCache:
    """The turns that answered questions, by the question's words and, if wanted, by its meaning.

    Holds ids of turns, not texts: the answer, with its citations, is read from the ledger.
    """

    def __init__(self, exact: KeptAnswers, semantic: SemanticAnswers | None = None, *, seconds: float) -> None:
        """`seconds` is how long an exact answer is kept."""
        self._exact = exact
        self._semantic = semantic
        self._seconds = seconds
        self._waiting: set[asyncio.Task[None]] = set()

    async def find(self, question: CacheQuestion) -> CacheHit | None:
        """The turn whose answer may be given again. Never raises for a cache that cannot be reached: that is a miss."""
        if question.has_personal_data:
            return None
        turn_id = await self._exact.get(question.key)
        if turn_id is not None:
            return CacheHit(CacheKind.EXACT, turn_id, 1.0)
        return await self._semantic.find(question) if self._semantic else None

    async def has_exact(self, question: CacheQuestion) -> bool:
        """Whether the very same question has an answer here; its citations do not matter."""
        return not question.has_personal_data and await self._exact.get(question.key) is not None

    async def keep(self, question: CacheQuestion, turn_id: str) -> None:
        """Remember who answered. The semantic cache takes it in afterwards, in a task of its own."""
        if question.has_personal_data:
            return
        await self._exact.put(question.key, turn_id, seconds=self._seconds)
        if self._semantic is not None and len(self._waiting) < MOST_WAITING:
            task = asyncio.create_task(self._semantic.keep(question, turn_id))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def close(self) -> None:
        """Waits for what is on its way; closes both caches."""
        await asyncio.gather(*self._waiting, return_exceptions=True)
        if self._semantic is not None:
            await self._semantic.close()
        await self._exact.close()
