"""The embedded vector store: one SQLite file, whose vectors and words are scanned exactly with numpy."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar

from server.domain import (
    Chunk,
    ComponentState,
    ComponentStatus,
    Document,
    Found,
    IndexedDocument,
    IndexStats,
    SearchQuery,
    StoredDocument,
)
from server.errors import NightdeskError
from server.ports import Vectors
from server.vector_stores.sqlite_changes import Deletion, Replacement
from server.vector_stores.sqlite_connections import Connections
from server.vector_stores.sqlite_documents import DOCUMENT_COLUMNS, hits, indexed_documents, stored_document
from server.vector_stores.sqlite_hybrid import hybrid_candidates
from server.vector_stores.sqlite_schema import create_or_check, require_sound
from server.vector_stores.sqlite_snapshots import Snapshots
from server.vector_stores.sqlite_tenants import find_tenant, tenant_counts
from server.vector_stores.sqlite_vocabulary import Vocabularies
from server.vector_stores.sqlite_writer import Writer

P = ParamSpec("P")
R = TypeVar("R")

_THREADS = 4


class SqliteVectorStore:
    """Documents, chunks and vectors of all tenants in one file.

    A write is on disk before the call returns (WAL with synchronous=FULL); writes that wait at the same time share a
    transaction. A search reads one state of the file for both of its sides: a replaced document is there in its old or
    its new form, never in parts. Several processes may open the file; writers wait for each other.
    """

    def __init__(self, path: Path, connections: Connections, index_id: str, embedder_name: str, dimension: int) -> None:
        """For `open`, which callers use."""
        self._path = path
        self._connections = connections
        self._index_id = index_id
        self._embedder = f"{embedder_name}, {dimension} dimensions"
        self._dimension = dimension
        vocabularies = Vocabularies()
        self._snapshots = Snapshots(dimension, vocabularies)
        self._writer = Writer(connections, vocabularies)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="vector-store")

    @classmethod
    def open(cls, path: Path, *, embedder_name: str, dimension: int) -> Self:
        """Open the index at `path`, or create it with its folder.

        Raises:
            FailedPrecondition: it holds the vectors of another embedder, or another version made it.
            CorruptedData: it is not a sound database.
            Unavailable: it cannot be opened or written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connections = Connections(path)
        try:
            require_sound(connections, path)
            index_id = create_or_check(connections, path, embedder_name, dimension)
        except NightdeskError:
            connections.close()
            raise
        return cls(path, connections, index_id, embedder_name, dimension)

    async def replace(self, tenant: str, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """As the port says. Raises ValueError unless `vectors` has shape (len(chunks), dimension)."""
        if vectors.shape != (len(chunks), self._dimension):
            raise ValueError(f"vectors have shape {vectors.shape}, not {(len(chunks), self._dimension)}")
        await self._writer.write(lambda: Replacement(tenant, document, chunks, vectors))

    async def delete(self, tenant: str, document_id: str) -> bool:
        return await self._writer.write(lambda: Deletion(tenant, document_id))

    async def get(self, tenant: str, document_id: str) -> IndexedDocument | None:
        found = await self._run(self._documents, tenant, "d.id = ?", (document_id, 1))
        return found[0] if found else None

    async def list_tenants(self) -> list[str]:
        return await self._run(self._tenants)

    async def list_documents(
        self, tenant: str, *, after: str = "", limit: int = 100, quarantined_only: bool = False
    ) -> list[IndexedDocument]:
        condition = "d.id > ? AND d.quarantined_chunk_count > 0" if quarantined_only else "d.id > ?"
        return await self._run(self._documents, tenant, condition, (after, limit))

    async def read(self, tenant: str, document_id: str) -> StoredDocument | None:
        return await self._run(self._read, tenant, document_id)

    async def search(self, tenant: str, query: SearchQuery, vector: Vectors) -> Found:
        """As the port says. Raises ValueError unless `vector` has shape (dimension,)."""
        if vector.shape != (self._dimension,):
            raise ValueError(f"the vector has shape {vector.shape}, not {(self._dimension,)}")
        return await self._run(self._search, tenant, query, vector)

    async def stats(self, tenant: str) -> IndexStats:
        return await self._run(self._stats, tenant)

    async def check(self) -> ComponentStatus:
        try:
            await self._run(self._totals)
        except NightdeskError as error:
            return ComponentStatus("vector_store", "sqlite", ComponentState.FAILED, error.message, error.fix)
        # No counts: they would tell every tenant how much the others hold.
        detail = f"{self._path} ({self._embedder})"
        return ComponentStatus("vector_store", "sqlite", ComponentState.OK, detail)

    async def close(self) -> None:
        """Waits for calls that are under way. The store cannot be used afterwards."""
        await self._writer.close()
        await asyncio.to_thread(self._threads.shutdown)
        self._connections.close()

    async def _run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Off the event loop. A cancelled call's work still ends by itself, wholly done or undone."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **kwargs))

    def _documents(self, tenant: str, condition: str, values: tuple[str, int]) -> list[IndexedDocument]:
        with self._connections.reading() as db:
            return indexed_documents(_document_rows(db, tenant, condition, values))

    def _tenants(self) -> list[str]:
        with self._connections.reading() as db:
            return [name for (name,) in db.execute("SELECT name FROM tenants ORDER BY name")]

    def _read(self, tenant: str, document_id: str) -> StoredDocument | None:
        with self._connections.reading() as db:
            found = indexed_documents(_document_rows(db, tenant, "d.id = ?", (document_id, 1)))
            return stored_document(db, tenant, found[0], self._dimension) if found else None

    def _search(self, tenant_name: str, query: SearchQuery, vector: Vectors) -> Found:
        while True:
            with self._connections.reading() as db:
                tenant = find_tenant(db, tenant_name)
                if tenant is None:
                    return Found((), self._version(0))
                snapshot = self._snapshots.at(db, tenant)
                if snapshot is not None:
                    best = hybrid_candidates(snapshot, query, vector)
                    return Found(tuple(hits(db, best)), self._version(tenant.version))

    def _version(self, number: int) -> str:
        return f"{self._index_id}-{number}"

    def _stats(self, tenant_name: str) -> IndexStats:
        with self._connections.reading() as db:
            tenant, counts = find_tenant(db, tenant_name), tenant_counts(db, tenant_name)
        return IndexStats(counts.documents, counts.chunks, self._version(tenant.version if tenant else 0))

    def _totals(self) -> tuple[int, int]:
        with self._connections.reading() as db:
            totals = "SELECT coalesce(sum(document_count), 0), coalesce(sum(chunk_count), 0) FROM tenants"
            documents, chunks = db.execute(totals).fetchone()
            return documents, chunks


def _document_rows(
    db: sqlite3.Connection, tenant: str, condition: str, values: tuple[str, int]
) -> Iterable[tuple[Any, ...]]:
    columns = ", ".join(f"d.{column}" for column in DOCUMENT_COLUMNS.split(", "))
    return db.execute(
        f"SELECT {columns} FROM documents AS d JOIN tenants AS t ON t.number = d.tenant "  # noqa: S608 - constants
        f"WHERE t.name = ? AND {condition} ORDER BY d.id LIMIT ?",
        (tenant, *values),
    )
