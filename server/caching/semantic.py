"""Answers to questions that were asked before in other words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import numpy as np
import structlog

from server.caching.kept import KeptAnswer, kept_at
from server.caching.look_alikes import ask_the_same
from server.caching.question import CacheQuestion
from server.domain import CacheHit, CacheKind, SearchQuery
from server.errors import NightdeskError
from server.ports import Embedder, VectorStore

CANDIDATES = 16
"""The closest kept questions that are looked at."""

LONGEST = 500
"""Characters of a question. Longer ones are hardly ever asked twice."""

_BEST = 3
"""Of today's passages, where the best one of the answer must be."""

DROPPED_AT_ONCE = 8
"""Old entries that each new one may push out."""

log = structlog.get_logger()


class SemanticAnswers:
    """Kept in a vector store of its own, each tenant's under its own name.

    A hit lies above the similarity floor, asks the same by its words (`look_alikes`) and found the same passages. Of
    several, the one that was kept last is given. A store that fails or is slow is a miss, logged once an outage.
    """

    def __init__(
        self,
        store: VectorStore,
        embedder: Embedder,
        *,
        floor: float,
        seconds: float,
        most: int = 10_000,
        timeout: float = 0.5,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        Args:
            floor: the least cosine of both questions.
            seconds: how long an answer is kept.
            most: answers kept for each tenant.
            timeout: how long a turn waits, in seconds.
            clock: seconds since 1970.
        """
        self._store = store
        self._embedder = embedder
        self._floor = floor
        self._seconds = seconds
        self._most = most
        self._timeout = timeout
        self._clock = clock
        self._failing: set[str] = set()

    async def find(self, question: CacheQuestion) -> CacheHit | None:
        if not _can_be_kept(question):
            return None
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._find(question)
        except (NightdeskError, TimeoutError) as error:
            self._note_failure("find", error)
            return None
        self._failing.discard("find")
        return found

    async def keep(self, question: CacheQuestion, turn_id: str) -> None:
        """Durable on return; a store that fails is logged and no error."""
        if not _can_be_kept(question):
            return
        answer = KeptAnswer(question.question, turn_id, question.citations, self._clock())
        document, chunk = answer.document((question.scope, _index_label(question)))
        try:
            vectors = await self._embedder.embed([question.question])
            await self._store.replace(question.tenant, document, [chunk], vectors)
            await self._drop_old(question)
        except NightdeskError as error:
            self._note_failure("keep", error)
        else:
            self._failing.discard("keep")

    async def close(self) -> None:
        await self._store.close()

    async def _find(self, question: CacheQuestion) -> CacheHit | None:
        vector = (await self._embedder.embed([question.question]))[0]
        if not np.any(vector):
            return None
        query = SearchQuery("", CANDIDATES, vector_weight=1.0, labels=(question.scope,))
        found = await self._store.search(question.tenant, query, vector)
        oldest = self._clock() - self._seconds
        near = [(KeptAnswer.of(hit.text), hit.similarity) for hit in found.hits if hit.similarity >= self._floor]
        same = [
            (answer, similarity)
            for answer, similarity in near
            if answer.kept_at > oldest
            and same_passages(answer.citations, question.citations)
            and ask_the_same(answer.question, question.question)
        ]
        if not same:
            return None
        answer, similarity = max(same, key=lambda pair: pair[0].kept_at)
        return CacheHit(CacheKind.SEMANTIC, answer.turn_id, min(similarity, 1.0))

    async def _drop_old(self, question: CacheQuestion) -> None:
        """Drop some of the oldest answers: those that are too old, too many, or of an earlier state of the index."""
        surplus = (await self._store.stats(question.tenant)).document_count - self._most
        oldest, label = self._clock() - self._seconds, _index_label(question)
        documents = await self._store.list_documents(question.tenant, limit=DROPPED_AT_ONCE)
        for place, held in enumerate(documents):
            document = held.document
            if place < surplus or kept_at(document.id) <= oldest or label not in document.labels:
                await self._store.delete(question.tenant, document.id)

    def _note_failure(self, doing: str, error: Exception) -> None:
        if doing not in self._failing:
            self._failing.add(doing)
            log.warning("semantic_cache_failing", doing=doing, error=str(error) or type(error).__name__)


def same_passages(kept: Sequence[str], now: Sequence[str]) -> bool:
    """Whether the answer's sources are there again: its best among today's best, and at least half of all.

    More is too much to ask: other words for the same question move the passages about. Both are best first.
    """
    return any(best in now[:_BEST] for best in kept[:1]) and 2 * len(set(kept) & set(now)) >= len(set(kept))


def _can_be_kept(question: CacheQuestion) -> bool:
    """In a conversation the same words may ask for something else."""
    return not question.history and not question.has_personal_data and len(question.question) <= LONGEST


def _index_label(question: CacheQuestion) -> str:
    return f"index {question.index_version}"
