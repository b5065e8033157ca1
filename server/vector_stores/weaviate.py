"""The distributed vector store: Weaviate, from one node to a replicated cluster."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID
from weakref import WeakValueDictionary

import weaviate.classes.aggregate as wa
from weaviate import WeaviateAsyncClient
from weaviate.classes.config import ConsistencyLevel
from weaviate.classes.query import Filter, Sort
from weaviate.classes.tenants import Tenant
from weaviate.exceptions import WeaviateInsertManyAllFailedError

from server.domain import (
    Chunk,
    ComponentState,
    ComponentStatus,
    Document,
    Hit,
    IndexedDocument,
    IndexStats,
    SearchQuery,
)
from server.errors import NightdeskError, Unavailable
from server.ports import Vectors
from server.vector_stores.weaviate_connection import connected_client, weaviate_call
from server.vector_stores.weaviate_hybrid import find_candidates, fused_hits
from server.vector_stores.weaviate_objects import (
    chunk_objects,
    document_object,
    document_uuid,
    indexed_document,
    sort_key,
    tenant_name,
)
from server.vector_stores.weaviate_schema import CHUNKS, DOCUMENTS, create_or_check

_BATCH = 200
_INSERT_ATTEMPTS = 6
_INSERT_WAIT_SECONDS = 0.25
_SEARCH_ATTEMPTS = 10
_SEARCH_WAIT_SECONDS = 0.02


class WeaviateVectorStore:
    """Documents and chunks in two collections, each with Weaviate's own tenants.

    Weaviate has no transactions, so a document's record says which generation of its chunks is live. `replace` inserts
    the new generation, which nobody sees yet, writes the record (one object, hence atomic), then deletes what is older;
    a crash in between leaves chunks that no reader sees and the next `replace` deletes. A search reads chunks, then
    their documents' records, and keeps the live ones. Where a record was written after the search began, the chunks may
    be from before and after: it searches again. That compares clocks, so the clocks of several servers must agree to
    within the time of a request.

    Within one process, writes of one document wait for each other. Between processes the later start wins; two that
    replace the same document within milliseconds may need it to be ingested once more.

    The client belongs to the event loop in which `connect` ran.
    """

    def __init__(self, client: WeaviateAsyncClient, address: str, embedder_name: str, dimension: int) -> None:
        """For `connect`, which callers use."""
        self._client = client
        self._address = address
        self._embedder = f"{embedder_name}, {dimension} dimensions"
        self._dimension = dimension
        self._known_tenants: set[str] = set()
        self._write_locks: WeakValueDictionary[tuple[str, UUID], asyncio.Lock] = WeakValueDictionary()
        self._last_microsecond = 0

    @classmethod
    async def connect(
        cls, http_address: str, grpc_address: str, api_key: str, *, embedder_name: str, dimension: int
    ) -> Self:
        """Connect, and create the collections where they are absent. Addresses are host:port; the key may be empty.

        Raises:
            Unavailable: Weaviate cannot be reached.
            FailedPrecondition: it refuses the key, or holds the vectors of another embedder.
        """
        client = await connected_client(http_address, grpc_address, api_key)
        try:
            await create_or_check(client, embedder_name, dimension)
        except NightdeskError:
            await client.close()
            raise
        return cls(client, http_address, embedder_name, dimension)

    async def replace(self, tenant: str, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """As the port says. Raises ValueError unless `vectors` has shape (len(chunks), dimension)."""
        if vectors.shape != (len(chunks), self._dimension):
            raise ValueError(f"vectors have shape {vectors.shape}, not {(len(chunks), self._dimension)}")
        await self._require_tenant(tenant)
        number = document_uuid(document.id)
        async with self._write_lock(tenant, number):
            generation = self._now()
            await self._insert(self._chunks(tenant), chunk_objects(document, chunks, vectors, generation))
            live = (await self._records(tenant, {number})).get(number)
            if live is not None and live["generation"] > generation:
                await self._delete_chunks(tenant, Filter.by_property("generation").equal(generation), number)
                return
            record = document_object(document, chunks, generation, indexed_at=self._now())
            await self._insert(self._documents(tenant), [record])
            await self._delete_chunks(tenant, Filter.by_property("generation").less_than(generation), number)

    async def delete(self, tenant: str, document_id: str) -> bool:
        if not await self._has_tenant(tenant):
            return False
        number = document_uuid(document_id)
        async with self._write_lock(tenant, number):
            existed = number in await self._records(tenant, {number})
            async with weaviate_call("deleting a document"):
                await self._documents(tenant).data.delete_by_id(number)
            await self._delete_chunks(tenant, Filter.by_property("generation").less_or_equal(self._now()), number)
        return existed

    async def get(self, tenant: str, document_id: str) -> IndexedDocument | None:
        if not await self._has_tenant(tenant):
            return None
        number = document_uuid(document_id)
        record = (await self._records(tenant, {number})).get(number)
        return indexed_document(record) if record else None

    async def list_documents(self, tenant: str, *, after: str = "", limit: int = 100) -> list[IndexedDocument]:
        if not await self._has_tenant(tenant):
            return []
        async with weaviate_call("listing documents"):
            found = await self._documents(tenant).query.fetch_objects(
                filters=Filter.by_property("sort_key").greater_than(sort_key(after)) if after else None,
                sort=Sort.by_property("sort_key", ascending=True),
                limit=limit,
            )
        return [indexed_document(record.properties) for record in found.objects]

    async def search(self, tenant: str, query: SearchQuery, vector: Vectors) -> list[Hit]:
        """As the port says. Raises ValueError unless `vector` has shape (dimension,)."""
        if vector.shape != (self._dimension,):
            raise ValueError(f"the vector has shape {vector.shape}, not {(self._dimension,)}")
        if query.limit <= 0 or not await self._has_tenant(tenant):
            return []
        for _ in range(_SEARCH_ATTEMPTS):
            began = time.time_ns() // 1000
            async with weaviate_call("searching"):
                candidates = await find_candidates(self._chunks(tenant), query, vector)
            records = await self._records(tenant, candidates.documents)
            if all(record["indexed_at"] < began for record in records.values()):
                return fused_hits(candidates, records, query)
            await asyncio.sleep(_SEARCH_WAIT_SECONDS)
        raise Unavailable("The documents that this search finds change faster than it can read them.")

    async def stats(self, tenant: str) -> IndexStats:
        if not await self._has_tenant(tenant):
            return IndexStats(0, 0, "0-0")
        async with weaviate_call("counting documents"):
            found = await self._documents(tenant).aggregate.over_all(
                total_count=True,
                return_metrics=[
                    wa.Metrics("chunk_count").integer(sum_=True),
                    wa.Metrics("revision").integer(sum_=True),
                ],
            )
        chunks, revisions = (int(found.properties[name].sum_ or 0) for name in ("chunk_count", "revision"))
        return IndexStats(int(found.total_count), chunks, f"{found.total_count:x}-{revisions:x}")

    async def check(self) -> ComponentStatus:
        try:
            async with weaviate_call("checking"):
                version = (await self._client.get_meta())["version"]
                nodes = len(await self._client.cluster.nodes())
        except NightdeskError as error:
            return ComponentStatus("vector_store", "weaviate", ComponentState.FAILED, error.message, error.fix)
        detail = f"Weaviate {version} at {self._address}, nodes: {nodes} ({self._embedder})"
        return ComponentStatus("vector_store", "weaviate", ComponentState.OK, detail)

    async def close(self) -> None:
        await self._client.close()

    def _documents(self, tenant: str) -> Any:
        return self._collection(DOCUMENTS, tenant)

    def _chunks(self, tenant: str) -> Any:
        return self._collection(CHUNKS, tenant)

    def _collection(self, name: str, tenant: str) -> Any:
        collection = self._client.collections.use(name).with_tenant(tenant_name(tenant))
        return collection.with_consistency_level(ConsistencyLevel.QUORUM)

    def _now(self) -> int:
        """Microseconds since 1970, a later number at every call."""
        self._last_microsecond = max(time.time_ns() // 1000, self._last_microsecond + 1)
        return self._last_microsecond

    def _write_lock(self, tenant: str, document: UUID) -> asyncio.Lock:
        return self._write_locks.setdefault((tenant, document), asyncio.Lock())

    async def _has_tenant(self, tenant: str) -> bool:
        if tenant not in self._known_tenants:
            async with weaviate_call("looking up a tenant"):
                if not await self._client.collections.use(DOCUMENTS).tenants.exists(tenant_name(tenant)):
                    return False
            self._known_tenants.add(tenant)
        return True

    async def _require_tenant(self, tenant: str) -> None:
        if not await self._has_tenant(tenant):
            async with weaviate_call("creating a tenant"):
                # The documents' tenant comes last, because readers look for that one.
                for name in (CHUNKS, DOCUMENTS):
                    await self._client.collections.use(name).tenants.create([Tenant(name=tenant_name(tenant))])

    async def _records(self, tenant: str, documents: set[UUID]) -> dict[UUID, dict[str, Any]]:
        """The records of those of `documents` that exist."""
        if not documents:
            return {}
        async with weaviate_call("reading documents"):
            found = await self._documents(tenant).query.fetch_objects_by_ids(list(documents), limit=len(documents))
        return {record.uuid: record.properties for record in found.objects}

    async def _insert(self, collection: Any, objects: Sequence[Any]) -> None:
        """Insert or overwrite all of `objects`; what fails is tried again, because a new tenant's index may lag."""
        for start in range(0, len(objects), _BATCH):
            pending = list(objects[start : start + _BATCH])
            for attempt in range(_INSERT_ATTEMPTS):
                errors = await self._insert_once(collection, pending)
                if not errors:
                    break
                pending = [pending[position] for position in errors]
                await asyncio.sleep(_INSERT_WAIT_SECONDS * 2**attempt)
            else:
                raise Unavailable(f"Weaviate did not take {len(pending)} objects: {next(iter(errors.values()))}")

    async def _insert_once(self, collection: Any, objects: Sequence[Any]) -> dict[int, str]:
        """Error messages by the position of the objects that failed."""
        async with weaviate_call("inserting"):
            try:
                result = await collection.data.insert_many(objects)
            except WeaviateInsertManyAllFailedError as error:
                return dict.fromkeys(range(len(objects)), error.message)
        return {position: error.message for position, error in result.errors.items()}

    async def _delete_chunks(self, tenant: str, generations: Any, document: UUID) -> None:
        """Delete the document's chunks of these generations; one call deletes at most Weaviate's maximum."""
        where = Filter.by_property("document").equal(document) & generations
        while True:
            async with weaviate_call("deleting chunks"):
                result = await self._chunks(tenant).data.delete_many(where=where)
            if result.failed:
                raise Unavailable(f"Weaviate did not delete {result.failed} chunks.")
            if result.matches == 0:
                return
