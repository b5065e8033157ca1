"""Documents that were acknowledged, on disk until they are indexed.

An SQLite file rather than one file a document: one fsync makes any number of waiting documents durable together, a
crash leaves no half-written one, and what became of each is kept beside it.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from pydantic import TypeAdapter

from server.domain import Document
from server.errors import CorruptedData, NotFound, Unavailable
from server.knowledge.outcome import IngestionState, Outcome

KEPT_SECONDS = 30 * 24 * 3600.0
"""For so long a finished ingestion can be asked about."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS ingestions (
    tenant TEXT NOT NULL,
    ingestion_id TEXT NOT NULL,
    started_at REAL NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    indexed INTEGER NOT NULL DEFAULT 0,
    chunks INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, ingestion_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    sequence INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    ingestion_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    header TEXT NOT NULL,
    size INTEGER NOT NULL,
    data BLOB,
    outcome TEXT
);
CREATE INDEX IF NOT EXISTS documents_waiting ON documents (sequence) WHERE outcome IS NULL;
CREATE INDEX IF NOT EXISTS documents_of_ingestion ON documents (tenant, ingestion_id, sequence);
"""

_DOCUMENT = TypeAdapter(Document)

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that is durable but not indexed. `sequence` is in the order of arrival, `size` in bytes."""

    sequence: int
    tenant: str
    document_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Job:
    """A document to index."""

    sequence: int
    tenant: str
    document: Document
    data: bytes


@dataclass(frozen=True, slots=True)
class _Arrival:
    job: Job
    ingestion_id: str
    document_count: asyncio.Future[int]


class Spool:
    """One connection, used by one thread."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._arrivals: list[_Arrival] = []
        self._writing: asyncio.Task[None] | None = None
        self.unwritten_bytes = 0
        """Of documents that are on their way to the disk."""

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or make the file, and forget what finished long ago. Raises CorruptedData."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(thread, _connect, path)
        except sqlite3.DatabaseError as error:
            thread.shutdown()
            raise CorruptedData(
                f"{path} cannot be read: {error}.",
                fix="Move it away and ingest again; what is indexed already is not in it.",
            ) from error
        return cls(connection, thread)

    async def begin(self, tenant: str, ingestion_id: str) -> None:
        """Write an ingestion down; nothing changes where it exists."""
        sql = "INSERT OR IGNORE INTO ingestions (tenant, ingestion_id, started_at) VALUES (?, ?, ?)"
        await self._run(lambda: self._connection.execute(sql, (tenant, ingestion_id, time.time())))

    def append(self, job: Job, ingestion_id: str) -> asyncio.Future[int]:
        """Begin to make a document durable; documents become so in the order of these calls.

        The result is the count of documents of its ingestion so far; it raises Unavailable where the disk does not take
        it. Documents that arrive while others are being written share the next write and its fsync.
        """
        arrival = _Arrival(job, ingestion_id, asyncio.get_running_loop().create_future())
        self._arrivals.append(arrival)
        self.unwritten_bytes += len(job.data)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_arrivals(), name="spool")
        return arrival.document_count

    async def waiting(self) -> list[Waiting]:
        """All that is not indexed, oldest first."""
        sql = "SELECT sequence, tenant, document_id, size FROM documents WHERE outcome IS NULL ORDER BY sequence"
        return await self._run(lambda: [Waiting(*row) for row in self._connection.execute(sql)])

    async def last_sequence(self) -> int:
        """The highest sequence in the file, 0 where it is empty."""
        (last,) = await self._run(lambda: self._connection.execute("SELECT max(sequence) FROM documents").fetchone())
        return last or 0

    async def load(self, chosen: Sequence[Waiting]) -> list[Job]:
        """The documents with their bytes."""

        def load() -> list[Job]:
            sql = "SELECT header, data FROM documents WHERE sequence = ?"
            rows = ((item, *self._connection.execute(sql, (item.sequence,)).fetchone()) for item in chosen)
            return [
                Job(item.sequence, item.tenant, _DOCUMENT.validate_json(header), data) for item, header, data in rows
            ]

        return await self._run(load)

    async def finish(self, outcomes: Iterable[tuple[int, Outcome]]) -> None:
        """Keep what became of documents, by sequence, and let their bytes go."""

        def finish() -> None:
            for sequence, outcome in outcomes:
                done = (json.dumps(asdict(outcome)), sequence)
                self._connection.execute("UPDATE documents SET data = NULL, outcome = ? WHERE sequence = ?", done)
                self._connection.execute(
                    "UPDATE ingestions SET indexed = indexed + 1, chunks = chunks + ? WHERE (tenant, ingestion_id) ="
                    " (SELECT tenant, ingestion_id FROM documents WHERE sequence = ?)",
                    (outcome.chunk_count, sequence),
                )

        await self._run(lambda: self._transaction(finish))

    async def ingestion(self, tenant: str, ingestion_id: str, *, after: int, limit: int) -> IngestionState:
        """How far an ingestion got. Raises NotFound."""
        state = await self._run(lambda: self._ingestion(tenant, ingestion_id, after, limit))
        if state is None:
            raise NotFound(
                f"There is no ingestion {ingestion_id!r}.", reason="INGESTION_NOT_FOUND", fix="Begin a new one."
            )
        return state

    async def close(self) -> None:
        """Wait for what is being written, and close the file."""
        if self._writing is not None:
            await self._writing
        await self._run(self._connection.close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise Unavailable(
                f"The spool cannot be written now: {error}.",
                fix="Check the free space and the permissions of NIGHTDESK_DATA_DIR.",
            ) from error

    def _transaction(self, work: Callable[[], None]) -> None:
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            work()

    async def _write_arrivals(self) -> None:
        while self._arrivals:
            arrivals, self._arrivals = self._arrivals, []
            counts: list[int] = []
            try:
                await self._run(partial(self._transaction, partial(self._store_all, arrivals, counts)))
            except Unavailable as error:
                for arrival in arrivals:
                    arrival.document_count.set_exception(error)
            else:
                for arrival, count in zip(arrivals, counts, strict=True):
                    arrival.document_count.set_result(count)
            self.unwritten_bytes -= sum(len(arrival.job.data) for arrival in arrivals)
        self._writing = None

    def _store_all(self, arrivals: Sequence[_Arrival], counts: list[int]) -> None:
        counts.extend(self._store(arrival.job, arrival.ingestion_id) for arrival in arrivals)

    def _store(self, job: Job, ingestion_id: str) -> int:
        self._connection.execute(
            "INSERT INTO documents (sequence, tenant, ingestion_id, document_id, header, size, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                job.sequence,
                job.tenant,
                ingestion_id,
                job.document.id,
                _DOCUMENT.dump_json(job.document).decode(),
                len(job.data),
                job.data,
            ),
        )
        counted = self._connection.execute(
            "UPDATE ingestions SET received = received + 1 WHERE tenant = ? AND ingestion_id = ? RETURNING received",
            (job.tenant, ingestion_id),
        ).fetchone()
        return int(counted[0])

    def _ingestion(self, tenant: str, ingestion_id: str, after: int, limit: int) -> IngestionState | None:
        key = (tenant, ingestion_id)
        sql = "SELECT received, indexed, chunks FROM ingestions WHERE tenant = ? AND ingestion_id = ?"
        counts = self._connection.execute(sql, key).fetchone()
        if counts is None:
            return None
        sql = (
            "SELECT sequence, document_id FROM documents WHERE tenant = ? AND ingestion_id = ? AND sequence > ? "
            "ORDER BY sequence LIMIT ?"
        )
        page = self._connection.execute(sql, (*key, after, limit)).fetchall()
        ids = dict.fromkeys(document_id for _, document_id in page)
        received, indexed, chunks = counts
        next_after = page[-1][0] if len(page) == limit else 0
        return IngestionState(ingestion_id, received, indexed, chunks, tuple(ids), next_after)


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        _forget_old(connection)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _forget_old(connection: sqlite3.Connection) -> None:
    old = "SELECT tenant, ingestion_id FROM ingestions WHERE indexed = received AND started_at < ?"
    before = (time.time() - KEPT_SECONDS,)
    connection.execute(f"DELETE FROM documents WHERE (tenant, ingestion_id) IN ({old})", before)  # noqa: S608
    connection.execute("DELETE FROM ingestions WHERE indexed = received AND started_at < ?", before)
