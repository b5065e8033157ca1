"""Finds what the knowledge base holds about a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from server.domain import DocumentKind, Hit, IndexStats, Message, SearchQuery, SearchQuestionSource
from server.knowledge.answerability import estimate_answerability
from server.knowledge.near_duplicates import without_near_duplicates
from server.knowledge.search_question import SearchQuestion, build_search_question
from server.ports import Embedder, Vectors, VectorStore

MIN_CANDIDATES = 50
"""Hits to choose from; they also show how common the question's words are."""


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How to search; units and ranges are those of the contract's PromptBundle and SearchRequest.

    `searched` is a search question that was made elsewhere and stands for the question.
    """

    limit: int
    vector_weight: float = 0.5
    kinds: tuple[DocumentKind, ...] = ()
    labels: tuple[str, ...] = ()
    access_groups: tuple[str, ...] = ()
    kind_weights: Mapping[str, float] = field(default_factory=dict)
    recency_weight: float = 0.0
    recency_half_life_days: int = 180
    rerank: bool = False
    searched: SearchQuestion | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`answerability`, 0 to 1, is how likely the knowledge base covers the question; `hits` are best first."""

    hits: tuple[Hit, ...]
    search_question: str
    index_version: str
    answerability: float
    search_question_source: SearchQuestionSource = SearchQuestionSource.MESSAGE


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
        options: RetrievalOptions,
    ) -> Retrieval:
        """The best chunks for a question, near duplicates left out. `history` is oldest first.

        Raises what the store and the embedder raise.
        """
        searched = options.searched or build_search_question(question, history)
        asked = options.searched.text if options.searched else question
        query = SearchQuery(
            text=searched.text,
            limit=max(MIN_CANDIDATES, 3 * options.limit),
            vector_weight=options.vector_weight,
            kinds=options.kinds,
            labels=options.labels,
            access_groups=options.access_groups,
        )
        found = await self._store.search(tenant, query, await self._vector(asked, searched))
        return Retrieval(
            hits=tuple(without_near_duplicates(found.hits, options.limit)),
            search_question=searched.text,
            index_version=found.index_version,
            answerability=estimate_answerability(asked, searched.text, found.hits),
            search_question_source=searched.source,
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
