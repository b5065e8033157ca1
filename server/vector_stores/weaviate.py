"""The distributed vector store: Weaviate, from one node to a replicated cluster."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any, Self
from uuid import UUID
from weakref import WeakValueDictionary

import numpy as np
import weaviate.classes.aggregate as wa
from weaviate.classes.query import Filter, Sort

from server.domain import (
    Chunk,
    ComponentStatus,
    Document,
    Found,
    IndexedDocument,
    IndexStats,
    SearchQuery,
    StoredDocument,
)
from server.errors import Unavailable
from server.ports import Vectors
from server.vector_stores.weaviate_connection import NodeAddress
from server.vector_stores.weaviate_hybrid import Candidates, find_candidates, fused_hits
from server.vector_stores.weaviate_nodes import WeaviateNodes
from server.vector_stores.weaviate_objects import (
    VERSION_ID,
    chunk_objects,
    chunk_uuid,
    document_object,
    document_uuid,
    indexed_document,
    sort_key,
    stored_chunk,
    tenant_name,
    version_object,
)
from server.vector_stores.weaviate_replicas import Replicas
from server.vector_stores.weaviate_schema import Index, create_absent, embedder_title
from server.vector_stores.weaviate_shard import Shard
from server.vector_stores.weaviate_status import cluster_status
from server.vector_stores.weaviate_tenants import Tenants

_READ_ATTEMPTS = 10
_READ_WAIT_SECONDS = 0.02
_EMPTY = "0"
"""The version of a tenant that never had a document."""


class WeaviateVectorStore:
    """Documents and chunks in two collections, each with Weaviate's own tenants, beside one of the tenants' names.

    Weaviate has no transactions, so a document's record says which generation of its chunks is live. `replace` inserts
    the new generation, which nobody sees yet, writes the record (one object, hence atomic), then deletes what is older;
    a crash in between leaves chunks that no reader sees and the next `replace` deletes. A search reads chunks, then
    their documents' records, and keeps the live ones. Where a record was written meanwhile, the chunks may be from
    before and after: it searches those documents again. They are told by the time in their records, so the clocks of
    several servers must agree to within the time of a request while there is steady ingest.

    Each change draws a new version, in the same request as the record. A search reads the version before anything
    else, so that what it finds is never older than what it says; where the version stays, nothing is searched twice.

    Within one process, writes of one document wait for each other. Between processes the later start wins; two that
    replace the same document within milliseconds may need it to be ingested once more.

    With replicas, one node's word is taken for a search, as Weaviate does at any consistency level; a node that was
    away is asked last (`WeaviateNodes`).

    The clients belong to the event loop in which `connect` ran.
    """

    def __init__(self, nodes: WeaviateNodes, index: Index, replicas: Replicas, embedder: str, dimension: int) -> None:
        """For `connect`, which callers use."""
        self._nodes = nodes
        self._index = index
        self._tenants = Tenants(nodes, index)
        self._replicas = replicas
        self._embedder = embedder
        self._dimension = dimension
        self._write_locks: WeakValueDictionary[tuple[str, UUID], asyncio.Lock] = WeakValueDictionary()
        self._last_microsecond = 0

    @classmethod
    async def connect(
        cls, addresses: Sequence[NodeAddress], api_key: str, *, embedder_name: str, dimension: int
    ) -> Self:
        """Connect, and create this embedder's collections where they are absent. The key may be empty.

        Raises:
            Unavailable: Weaviate cannot be reached.
            FailedPrecondition: it refuses the key.
        """
        nodes = await WeaviateNodes.connect(addresses, api_key)
        try:
            factor = await create_absent(nodes, embedder_name, dimension)
        except BaseException:
            await nodes.close()
            raise
        index = Index.of(embedder_name, dimension)
        replicas = Replicas(nodes, (index.chunks, index.documents), factor)
        return cls(nodes, index, replicas, embedder_title(embedder_name, dimension), dimension)

    async def replace(self, tenant: str, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """As the port says. Raises ValueError unless `vectors` has shape (len(chunks), dimension)."""
        if vectors.shape != (len(chunks), self._dimension):
            raise ValueError(f"vectors have shape {vectors.shape}, not {(len(chunks), self._dimension)}")
        await self._tenants.require(tenant)
        await self._replicas.expect_quorum(tenant_name(tenant))
        number = document_uuid(document.id)
        async with self._write_lock(tenant, number):
            generation = self._now()
            await self._chunks(tenant).insert(chunk_objects(document, chunks, vectors, generation))
            live = (await self._records(tenant, [number])).get(number)
            if live is not None and live["generation"] > generation:
                await self._delete_chunks(tenant, Filter.by_property("generation").equal(generation), number)
                return
            record = document_object(document, chunks, generation, indexed_at=self._now())
            await self._documents(tenant).insert([version_object(), record])
            await self._replicas.require_quorum(tenant_name(tenant))
            await self._delete_chunks(tenant, Filter.by_property("generation").less_than(generation), number)

    async def delete(self, tenant: str, document_id: str) -> bool:
        if not await self._tenants.has(tenant):
            return False
        await self._replicas.expect_quorum(tenant_name(tenant))
        number = document_uuid(document_id)
        async with self._write_lock(tenant, number):
            existed = number in await self._records(tenant, [number])
            await self._documents(tenant).delete_one(number)
            if existed:
                await self._documents(tenant).insert([version_object()])
            older = Filter.by_property("generation").less_or_equal(self._now())
            if await self._delete_chunks(tenant, older, number) and not existed:
                # An earlier deletion broke off, perhaps before it wrote the version.
                await self._documents(tenant).insert([version_object()])
            await self._replicas.require_quorum(tenant_name(tenant))
        return existed

    async def get(self, tenant: str, document_id: str) -> IndexedDocument | None:
        if not await self._tenants.has(tenant):
            return None
        number = document_uuid(document_id)
        record = (await self._records(tenant, [number])).get(number)
        return indexed_document(record) if record else None

    async def read(self, tenant: str, document_id: str) -> StoredDocument | None:
        if not await self._tenants.has(tenant):
            return None
        number = document_uuid(document_id)
        for _ in range(_READ_ATTEMPTS):
            record = (await self._records(tenant, [number])).get(number)
            if record is None:
                return None
            generation, count = record["generation"], record["chunk_count"]
            ids = [chunk_uuid(number, generation, position) for position in range(count)]
            found = {item.uuid: item for item in await self._chunks(tenant).by_ids("reading", ids, include_vector=True)}
            if len(found) == count:
                vectors = np.zeros((count, self._dimension), dtype=np.float32)
                for row, chunk in enumerate(ids):
                    if vector := found[chunk].vector.get("default"):
                        vectors[row] = vector
                chunks = tuple(stored_chunk(found[chunk].properties, document_id) for chunk in ids)
                return StoredDocument(indexed_document(record), chunks, vectors)
            await asyncio.sleep(_READ_WAIT_SECONDS)
        raise Unavailable("The document changes faster than it can be read.")

    async def list_tenants(self) -> list[str]:
        return await self._tenants.names()

    async def list_documents(
        self, tenant: str, *, after: str = "", limit: int = 100, quarantined_only: bool = False
    ) -> list[IndexedDocument]:
        if not await self._tenants.has(tenant):
            return []
        wanted = Filter.by_property("sort_key").greater_than(sort_key(after))
        if quarantined_only:
            wanted = wanted & Filter.by_property("quarantined_chunk_count").greater_than(0)

        async def page(collection: Any) -> Any:
            order = Sort.by_property("sort_key", ascending=True)
            return await collection.query.fetch_objects(filters=wanted, sort=order, limit=limit)

        found = await self._documents(tenant).ask("listing documents", page)
        return [indexed_document(record.properties) for record in found.objects]

    async def search(self, tenant: str, query: SearchQuery, vector: Vectors) -> Found:
        """As the port says. Raises ValueError unless `vector` has shape (dimension,)."""
        if vector.shape != (self._dimension,):
            raise ValueError(f"the vector has shape {vector.shape}, not {(self._dimension,)}")
        if not await self._tenants.has(tenant):
            return Found((), _EMPTY)
        version = _version(await self._records(tenant, [VERSION_ID]))
        if query.limit <= 0:
            return Found((), version)
        settled, unsettled, latest = Candidates(), set[UUID](), version
        records: dict[UUID, dict[str, Any]] = {}
        for _ in range(_READ_ATTEMPTS):
            began = time.time_ns() // 1000
            candidates = await find_candidates(self._chunks(tenant), query, vector, among=unsettled)
            read = await self._records(tenant, [VERSION_ID, *candidates.documents])
            before, latest = latest, _version(read)
            read.pop(VERSION_ID, None)
            unsettled = {
                number for number, record in read.items() if latest != before and record["indexed_at"] >= began
            }
            settled, records = settled.joined(candidates, without=unsettled), records | read
            if not unsettled:
                return Found(tuple(fused_hits(settled, records, query)), version)
            await asyncio.sleep(_READ_WAIT_SECONDS)
        raise Unavailable("The documents that this search finds change faster than it can read them.")

    async def stats(self, tenant: str) -> IndexStats:
        if not await self._tenants.has(tenant):
            return IndexStats(0, 0, _EMPTY)
        chunk_count = wa.Metrics("chunk_count").integer(count=True, sum_=True)

        async def count(collection: Any) -> Any:
            return await collection.aggregate.over_all(return_metrics=[chunk_count])

        version = _version(await self._records(tenant, [VERSION_ID]))
        found = (await self._documents(tenant).ask("counting documents", count)).properties["chunk_count"]
        return IndexStats(int(found.count or 0), int(found.sum_ or 0), version)

    async def check(self) -> ComponentStatus:
        return await cluster_status(self._nodes, self._replicas.factor, self._embedder)

    async def close(self) -> None:
        await self._nodes.close()

    def _documents(self, tenant: str) -> Shard:
        return Shard(self._nodes, self._index.documents, tenant_name(tenant))

    def _chunks(self, tenant: str) -> Shard:
        return Shard(self._nodes, self._index.chunks, tenant_name(tenant))

    def _now(self) -> int:
        """Microseconds since 1970, a later number at every call."""
        self._last_microsecond = max(time.time_ns() // 1000, self._last_microsecond + 1)
        return self._last_microsecond

    def _write_lock(self, tenant: str, document: UUID) -> asyncio.Lock:
        return self._write_locks.setdefault((tenant, document), asyncio.Lock())

    async def _records(self, tenant: str, documents: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """The records of those of `documents` that exist."""
        found = await self._documents(tenant).by_ids("reading documents", list(documents))
        return {record.uuid: record.properties for record in found}

    async def _delete_chunks(self, tenant: str, generations: Any, document: UUID) -> int:
        """How many chunks of the document were of these generations."""
        where = Filter.by_property("document").equal(document) & generations
        return await self._chunks(tenant).delete_where(where)


def _version(records: dict[UUID, dict[str, Any]]) -> str:
    record = records.get(VERSION_ID)
    return f"{int(record['revision']):x}" if record else _EMPTY
