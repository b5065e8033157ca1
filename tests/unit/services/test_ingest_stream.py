"""The ingest stream: what a caller sends, and what it is told in return."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nightdesk.v1 import ingest_pb2
from server.domain import Principal, Role
from server.errors import InvalidArgument, NotFound, Unavailable
from server.knowledge.ingest import Ingestor
from server.knowledge.spool import Spool
from server.services import ingest_stream
from server.services.ingest_stream import MAX_PART_BYTES, IngestStream
from tests.unit.knowledge.fakes import FakeEmbedder, FakeRails, FakeStore, sha256

Request = ingest_pb2.IngestRequest
SHOP = Principal("shop", "acme", Role.SERVICE)
START = Request(start=ingest_pb2.IngestStart(source="test"))
STOP = Request(stop=ingest_pb2.IngestStop())
END = Request(document_end=ingest_pb2.DocumentEnd())


def header(document_id: str = "a", media_type: str = "text/plain", content_hash: str = "") -> ingest_pb2.IngestRequest:
    made = ingest_pb2.DocumentHeader(document_id=document_id, media_type=media_type, content_hash=content_hash)
    return Request(document=made)


def part(data: bytes) -> ingest_pb2.IngestRequest:
    return Request(part=ingest_pb2.DocumentPart(data=data))


def document(document_id: str, text: str) -> list[ingest_pb2.IngestRequest]:
    return [header(document_id), part(text.encode()), END]


@pytest.fixture
async def ingestor(tmp_path: Path) -> AsyncIterator[Ingestor]:
    made = await Ingestor.open(
        tmp_path / "ingest.db",
        FakeStore(),
        FakeEmbedder(),
        FakeRails(),
        max_document_bytes=3 * MAX_PART_BYTES,
        parse_timeout=20.0,
    )
    yield made
    await made.close()


async def told(
    ingestor: Ingestor, *requests: ingest_pb2.IngestRequest, sender: Principal = SHOP
) -> list[ingest_pb2.IngestResponse]:
    async def send() -> AsyncIterator[ingest_pb2.IngestRequest]:
        for request in requests:
            yield request

    return [response async for response in IngestStream(ingestor, sender, asyncio.Event()).run(send())]


def outcomes(responses: list[ingest_pb2.IngestResponse]) -> dict[str, tuple[str, str]]:
    return {
        r.outcome.document_id: (
            ingest_pb2.DocumentStatus.Name(r.outcome.status).removeprefix("DOCUMENT_STATUS_"),
            r.outcome.reason,
        )
        for r in responses
        if r.HasField("outcome")
    }


async def test_each_document_is_acknowledged_then_its_outcome_is_told(ingestor: Ingestor) -> None:
    responses = await told(ingestor, START, *document("a", "Lamps glow."), *document("b", "Fans turn."), STOP)

    events = [response.WhichOneof("event") for response in responses]
    assert events[0] == "started"
    assert events[-1] == "progress"
    assert outcomes(responses) == {"a": ("CREATED", ""), "b": ("CREATED", "")}
    acknowledged = [response.acknowledged for response in responses if response.HasField("acknowledged")]
    assert [(item.document_id, item.byte_count, item.document_count) for item in acknowledged] == [
        ("a", 11, 1),
        ("b", 10, 2),
    ]
    assert responses[-1].progress.indexed_document_count == 2


async def test_a_known_document_is_unchanged_without_its_bytes(ingestor: Ingestor) -> None:
    text = b"Lamps glow."
    await told(ingestor, START, *document("a", text.decode()), STOP)

    responses = await told(ingestor, START, header("a", content_hash=sha256(text)), END, STOP)

    assert outcomes(responses) == {"a": ("UNCHANGED", "")}
    assert not any(response.HasField("acknowledged") for response in responses)


async def test_a_bad_document_is_refused_and_the_next_one_taken(ingestor: Ingestor) -> None:
    too_large = [header("large"), *[part(b"x" * MAX_PART_BYTES)] * 4, END]
    responses = await told(
        ingestor,
        START,
        *too_large,
        *document("", "without an id"),
        *[header("empty"), END],
        *[header("hash", content_hash=sha256(b"other")), part(b"text"), END],
        *[header("picture", "image/png"), part(b"\x89PNG"), END],
        *document("good", "Lamps glow."),
        STOP,
    )

    assert outcomes(responses) == {
        "large": ("REJECTED", "TOO_LARGE"),
        "": ("REJECTED", "FIELD_EMPTY"),
        "empty": ("REJECTED", "EMPTY"),
        "hash": ("REJECTED", "HASH_MISMATCH"),
        "picture": ("REJECTED", "UNSUPPORTED_MEDIA_TYPE"),
        "good": ("CREATED", ""),
    }


@pytest.mark.parametrize(
    ("requests", "field"),
    [
        ([header("a")], "document"),
        ([START, part(b"x")], "part"),
        ([START, END], "document_end"),
        ([START, header("a"), header("b")], "document"),
        ([START, START], "start"),
        ([START, Request()], "event"),
        ([START, header("a"), part(b"x" * (MAX_PART_BYTES + 1))], "part.data"),
    ],
)
async def test_events_in_an_order_that_means_nothing_are_named(
    ingestor: Ingestor, requests: list[ingest_pb2.IngestRequest], field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await told(ingestor, *requests)

    assert caught.value.field == field


async def test_a_stream_that_ends_without_stop_keeps_what_was_complete(ingestor: Ingestor) -> None:
    responses = await told(ingestor, START, *document("a", "Lamps glow."), header("b"), part(b"half of it"))

    assert outcomes(responses) == {"a": ("CREATED", "")}


async def test_an_ingestion_goes_on_under_its_id_and_belongs_to_its_tenant(ingestor: Ingestor) -> None:
    first = await told(ingestor, START, *document("a", "Lamps glow."), STOP)
    again = Request(start=ingest_pb2.IngestStart(ingestion_id=first[0].started.ingestion_id))

    responses = await told(ingestor, again, *document("b", "Fans turn."), STOP)

    assert responses[0].started.ingestion_id == first[0].started.ingestion_id
    acknowledged = next(response.acknowledged for response in responses if response.HasField("acknowledged"))
    assert acknowledged.document_count == 2
    with pytest.raises(NotFound):
        await told(ingestor, again, sender=Principal("shop", "rival", Role.SERVICE))


async def test_a_stopping_server_says_so_and_what_was_acknowledged_stays(ingestor: Ingestor) -> None:
    stopping = asyncio.Event()

    async def send() -> AsyncIterator[ingest_pb2.IngestRequest]:
        for request in [START, *document("a", "Lamps glow.")]:
            yield request
        await asyncio.Event().wait()

    responses = []
    async for response in IngestStream(ingestor, SHOP, stopping).run(send()):
        responses.append(response)
        if response.HasField("outcome"):
            stopping.set()

    assert responses[-1].HasField("shutting_down")
    assert outcomes(responses) == {"a": ("CREATED", "")}


async def test_a_caller_that_does_not_read_is_not_read_from(
    ingestor: Ingestor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_stream, "MAX_UNREAD_RESPONSES", 20)
    sent = 0

    async def send() -> AsyncIterator[ingest_pb2.IngestRequest]:
        nonlocal sent
        yield START
        for number in range(400):
            sent += 1
            for request in document(f"d{number}", f"Lamp {number} glows."):
                yield request

    stream = IngestStream(ingestor, SHOP, asyncio.Event()).run(send())
    responses = [await anext(stream)]
    await ingestor.drain()
    await asyncio.sleep(0.5)
    assert sent < 100

    responses += [response async for response in stream]
    assert sent == 400
    assert len(outcomes(responses)) == 400


async def test_documents_are_acknowledged_in_the_order_in_which_they_were_sent(ingestor: Ingestor) -> None:
    sent = [request for number in range(50) for request in document(f"d{number % 7}", f"Version {number}.")]

    responses = await told(ingestor, START, *sent, STOP)

    acknowledged = [response.acknowledged for response in responses if response.HasField("acknowledged")]
    assert [item.document_id for item in acknowledged] == [f"d{number % 7}" for number in range(50)]
    assert [item.document_count for item in acknowledged] == list(range(1, 51))


async def test_a_full_disk_ends_the_stream_with_its_reason(ingestor: Ingestor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Spool, "_transaction", full)
    with pytest.raises(Unavailable) as caught:
        await told(ingestor, START, *document("a", "Lamps glow."), STOP)

    assert "disk is full" in caught.value.message
    assert ingestor.backlog == 0
