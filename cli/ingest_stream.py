"""One Ingest call: documents go out as fast as the server takes them, outcomes come back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event

from cli.errors import CliError
from cli.source_documents import Rejected, Skipped, Source, SourceDocument
from nightdesk import Client
from nightdesk.v1 import common_pb2, ingest_pb2

PART_BYTES = 256 * 1024
DEFAULT_MAX_DOCUMENT_BYTES = 32 * 1024 * 1024

KINDS = {
    "doc": common_pb2.DOCUMENT_KIND_DOC,
    "faq": common_pb2.DOCUMENT_KIND_FAQ,
    "ticket": common_pb2.DOCUMENT_KIND_TICKET,
}

IngestEvent = ingest_pb2.DocumentOutcome | ingest_pb2.IngestProgress | ingest_pb2.IngestBackOff | Skipped


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """`source` is for the record; `uri_prefix` goes before the id of a document without a URI of its own."""

    source: str = ""
    labels: tuple[str, ...] = ()
    uri_prefix: str = ""


@dataclass(slots=True)
class IngestStream:
    """Sends what `read(max_document_bytes)` yields and tells what became of each.

    The documents are read in the thread that sends them, while this one reads the answers.
    """

    client: Client
    read: Callable[[int], Iterator[Source]]
    options: IngestOptions = field(default_factory=IngestOptions)
    sent_count: int = 0
    all_sent: bool = False
    _max_document_bytes: int = DEFAULT_MAX_DOCUMENT_BYTES
    _resume_at: float = 0.0
    _started: Event = field(default_factory=Event)
    _ended: Event = field(default_factory=Event)
    _not_sent: SimpleQueue[IngestEvent] = field(default_factory=SimpleQueue)

    def run(self) -> Iterator[IngestEvent]:
        """What becomes of each document, as it becomes known. Raises ApiError and CliError."""
        try:
            for response in self.client.ingest(self._requests()):
                yield from self._take_not_sent()
                yield from self._answered(response)
        finally:
            self._ended.set()
        yield from self._take_not_sent()

    def _answered(self, response: ingest_pb2.IngestResponse) -> Iterator[IngestEvent]:
        match response.WhichOneof("event"):
            case "started":
                self._max_document_bytes = response.started.max_document_bytes or DEFAULT_MAX_DOCUMENT_BYTES
                self._started.set()
            case "outcome":
                yield response.outcome
            case "progress":
                yield response.progress
            case "back_off":
                self._resume_at = time.monotonic() + response.back_off.retry_delay.ToNanoseconds() / 1e9
                yield response.back_off
            case "shutting_down":
                raise CliError("The server is shutting down.", fix="Run the same command again: nothing is lost.")

    def _requests(self) -> Iterator[ingest_pb2.IngestRequest]:
        yield ingest_pb2.IngestRequest(start=ingest_pb2.IngestStart(source=self.options.source[:512]))
        while not self._started.wait(0.1):
            if self._ended.is_set():
                return
        for item in self.read(self._max_document_bytes):
            if self._ended.wait(max(0.0, self._resume_at - time.monotonic())):
                return
            if isinstance(item, SourceDocument):
                self.sent_count += 1
                yield from _document_requests(item, self.options)
            else:
                self._not_sent.put(_outcome(item) if isinstance(item, Rejected) else item)
        self.all_sent = True
        yield ingest_pb2.IngestRequest(stop=ingest_pb2.IngestStop())

    def _take_not_sent(self) -> Iterator[IngestEvent]:
        while True:
            try:
                yield self._not_sent.get_nowait()
            except Empty:
                return


def _document_requests(document: SourceDocument, options: IngestOptions) -> Iterator[ingest_pb2.IngestRequest]:
    header = ingest_pb2.DocumentHeader(
        document_id=document.id,
        title=document.title,
        uri=document.uri or (f"{options.uri_prefix}{document.id}" if options.uri_prefix else ""),
        kind=KINDS[document.kind],
        labels=dict.fromkeys((*document.labels, *options.labels)),
        media_type=document.media_type,
        content_hash=hashlib.sha256(document.data).hexdigest(),
    )
    if document.updated_at is not None:
        header.update_time.FromDatetime(document.updated_at)
    yield ingest_pb2.IngestRequest(document=header)
    for start in range(0, len(document.data), PART_BYTES):
        part = ingest_pb2.DocumentPart(data=document.data[start : start + PART_BYTES])
        yield ingest_pb2.IngestRequest(part=part)
    yield ingest_pb2.IngestRequest(document_end=ingest_pb2.DocumentEnd())


def _outcome(rejected: Rejected) -> ingest_pb2.DocumentOutcome:
    return ingest_pb2.DocumentOutcome(
        document_id=rejected.name,
        status=ingest_pb2.DOCUMENT_STATUS_REJECTED,
        reason=rejected.reason,
        detail=rejected.detail,
    )
