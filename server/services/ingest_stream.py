"""One ingest stream: what the caller sends on one side, what became of it on the other, independent of each other."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from google.protobuf.duration_pb2 import Duration

from nightdesk.v1 import common_pb2, ingest_pb2
from server.domain import Document, DocumentKind, Principal
from server.errors import InvalidArgument, NightdeskError, UnreadableDocument
from server.knowledge.ingest import Ingestor
from server.knowledge.outcome import DocumentStatus, Outcome
from server.services import convert, validate

MAX_PART_BYTES = 1024 * 1024
PROGRESS_EVERY = 25
"""Documents between two progress events."""
BACK_OFF_BACKLOG = 512
"""From so many waiting documents on, the caller is asked to slow down."""
BACK_OFF_SECONDS = 0.25
"""Long enough to matter, short enough that the backlog does not run dry meanwhile."""
MAX_UNREAD_RESPONSES = 1024
"""What may wait for a caller that does not read its responses, documents without an outcome counted as one to come;
from then on nothing more is taken from it."""

_STATUSES: dict[DocumentStatus, ingest_pb2.DocumentStatus.ValueType] = {
    DocumentStatus.CREATED: ingest_pb2.DOCUMENT_STATUS_CREATED,
    DocumentStatus.REPLACED: ingest_pb2.DOCUMENT_STATUS_REPLACED,
    DocumentStatus.UNCHANGED: ingest_pb2.DOCUMENT_STATUS_UNCHANGED,
    DocumentStatus.REJECTED: ingest_pb2.DOCUMENT_STATUS_REJECTED,
    DocumentStatus.QUARANTINED: ingest_pb2.DOCUMENT_STATUS_QUARANTINED,
}


@dataclass(slots=True)
class _Incoming:
    """The document whose parts are being read; `done` once its outcome is known and the rest is passed over."""

    document: Document
    data: bytearray = field(default_factory=bytearray)
    done: bool = False


class IngestStream:
    """Reads requests and answers them until all outcomes are told, or the server stops."""

    def __init__(self, ingestor: Ingestor, principal: Principal, stopping: asyncio.Event) -> None:
        self._ingestor = ingestor
        self._tenant = principal.tenant
        self._sent_by = principal.name
        self._stopping = stopping
        self._responses: deque[ingest_pb2.IngestResponse] = deque()
        self._news = asyncio.Event()
        self._read_up = asyncio.Event()
        self._ended = False
        self._open: set[asyncio.Future[Outcome]] = set()
        self._failure: BaseException | None = None
        self._back_off_until = 0.0
        self._progress = ingest_pb2.IngestProgress()
        self._ingestion_id = ""
        self._source = ""
        self._incoming: _Incoming | None = None

    async def run(
        self, requests: AsyncIterator[ingest_pb2.IngestRequest]
    ) -> AsyncGenerator[ingest_pb2.IngestResponse, None]:
        """The responses. Raises InvalidArgument where the events come in an order that means nothing, NotFound."""
        reader = asyncio.create_task(self._read(requests))
        watcher = asyncio.create_task(self._watch_for_stop())
        try:
            while True:
                while self._responses:
                    yield self._responses.popleft()
                self._read_up.set()
                if self._ended:
                    break
                self._news.clear()
                await self._news.wait()
            if self._failure is not None:
                raise self._failure
            if reader.done():
                await reader
        finally:
            reader.cancel()
            watcher.cancel()
            await asyncio.wait([reader, watcher])

    async def _read(self, requests: AsyncIterator[ingest_pb2.IngestRequest]) -> None:
        try:
            async for request in requests:
                if request.WhichOneof("event") == "stop":
                    break
                await self._handle(request)
                while len(self._responses) + len(self._open) >= MAX_UNREAD_RESPONSES:
                    self._read_up.clear()
                    await self._read_up.wait()
            await asyncio.gather(*self._open, return_exceptions=True)
            # The callbacks that tell the outcomes run before this task goes on.
            await asyncio.sleep(0)
            if self._ingestion_id:
                self._tell(ingest_pb2.IngestResponse(progress=self._progress))
        finally:
            self._end()

    async def _watch_for_stop(self) -> None:
        await self._stopping.wait()
        self._tell(ingest_pb2.IngestResponse(shutting_down=ingest_pb2.IngestShuttingDown()))
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._news.set()

    async def _handle(self, request: ingest_pb2.IngestRequest) -> None:
        event = request.WhichOneof("event")
        if event != "start" and not self._ingestion_id:
            raise _out_of_order(event, "The first event is not `start`.", "Begin the stream with `start`.")
        match event:
            case "start":
                await self._start(request.start)
            case "document":
                await self._begin_document(request.document)
            case "part":
                self._take_part(request.part)
            case "document_end":
                await self._end_document()
            case _:
                raise _out_of_order(event, "The request has no event.", "Set one field of the oneof.")

    async def _start(self, start: ingest_pb2.IngestStart) -> None:
        if self._ingestion_id:
            raise _out_of_order("start", "The stream has begun already.", "Send `start` once.")
        self._source = validate.identifier("start.source", start.source, required=False)
        self._ingestion_id = await self._ingestor.begin(self._tenant, start.ingestion_id)
        started = ingest_pb2.IngestStarted(
            ingestion_id=self._ingestion_id,
            max_part_bytes=MAX_PART_BYTES,
            max_document_bytes=self._ingestor.max_document_bytes,
        )
        self._tell(ingest_pb2.IngestResponse(started=started))

    async def _begin_document(self, header: ingest_pb2.DocumentHeader) -> None:
        if self._incoming is not None:
            raise _out_of_order(
                "document", f"{self._incoming.document.id!r} has not ended.", "Send `document_end` first."
            )
        self._incoming = _Incoming(_document(header, self._source, self._sent_by))
        try:
            _check(header)
        except InvalidArgument as error:
            self._reject(error)
            return
        outcome = await self._ingestor.unchanged(self._tenant, self._incoming.document)
        if outcome is not None:
            self._incoming.done = True
            self._progress.received_document_count += 1
            self._conclude(outcome)

    def _take_part(self, part: ingest_pb2.DocumentPart) -> None:
        if self._incoming is None:
            raise _out_of_order("part", "There is no document to add it to.", "Send `document` first.")
        if len(part.data) > MAX_PART_BYTES:
            raise InvalidArgument(
                "part.data",
                f"The part has {len(part.data)} bytes; at most {MAX_PART_BYTES} are allowed.",
                reason="FIELD_TOO_LARGE",
                fix="Send the document in smaller parts.",
            )
        if self._incoming.done:
            return
        self._incoming.data += part.data
        try:
            self._ingestor.check_size(len(self._incoming.data))
        except UnreadableDocument as error:
            self._incoming.data.clear()
            self._reject(error)

    async def _end_document(self) -> None:
        incoming, self._incoming = self._incoming, None
        if incoming is None:
            raise _out_of_order("document_end", "There is no document to end.", "Send `document` first.")
        if incoming.done:
            return
        document = incoming.document
        self._progress.received_document_count += 1
        try:
            submitted = await self._ingestor.submit(self._tenant, self._ingestion_id, document, bytes(incoming.data))
        except UnreadableDocument as error:
            self._conclude(Outcome.rejected(document.id, error))
            return
        # The next document is read while this one is on its way to the disk.
        submitted.document_count.add_done_callback(partial(self._acknowledge, document.id, len(incoming.data)))
        self._open.add(submitted.outcome)
        submitted.outcome.add_done_callback(self._indexed)

    def _acknowledge(self, document_id: str, byte_count: int, done: asyncio.Future[int]) -> None:
        error = done.exception()
        if error is not None:
            self._failure = error
            self._end()
            return
        acknowledged = ingest_pb2.DocumentAcknowledged(
            document_id=document_id, byte_count=byte_count, document_count=done.result()
        )
        self._tell(ingest_pb2.IngestResponse(acknowledged=acknowledged))
        now = time.monotonic()
        if self._ingestor.backlog >= BACK_OFF_BACKLOG and now >= self._back_off_until:
            self._back_off_until = now + BACK_OFF_SECONDS
            delay = Duration(nanos=int(BACK_OFF_SECONDS * 1e9))
            self._tell(ingest_pb2.IngestResponse(back_off=ingest_pb2.IngestBackOff(retry_delay=delay)))

    def _indexed(self, done: asyncio.Future[Outcome]) -> None:
        self._open.discard(done)
        if done.cancelled() or done.exception() is not None:
            # The server stops, which is told once, by the watcher; the document is indexed at the next start.
            return
        self._conclude(done.result())

    def _reject(self, error: NightdeskError) -> None:
        """The document in hand is refused; the rest of it is passed over."""
        if self._incoming is not None:
            self._incoming.done = True
            self._progress.received_document_count += 1
            document_id = self._incoming.document.id
            self._conclude(Outcome(document_id, DocumentStatus.REJECTED, error.reason, str(error)))

    def _conclude(self, outcome: Outcome) -> None:
        told = ingest_pb2.DocumentOutcome(
            document_id=outcome.document_id,
            status=_STATUSES[outcome.status],
            reason=outcome.reason,
            detail=outcome.detail,
            chunk_count=outcome.chunk_count,
            quarantined_chunk_count=outcome.quarantined_chunk_count,
        )
        self._tell(ingest_pb2.IngestResponse(outcome=told))
        self._progress.indexed_document_count += 1
        self._progress.indexed_chunk_count += outcome.chunk_count
        if self._progress.indexed_document_count % PROGRESS_EVERY == 0:
            self._tell(ingest_pb2.IngestResponse(progress=self._progress))

    def _tell(self, response: ingest_pb2.IngestResponse) -> None:
        self._responses.append(response)
        self._news.set()


def _document(header: ingest_pb2.DocumentHeader, source: str, sent_by: str) -> Document:
    return Document(
        id=header.document_id,
        title=header.title.strip(),
        uri=header.uri,
        kind=convert.KINDS_BACK.get(header.kind, DocumentKind.DOC),
        labels=tuple(header.labels),
        media_type=header.media_type,
        content_hash=header.content_hash.lower(),
        source=source,
        sent_by=sent_by,
        updated_at=convert.moment(header.update_time) if header.HasField("update_time") else None,
        access_groups=tuple(header.access_groups),
    )


def _check(header: ingest_pb2.DocumentHeader) -> None:
    validate.identifier("document.document_id", header.document_id)
    validate.text("document.title", header.title, max_bytes=2000, required=False)
    validate.identifier("document.uri", header.uri, required=False, max_characters=2000)
    validate.identifier("document.media_type", header.media_type, max_characters=200)
    validate.labels("document.labels", header.labels)
    validate.labels("document.access_groups", header.access_groups)
    if header.kind not in (*convert.KINDS_BACK, common_pb2.DOCUMENT_KIND_UNSPECIFIED):
        raise InvalidArgument("document.kind", f"There is no document kind {header.kind}.")


def _out_of_order(event: str | None, message: str, fix: str) -> InvalidArgument:
    return InvalidArgument(event or "event", message, reason="EVENT_OUT_OF_ORDER", fix=fix)
