"""Finds what the knowledge base holds about a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np

from server.domain import DocumentKind, Hit, IndexStats, Message, SearchQuery, SearchQuestionSource
from server.domain.prompts import DEFAULT_HALF_LIFE_DAYS
from server.knowledge.answerability import estimate_answerability
from server.knowledge.duplicates import without_duplicates
from server.knowledge.ranking import standing
from server.knowledge.reranking import Reranked, rerank
from server.knowledge.search_question import SearchQuestion, build_search_question
from server.ports import Embedder, Reranker, Vectors, VectorStore

MIN_CANDIDATES = 50
"""Hits to choose from; they also show how common the question's words are."""

RERANKED = 30
"""Hits that a reranker reads together with the question, at the least."""


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How to search; units and ranges are those of the contract's PromptBundle.

    `searched` is a search question that was made elsewhere, by a model for example: it stands alone, and the
    conversation is not looked at.
    """

    limit: int
    vector_weight: float = 0.5
    kinds: tuple[DocumentKind, ...] = ()
    labels: tuple[str, ...] = ()
    access_groups: tuple[str, ...] = ()
    kind_weights: Mapping[str, float] = field(default_factory=dict)
    recency_weight: float = 0.0
    recency_half_life_days: int = DEFAULT_HALF_LIFE_DAYS
    rerank: bool = False
    searched: SearchQuestion | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`answerability`, 0 to 1, is how likely the knowledge base covers the question; `hits` are best first.

    `rerank_failure` says why a reranker that was wanted did not order them; empty where it did or was not wanted.
    """

    hits: tuple[Hit, ...]
    search_question: str
    index_version: str
    answerability: float
    search_question_source: SearchQuestionSource = SearchQuestionSource.MESSAGE
    reranked: bool = False
    rerank_failure: str = ""


class Retriever:
    """Searches a tenant's index with a question and the conversation it stands in."""

    def __init__(self, store: VectorStore, embedder: Embedder, reranker: Reranker | None = None) -> None:
        self._store = store
        self._embedder = embedder
        self._reranker = reranker

    async def retrieve(
        self, tenant: str, question: str, history: Sequence[Message] = (), *, options: RetrievalOptions
    ) -> Retrieval:
        """The best chunks for a question, each text once. `history` is oldest first.

        Raises what the store and the embedder raise; a reranker that fails leaves the order as it was.
        """
        searched = options.searched or build_search_question(question, history)
        asked = searched.text if options.searched else question
        query = SearchQuery(
            searched.text,
            max(MIN_CANDIDATES, 3 * options.limit),
            options.vector_weight,
            options.kinds,
            options.labels,
            options.access_groups,
        )
        found = await self._store.search(tenant, query, await self._vector(asked, searched))
        ranked = await self._ranked(searched.text, found.hits, options)
        return Retrieval(
            hits=tuple(ranked.hits[: options.limit]),
            search_question=searched.text,
            index_version=found.index_version,
            answerability=estimate_answerability(asked, searched.text, found.hits),
            search_question_source=searched.source,
            reranked=ranked.done,
            rerank_failure=ranked.failure,
        )

    async def stats(self, tenant: str) -> IndexStats:
        """How much there is to find."""
        return await self._store.stats(tenant)

    async def _ranked(self, question: str, hits: Sequence[Hit], options: RetrievalOptions) -> Reranked:
        """The hits by what they are as well, each text once, reranked where that is wanted."""
        half_life, now = timedelta(days=options.recency_half_life_days), datetime.now(UTC)

        def stands(hit: Hit) -> float:
            return standing(hit, options.kind_weights, options.recency_weight, half_life, now)

        weighed = sorted((_scaled(hit, stands(hit)) for hit in hits), key=lambda hit: -hit.score)
        distinct = without_duplicates(weighed)
        if not options.rerank or not hits:
            return Reranked(list(islice(distinct, options.limit)))
        read = list(islice(distinct, max(RERANKED, options.limit)))
        return await rerank(self._reranker, question, read, [stands(hit) for hit in read])

    async def _vector(self, asked: str, searched: SearchQuestion) -> Vectors:
        """The question's vector with those of the context mixed in, shape (dimension,), of length 1."""
        vectors = await self._embedder.embed([asked, *(text for text, _ in searched.context)])
        weights = np.array([1.0, *(weight for _, weight in searched.context)], dtype=np.float32)
        mixed: Vectors = weights @ vectors
        length = np.linalg.norm(mixed)
        return mixed / length if length > 0 else mixed


def _scaled(hit: Hit, factor: float) -> Hit:
    return hit if factor == 1.0 else replace(hit, score=hit.score * factor)
