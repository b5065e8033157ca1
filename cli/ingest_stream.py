"""One Ingest call: documents go out as fast as the server takes them, outcomes come back."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event

from grpc import StatusCode

from cli.errors import CliError
from cli.source_documents import Rejected, Skipped, Source, SourceDocument
from nightdesk import ApiError, Client
from nightdesk.v1 import common_pb2, ingest_pb2

PART_BYTES = 256 * 1024
DEFAULT_MAX_DOCUMENT_BYTES = 32 * 1024 * 1024

KINDS = {
    "doc": common_pb2.DOCUMENT_KIND_DOC,
    "faq": common_pb2.DOCUMENT_KIND_FAQ,
    "ticket": common_pb2.DOCUMENT_KIND_TICKET,
}

RECONNECT_SECONDS = 60.0
"""For so long a server that went away is waited for, counted from the last news of it."""
RECONNECT_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The stream broke and is taken up again. `reason` is for a person."""

    reason: str


IngestEvent = ingest_pb2.DocumentOutcome | ingest_pb2.IngestProgress | ingest_pb2.IngestBackOff | Skipped | Interrupted


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """`source` is for the record; `uri_prefix` goes before the id of a document without a URI of its own."""

    source: str = ""
    labels: tuple[str, ...] = ()
    uri_prefix: str = ""


@dataclass(slots=True)
class _Attempt:
    """One call: how many documents of each id were sent in it, and how many outcomes came back."""

    sent: Counter[str] = field(default_factory=Counter)
    concluded: Counter[str] = field(default_factory=Counter)
    started: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)

    def settled(self) -> set[str]:
        """The documents that need not be sent again."""
        return {document_id for document_id, count in self.sent.items() if self.concluded[document_id] >= count}


@dataclass(slots=True)
class IngestStream:
    """Sends what `read(max_document_bytes)` yields and tells what became of each.

    The documents are read in the thread that sends them, while this one reads the answers. Where the server goes away,
    the ingestion goes on when it is back: what is read once more and has no outcome yet is sent again, which changes
    nothing where it had arrived.
    """

    client: Client
    read: Callable[[int], Iterator[Source]]
    options: IngestOptions = field(default_factory=IngestOptions)
    all_sent: bool = False
    _ingestion_id: str = ""
    _attempt: _Attempt = field(default_factory=_Attempt)
    _settled: set[str] = field(default_factory=set)
    _outcome_count: int = 0
    _max_document_bytes: int = DEFAULT_MAX_DOCUMENT_BYTES
    _resume_at: float = 0.0
    _last_news: float = 0.0
    _not_sent: SimpleQueue[IngestEvent] = field(default_factory=SimpleQueue)
    _told: set[str] = field(default_factory=set)

    @property
    def sent_count(self) -> int:
        """Documents sent so far, those of an earlier stream counted if their outcome is known."""
        waiting = self._attempt.sent.total() - self._attempt.concluded.total()
        return self._outcome_count + waiting

    def run(self) -> Iterator[IngestEvent]:
        """What becomes of each document, as it becomes known. Raises ApiError and CliError."""
        while True:
            try:
                yield from self._one_call()
            except (ApiError, _ShuttingDown) as error:
                if not self._may_go_on(error):
                    raise _given_up(error) from None
                yield Interrupted(str(error))
            else:
                return
            self._settled |= self._attempt.settled()
            self._attempt = _Attempt()
            self.all_sent = False

    def _one_call(self) -> Iterator[IngestEvent]:
        attempt = self._attempt
        try:
            for response in self.client.ingest(self._requests(attempt)):
                self._last_news = time.monotonic()
                yield from self._take_not_sent()
                yield from self._answered(attempt, response)
        finally:
            attempt.ended.set()
        yield from self._take_not_sent()

    def _may_go_on(self, error: Exception) -> bool:
        """Whether the server had taken the ingestion, and is there again after a while."""
        if not self._ingestion_id or (isinstance(error, ApiError) and error.code is not StatusCode.UNAVAILABLE):
            return False
        patience = self._last_news + RECONNECT_SECONDS - time.monotonic()
        time.sleep(min(RECONNECT_PAUSE, max(patience, 0.0)))
        return patience > RECONNECT_PAUSE and self.client.wait_ready(patience - RECONNECT_PAUSE)

    def _answered(self, attempt: _Attempt, response: ingest_pb2.IngestResponse) -> Iterator[IngestEvent]:
        match response.WhichOneof("event"):
            case "started":
                self._ingestion_id = response.started.ingestion_id
                self._max_document_bytes = response.started.max_document_bytes or DEFAULT_MAX_DOCUMENT_BYTES
                attempt.started.set()
            case "outcome":
                attempt.concluded[response.outcome.document_id] += 1
                self._outcome_count += 1
                yield response.outcome
            case "progress":
                yield response.progress
            case "back_off":
                self._resume_at = time.monotonic() + response.back_off.retry_delay.ToNanoseconds() / 1e9
                yield response.back_off
            case "shutting_down":
                raise _ShuttingDown("The server is shutting down.")

    def _requests(self, attempt: _Attempt) -> Iterator[ingest_pb2.IngestRequest]:
        start = ingest_pb2.IngestStart(ingestion_id=self._ingestion_id, source=self.options.source[:512])
        yield ingest_pb2.IngestRequest(start=start)
        while not attempt.started.wait(0.1):
            if attempt.ended.is_set():
                return
        settled = self._settled
        for item in self.read(self._max_document_bytes):
            if attempt.ended.wait(max(0.0, self._resume_at - time.monotonic())):
                return
            if not isinstance(item, SourceDocument):
                self._tell_once(item)
            elif item.id not in settled:
                attempt.sent[item.id] += 1
                yield from _document_requests(item, self.options)
        self.all_sent = True
        yield ingest_pb2.IngestRequest(stop=ingest_pb2.IngestStop())

    def _tell_once(self, item: Rejected | Skipped) -> None:
        if item.name not in self._told:
            self._told.add(item.name)
            self._not_sent.put(_outcome(item) if isinstance(item, Rejected) else item)

    def _take_not_sent(self) -> Iterator[IngestEvent]:
        while True:
            try:
                yield self._not_sent.get_nowait()
            except Empty:
                return


class _ShuttingDown(Exception):
    """The server said so, and ends the stream."""


def _given_up(error: Exception) -> Exception:
    if isinstance(error, _ShuttingDown):
        return CliError("The server is shutting down.", fix="Run the same command again: nothing is lost.")
    return error


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
