"""Both sides of one question over Weaviate, fused as the embedded store fuses them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from weaviate.classes.query import Filter, MetadataQuery

from server.domain import Hit, SearchQuery
from server.ports import Vectors
from server.vector_stores.fusion import TEXT_SCORES, candidates_wanted, fuse
from server.vector_stores.weaviate_objects import hit
from server.vector_stores.weaviate_shard import Shard
from server.vector_stores.weaviate_terms import asked_terms

_IDENTITY = ["document", "generation"]
_SHOWN = [*_IDENTITY, "chunk_id", "heading_path", "text", "reviewed_by"]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What both sides found: chunks by id with their properties, BM25 scores and cosines."""

    chunks: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    text_scores: Mapping[UUID, float] = field(default_factory=dict)
    similarities: Mapping[UUID, float] = field(default_factory=dict)

    @property
    def documents(self) -> set[UUID]:
        return {chunk["document"] for chunk in self.chunks.values()}

    def joined(self, others: Candidates, without: Collection[UUID]) -> Candidates:
        """These and `others`, but those of the documents in `without`."""
        added = {number: chunk for number, chunk in others.chunks.items() if chunk["document"] not in without}
        return Candidates(
            {**self.chunks, **added},
            {**self.text_scores, **others.text_scores},
            {**self.similarities, **others.similarities},
        )


async def find_candidates(
    chunks: Shard, query: SearchQuery, vector: Vectors, among: Collection[UUID] = ()
) -> Candidates:
    """Ask both sides of the tenant's chunks at the same time, then read what only the text side found.

    A side without weight, terms or direction is not asked. `among` names the documents to look into, if not all.
    """
    filters = _filters(query, among)
    wanted = candidates_wanted(query.limit)
    by_text, by_vector = await asyncio.gather(
        _text_side(chunks, query, filters, max(wanted, TEXT_SCORES)),
        _vector_side(chunks, query, filters, vector, wanted),
    )
    text_scores = {found.uuid: found.metadata.score for found in by_text}
    similarities = {found.uuid: 1.0 - found.metadata.distance for found in by_vector}
    properties = {found.uuid: found.properties for found in by_vector}
    only_text = [found.uuid for found in by_text[:wanted] if found.uuid not in similarities]
    for found in await _by_ids(chunks, only_text):
        properties[found.uuid] = found.properties
        similarities[found.uuid] = _cosine(found.vector.get("default"), vector)
    return Candidates(properties, text_scores, similarities)


def fused_hits(candidates: Candidates, documents: Mapping[UUID, Mapping[str, Any]], query: SearchQuery) -> list[Hit]:
    """The best of the candidates that belong to the live generation of a document in `documents`."""
    live = [
        (number, chunk)
        for number, chunk in sorted(candidates.chunks.items())
        if chunk["document"] in documents and documents[chunk["document"]]["generation"] == chunk["generation"]
    ]
    text = np.array([candidates.text_scores.get(number, 0.0) for number, _ in live], dtype=np.float64)
    similarity = np.array([candidates.similarities[number] for number, _ in live], dtype=np.float64)
    fused = fuse(text, similarity, query.vector_weight)
    return [
        hit(
            live[place][1],
            documents[live[place][1]["document"]],
            score=float(fused.score[place]),
            text_score=float(fused.text_score[place]),
            vector_score=float(fused.vector_score[place]),
            similarity=float(similarity[place]),
        )
        for place in fused.best(query.limit)
    ]


async def _text_side(chunks: Shard, query: SearchQuery, filters: Any, limit: int) -> Sequence[Any]:
    terms = asked_terms(query.text)
    if query.vector_weight >= 1.0 or not terms:
        return []

    async def ask(collection: Any) -> Any:
        return await collection.query.bm25(
            terms,
            query_properties=["heading_terms", "terms"],
            filters=filters,
            limit=limit,
            return_properties=_IDENTITY,
            return_metadata=MetadataQuery(score=True),
        )

    return list((await chunks.ask("searching texts", ask)).objects)


async def _vector_side(chunks: Shard, query: SearchQuery, filters: Any, vector: Vectors, limit: int) -> Sequence[Any]:
    if query.vector_weight <= 0.0 or not vector.any():
        return []

    async def ask(collection: Any) -> Any:
        return await collection.query.near_vector(
            vector.tolist(),
            filters=filters,
            limit=limit,
            return_properties=_SHOWN,
            return_metadata=MetadataQuery(distance=True),
        )

    return list((await chunks.ask("searching vectors", ask)).objects)


async def _by_ids(chunks: Shard, ids: Sequence[UUID]) -> Sequence[Any]:
    return await chunks.by_ids("reading chunks", ids, include_vector=True, return_properties=_SHOWN)


def _filters(query: SearchQuery, among: Collection[UUID]) -> Any:
    allowed = Filter.by_property("restricted").equal(False)
    if query.access_groups:
        allowed = allowed | Filter.by_property("access_groups").contains_any(list(query.access_groups))
    filters = [Filter.by_property("quarantined").equal(False), allowed]
    if query.kinds:
        filters.append(Filter.by_property("kind").contains_any([kind.value for kind in query.kinds]))
    if query.labels:
        filters.append(Filter.by_property("labels").contains_all(list(query.labels)))
    if among:
        filters.append(Filter.by_property("document").contains_any(list(among)))
    return Filter.all_of(filters)


def _cosine(stored: Sequence[float] | None, vector: Vectors) -> float:
    return float(np.asarray(stored, dtype=np.float32) @ vector) if stored else 0.0
