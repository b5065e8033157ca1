"""Finds what the knowledge base holds about a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from server.domain import DocumentKind, Hit, IndexStats, Message, SearchQuery
from server.knowledge.answerability import estimate_answerability
from server.knowledge.near_duplicates import without_near_duplicates
from server.knowledge.search_question import SearchQuestion, build_search_question
from server.ports import Embedder, Vectors, VectorStore

MIN_CANDIDATES = 50
"""Hits to choose from; they also show how common the question's words are."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`answerability`, 0 to 1, is how likely the knowledge base covers the question; `hits` are best first."""

    hits: tuple[Hit, ...]
    search_question: str
    index_version: str
    answerability: float


class Retriever:
    """Searches a tenant's index with a question and the conversation it stands in."""

    def __init__(self, store: VectorStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    async def retrieve(
        self,
        tenant: str,
        question: str,
        history: Sequence[Message] = (),
        *,
        limit: int,
        vector_weight: float,
        kinds: tuple[DocumentKind, ...] = (),
        labels: tuple[str, ...] = (),
    ) -> Retrieval:
        """The best `limit` chunks for a question, near duplicates left out. `history` is oldest first.

        Raises what the store and the embedder raise.
        """
        version = (await self._store.stats(tenant)).version
        searched = build_search_question(question, history)
        query = SearchQuery(searched.text, max(MIN_CANDIDATES, 3 * limit), vector_weight, kinds, labels)
        candidates = await self._store.search(tenant, query, await self._vector(question, searched))
        return Retrieval(
            hits=tuple(without_near_duplicates(candidates, limit)),
            search_question=searched.text,
            index_version=version,
            answerability=estimate_answerability(question, searched.text, candidates),
        )

    async def stats(self, tenant: str) -> IndexStats:
        """How much there is to find."""
        return await self._store.stats(tenant)

    async def _vector(self, question: str, searched: SearchQuestion) -> Vectors:
        """The question's vector with those of the context mixed in, shape (dimension,), of length 1."""
        vectors = await self._embedder.embed([question, *(text for text, _ in searched.context)])
        weights = np.array([1.0, *(weight for _, weight in searched.context)], dtype=np.float32)
        mixed: Vectors = weights @ vectors
        length = np.linalg.norm(mixed)
        return mixed / length if length > 0 else mixed
