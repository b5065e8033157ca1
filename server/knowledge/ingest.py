"""Takes documents in: makes them durable, then indexes them in the order of their arrival."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

import structlog

from server.domain import Chunk, Document
from server.errors import ResourceExhausted, Unavailable, UnreadableDocument
from server.knowledge.backlog import Backlog
from server.knowledge.estimate import TokenEstimate
from server.knowledge.indexer import Indexer
from server.knowledge.outcome import IngestionState, Outcome
from server.knowledge.parser_pool import ParserPool
from server.knowledge.review import Review, decide
from server.knowledge.spool import Job, Spool, Waiting
from server.ports import Embedder, RailEngine, VectorStore

LANES = 3
"""Batches at once: one is read and cut while another is embedded and a third is stored."""

MAX_UNWRITTEN_BYTES = 16 * 1024 * 1024
"""What may be in memory on its way to the disk before `submit` lets its caller wait."""

INLINE_HASH_BYTES = 256 * 1024
"""Up to here hashing costs less than handing it to a thread."""

INGESTION_PAGE = 10_000
"""Documents of an ingestion that are told at once, at the most."""

RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 30.0
"""The first and the longest pause while the store, the embedder or the disk cannot be used."""

log = structlog.get_logger()

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A document on its way to the disk.

    `document_count`, of its ingestion so far and this one included, is there when it is durable; it raises Unavailable
    where the disk does not take it. `outcome` raises Unavailable then as well, and where the ingestor is closed first:
    a durable document is then indexed at the next start.
    """

    document_count: asyncio.Future[int]
    outcome: asyncio.Future[Outcome]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that is durable. `document_count` and `outcome` are as in Submitted."""

    document_count: int
    outcome: asyncio.Future[Outcome]


class Ingestor:
    """Open it with `open`, which goes on with what was acknowledged before a crash. One to a spool file."""

    def __init__(self, spool: Spool, indexer: Indexer, store: VectorStore, parsers: ParserPool, limit: int) -> None:
        self._spool = spool
        self._indexer = indexer
        self._store = store
        self._parsers = parsers
        self.max_document_bytes = limit
        self._waiting = Backlog()
        self._sequences = itertools.count(1)
        self._lanes: list[asyncio.Task[None]] = []

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
        parsers = ParserPool(timeout=parse_timeout, estimate=TokenEstimate.like(embedder.count_tokens))
        ingestor = cls(spool, Indexer(store, embedder, rails, parsers), store, parsers, max_document_bytes)
        await ingestor._recover()
        return ingestor

    @property
    def backlog(self) -> int:
        """Documents that are durable, or about to be, but not indexed."""
        return len(self._waiting)

    async def begin(self, tenant: str, ingestion_id: str = "") -> str:
        """Begin an ingestion, or go on with one. Returns its id; raises NotFound for an id that is not the tenant's."""
        if ingestion_id:
            await self._spool.ingestion(tenant, ingestion_id, after=0, limit=1)
            return ingestion_id
        ingestion_id = uuid4().hex
        await self._spool.begin(tenant, ingestion_id)
        return ingestion_id

    async def unchanged(self, tenant: str, document: Document) -> Outcome | None:
        """The outcome of a document that is known by its header alone; None where its bytes are wanted."""
        if not document.content_hash or self._waiting.outcomes(tenant, document.id):
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

    async def submit(self, tenant: str, ingestion_id: str, document: Document, data: bytes) -> Submitted:
        """Begin to make a document durable; it is indexed from then on. Waits while too much is in front of it.

        Documents with the same id are indexed in the order of these calls. An empty `content_hash` is filled in. Raises
        UnreadableDocument with reason TOO_LARGE or HASH_MISMATCH.
        """
        self.check_size(len(data))
        document = replace(document, content_hash=await _checked_hash(document, data))
        await self._waiting.room(tenant, document.id, lambda: self._spool.unwritten_bytes < MAX_UNWRITTEN_BYTES)
        job = Job(next(self._sequences), tenant, document, data)
        waiting = Waiting(job.sequence, tenant, document.id, len(data))
        outcome = self._waiting.add(waiting)
        document_count = self._spool.append(job, ingestion_id)
        document_count.add_done_callback(partial(self._written, waiting))
        return Submitted(document_count, outcome)

    async def accept(self, tenant: str, ingestion_id: str, document: Document, data: bytes) -> Accepted:
        """Submit a document and wait until it is durable. Raises as `submit` does, and Unavailable."""
        submitted = await self.submit(tenant, ingestion_id, document, data)
        return Accepted(await asyncio.shield(submitted.document_count), submitted.outcome)

    async def ingestion(
        self, tenant: str, ingestion_id: str, *, after: int = 0, limit: int = INGESTION_PAGE
    ) -> IngestionState:
        """How far an ingestion got, with a page of its documents. Raises NotFound."""
        return await self._spool.ingestion(tenant, ingestion_id, after=after, limit=limit)

    async def delete(self, tenant: str, document_id: str) -> bool:
        """Remove a document, also one that waits to be indexed. False where there was none."""
        return await self._alone(tenant, document_id, partial(self._store.delete, tenant, document_id))

    async def review(self, tenant: str, review: Review) -> Chunk:
        """Carry out a decision on a chunk, after the versions of its document that wait to be indexed.

        The chunk as it is afterwards. Raises NotFound, also where a new version replaced it.
        """
        return await self._alone(tenant, review.document_id, partial(decide, self._store, tenant, review))

    async def drain(self) -> None:
        """Return when all that was accepted so far is indexed."""
        await asyncio.gather(*(asyncio.shield(outcome) for outcome in self._waiting.all_outcomes()))

    async def close(self) -> None:
        """Stop indexing. What waits is indexed at the next start."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        await self._parsers.close()
        await self._spool.close()
        self._waiting.fail(Unavailable("The server is stopping.", fix="What was acknowledged is safe."))

    async def _recover(self) -> None:
        for waiting in await self._spool.waiting():
            self._waiting.add(waiting)
            self._waiting.may_begin(waiting)
        self._sequences = itertools.count(await self._spool.last_sequence() + 1)
        if self.backlog:
            log.info("ingestion_recovered", documents=self.backlog)
        self._lanes = [asyncio.create_task(self._run(), name=f"ingest-{lane}") for lane in range(LANES)]

    async def _alone(self, tenant: str, document_id: str, work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
        """Do `work` while none of the document's versions waits to be indexed, and none is taken in."""
        async with self._waiting.alone(tenant, document_id):
            task = asyncio.create_task(work())
            try:
                return await asyncio.shield(task)
            finally:
                # A caller that goes away leaves the work half done: what comes next has to wait for its end.
                await asyncio.wait([task])

    def _written(self, waiting: Waiting, document_count: asyncio.Future[int]) -> None:
        error = document_count.exception()
        if error is None:
            self._waiting.may_begin(waiting)
        else:
            self._waiting.drop(waiting, error)

    async def _run(self) -> None:
        """Index batch after batch; no two lanes have the same document."""
        while True:
            batch = await self._waiting.take()
            jobs = await self._persistently(partial(self._spool.load, batch))
            outcomes = await self._index(jobs)
            done = [(job.sequence, outcome) for job, outcome in zip(jobs, outcomes, strict=True)]
            await self._persistently(partial(self._spool.finish, done))
            self._waiting.finish(zip(batch, outcomes, strict=True))

    async def _index(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Index documents together, one by one where that fails, again and again while a dependency is away."""
        try:
            return await self._persistently(partial(self._indexer.index, jobs))
        except Exception:
            log.exception("indexing_failed", documents=[job.document.id for job in jobs])
            if len(jobs) == 1:
                fault = UnreadableDocument("Indexing it failed.", fix="The server's log has the cause.")
                return [Outcome.rejected(jobs[0].document.id, fault)]
            return [outcome for job in jobs for outcome in await self._index([job])]

    @staticmethod
    async def _persistently(work: Callable[[], Awaitable[_Result]]) -> _Result:
        """The result of `work`, tried again and again while what it needs is away."""
        pause = RETRY_SECONDS
        while True:
            try:
                return await work()
            except (Unavailable, ResourceExhausted) as error:
                log.warning("ingestion_delayed", reason=error.reason, detail=str(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, MAX_RETRY_SECONDS)


async def _checked_hash(document: Document, data: bytes) -> str:
    """The SHA-256 of the bytes in hex. Raises UnreadableDocument where the document's header has another one."""
    if len(data) <= INLINE_HASH_BYTES:
        content_hash = hashlib.sha256(data).hexdigest()
    else:
        content_hash = (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()
    if document.content_hash not in ("", content_hash):
        raise UnreadableDocument(
            "Its bytes do not have the SHA-256 that its header says.",
            reason="HASH_MISMATCH",
            fix="Send it again; if that does not help, compute the hash again.",
        )
    return content_hash
