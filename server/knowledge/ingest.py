"""Takes documents in: makes them durable, then indexes them in the order of their arrival."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

import structlog

from server.domain import Chunk, Document
from server.errors import ResourceExhausted, Unavailable, UnreadableDocument
from server.knowledge.indexer import Indexer
from server.knowledge.outcome import IngestionState, Outcome
from server.knowledge.parser_pool import ParserPool
from server.knowledge.review import Review, decide
from server.knowledge.spool import Job, Spool, Waiting
from server.ports import Embedder, RailEngine, VectorStore

BATCH_DOCUMENTS = 64
BATCH_BYTES = 16 * 1024 * 1024
"""What is indexed at once; memory grows with it."""

MAX_WAITING_DOCUMENTS = 1024
MAX_WAITING_BYTES = 256 * 1024 * 1024
"""What may wait on disk before `accept` lets its caller wait."""

RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 30.0
"""The first and the longest pause while the store or the embedder cannot be reached."""

log = structlog.get_logger()

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that is durable. `document_count` counts those of its ingestion so far, this one included.

    `outcome` raises Unavailable where the ingestor is closed first; the document is then indexed at the next start.
    """

    document_count: int
    outcome: asyncio.Future[Outcome]


@dataclass(frozen=True, slots=True)
class _Pending:
    waiting: Waiting
    outcome: asyncio.Future[Outcome]


class Ingestor:
    """Open it with `open`, which goes on with what was acknowledged before a crash. One to a spool file."""

    def __init__(self, spool: Spool, indexer: Indexer, store: VectorStore, parsers: ParserPool, limit: int) -> None:
        self._spool = spool
        self._indexer = indexer
        self._store = store
        self._parsers = parsers
        self.max_document_bytes = limit
        self._pending: dict[int, _Pending] = {}
        self._held: set[tuple[str, str]] = set()
        self._sequences = itertools.count(1)
        self._arrived = asyncio.Event()
        self._room = asyncio.Condition()
        self._worker: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        spool_path: Path,
        store: VectorStore,
        embedder: Embedder,
        rails: RailEngine,
        *,
        max_document_bytes: int,
        parse_timeout: float,
    ) -> Self:
        """Open the spool and begin to index what waits in it. Raises CorruptedData."""
        spool = await Spool.open(spool_path)
        parsers = ParserPool(timeout=parse_timeout)
        ingestor = cls(spool, Indexer(store, embedder, rails, parsers), store, parsers, max_document_bytes)
        await ingestor._recover()
        return ingestor

    @property
    def backlog(self) -> int:
        """Documents that are durable but not indexed."""
        return len(self._pending)

    async def begin(self, tenant: str, ingestion_id: str = "") -> str:
        """Begin an ingestion, or go on with one. Returns its id; raises NotFound for an id that is not the tenant's."""
        if ingestion_id:
            await self._spool.ingestion(tenant, ingestion_id)
            return ingestion_id
        ingestion_id = uuid4().hex
        await self._spool.begin(tenant, ingestion_id)
        return ingestion_id

    async def unchanged(self, tenant: str, document: Document) -> Outcome | None:
        """The outcome of a document that is known by its header alone; None where its bytes are wanted."""
        if not document.content_hash or self._waits(tenant, document.id):
            return None
        return await self._indexer.unchanged(tenant, document)

    def check_size(self, byte_count: int) -> None:
        """Raises UnreadableDocument with reason TOO_LARGE."""
        if byte_count > self.max_document_bytes:
            raise UnreadableDocument(
                f"It is larger than {self.max_document_bytes:,} bytes.",
                reason="TOO_LARGE",
                fix="Split it, or raise NIGHTDESK_MAX_DOCUMENT_BYTES.",
            )

    async def accept(self, tenant: str, ingestion_id: str, document: Document, data: bytes) -> Accepted:
        """Make a document durable; it is indexed from then on. Waits while too much is in front of it.

        An empty `content_hash` is filled in. Raises UnreadableDocument with reason TOO_LARGE or HASH_MISMATCH.
        """
        self.check_size(len(data))
        content_hash = (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()
        if document.content_hash not in ("", content_hash):
            raise UnreadableDocument(
                "Its bytes do not have the SHA-256 that its header says.",
                reason="HASH_MISMATCH",
                fix="Send it again; if that does not help, compute the hash again.",
            )
        async with self._room:
            await self._room.wait_for(lambda: self._has_room() and (tenant, document.id) not in self._held)
            job = Job(next(self._sequences), tenant, replace(document, content_hash=content_hash), data)
            outcome = self._await_outcome(Waiting(job.sequence, tenant, document.id, len(data)))
        try:
            document_count = await self._spool.append(job, ingestion_id)
        except BaseException:
            self._pending.pop(job.sequence, None)
            raise
        finally:
            # Also when the caller has gone away: the bytes may be on disk by then.
            self._arrived.set()
        return Accepted(document_count, outcome)

    async def ingestion(self, tenant: str, ingestion_id: str) -> IngestionState:
        """How far an ingestion got. Raises NotFound."""
        return await self._spool.ingestion(tenant, ingestion_id)

    async def delete(self, tenant: str, document_id: str) -> bool:
        """Remove a document, also one that waits to be indexed. False where there was none."""
        return await self._alone(tenant, document_id, self._store.delete(tenant, document_id))

    async def review(self, tenant: str, review: Review) -> Chunk:
        """Carry out a decision on a chunk, after the versions of its document that wait to be indexed.

        The chunk as it is afterwards. Raises NotFound, also where a new version replaced it.
        """
        return await self._alone(tenant, review.document_id, decide(self._store, tenant, review))

    async def drain(self) -> None:
        """Return when all that was accepted so far is indexed."""
        await asyncio.gather(*(pending.outcome for pending in self._pending.values()))

    async def close(self) -> None:
        """Stop indexing. What waits is indexed at the next start."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        self._parsers.close()
        await self._spool.close()
        for pending in self._pending.values():
            pending.outcome.set_exception(Unavailable("The server is stopping.", fix="What was acknowledged is safe."))
            # Whoever still waits is told; nobody has to be.
            pending.outcome.exception()

    async def _recover(self) -> None:
        for waiting in await self._spool.waiting():
            self._await_outcome(waiting)
        self._sequences = itertools.count(await self._spool.last_sequence() + 1)
        if self._pending:
            log.info("ingestion_recovered", documents=len(self._pending))
            self._arrived.set()
        self._worker = asyncio.create_task(self._run(), name="ingest")

    def _await_outcome(self, waiting: Waiting) -> asyncio.Future[Outcome]:
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._pending[waiting.sequence] = _Pending(waiting, outcome)
        return outcome

    def _waits(self, tenant: str, document_id: str) -> list[asyncio.Future[Outcome]]:
        return [
            pending.outcome
            for pending in self._pending.values()
            if (pending.waiting.tenant, pending.waiting.document_id) == (tenant, document_id)
        ]

    async def _alone(self, tenant: str, document_id: str, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Do `work` while none of the document's versions waits to be indexed, and none is accepted."""
        key = (tenant, document_id)
        try:
            while key in self._held or self._waits(tenant, document_id):
                await _settled(self._waits(tenant, document_id))
                async with self._room:
                    await self._room.wait_for(lambda: key not in self._held)
        except BaseException:
            work.close()
            raise
        self._held.add(key)
        task = asyncio.create_task(work)
        try:
            return await asyncio.shield(task)
        finally:
            # A caller that goes away leaves the work half done: what comes next has to wait for its end.
            await asyncio.wait([task])
            self._held.discard(key)
            async with self._room:
                self._room.notify_all()

    def _has_room(self) -> bool:
        waiting_bytes = sum(pending.waiting.size for pending in self._pending.values())
        return len(self._pending) < MAX_WAITING_DOCUMENTS and waiting_bytes < MAX_WAITING_BYTES

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while jobs := await self._spool.load(_batch(await self._spool.waiting())):
                outcomes = await self._index(jobs)
                await self._spool.finish([(job.sequence, outcome) for job, outcome in zip(jobs, outcomes, strict=True)])
                for job, outcome in zip(jobs, outcomes, strict=True):
                    pending = self._pending.pop(job.sequence, None)
                    if pending is not None and not pending.outcome.done():
                        pending.outcome.set_result(outcome)
                async with self._room:
                    self._room.notify_all()

    async def _index(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Index documents together, one by one where that fails, again and again while a dependency is away."""
        pause = RETRY_SECONDS
        while True:
            try:
                return await self._indexer.index(jobs)
            except (Unavailable, ResourceExhausted) as error:
                log.warning("ingestion_delayed", reason=error.reason, detail=str(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, MAX_RETRY_SECONDS)
            except Exception:
                log.exception("indexing_failed", documents=[job.document.id for job in jobs])
                if len(jobs) == 1:
                    fault = UnreadableDocument("Indexing it failed.", fix="The server's log has the cause.")
                    return [Outcome.rejected(jobs[0].document.id, fault)]
                return [outcome for job in jobs for outcome in await self._index([job])]


async def _settled(outcomes: Sequence[asyncio.Future[Outcome]]) -> None:
    """Return when all are known; a caller that is cancelled cancels none of them. Raises Unavailable as they do."""
    if outcomes:
        await asyncio.wait(outcomes)
    for outcome in outcomes:
        outcome.result()


def _batch(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The oldest documents that may be indexed together: at least one, and no id twice."""
    batch: dict[tuple[str, str], Waiting] = {}
    size = 0
    for item in waiting:
        key = (item.tenant, item.document_id)
        if batch and (len(batch) >= BATCH_DOCUMENTS or size + item.size > BATCH_BYTES):
            break
        if key not in batch:
            batch[key] = item
            size += item.size
    return list(batch.values())
