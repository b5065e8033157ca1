"""`nightdesk ingest` against a contract twin."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

import grpc
import pytest
from google.protobuf import duration_pb2

import nightdesk as nightdesk_client
from cli import ingest_stream
from cli.ingest_stream import IngestStream, Interrupted
from cli.source_documents import Skipped, Source, SourceDocument
from nightdesk.v1 import ingest_pb2
from tests.unit.cli.conftest import Nightdesk
from tests.unit.cli.contract_twin import ContractTwin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "refunds.md").write_text("# Refunds\n\nWithin 30 days.")
    (folder / "faqs.csv").write_text("id,question,answer\nf1,How?,So.\n")
    return folder


def test_documents_arrive_whole_with_their_hash_and_labels(
    nightdesk: Nightdesk, twin: ContractTwin, folder: Path
) -> None:
    result = nightdesk("ingest", str(folder), "--label", "public", "--uri-prefix", "https://docs.example/")
    assert result.code == 0, result.err
    faq, refunds = twin.documents.headers
    assert refunds.document_id == "refunds.md"
    assert twin.documents.data["refunds.md"] == (folder / "refunds.md").read_bytes()
    assert refunds.content_hash == hashlib.sha256((folder / "refunds.md").read_bytes()).hexdigest()
    assert list(refunds.labels) == list(faq.labels) == ["public"]
    assert refunds.uri == "https://docs.example/refunds.md"
    assert twin.documents.sources == [str(folder)]


def test_a_second_time_changes_nothing_but_what_was_edited(nightdesk: Nightdesk, folder: Path) -> None:
    nightdesk("ingest", str(folder))
    (folder / "refunds.md").write_text("# Refunds\n\nWithin 14 days.")
    lines = [json.loads(line) for line in nightdesk("ingest", str(folder), "--json").out.splitlines()]
    assert {line["document_id"]: line["status"] for line in lines[:-1]} == {
        "f1": "DOCUMENT_STATUS_UNCHANGED",
        "refunds.md": "DOCUMENT_STATUS_REPLACED",
    }
    assert lines[-1]["summary"] == {
        "created": 0,
        "replaced": 1,
        "unchanged": 1,
        "quarantined": 0,
        "rejected": 0,
        "skipped": 0,
        "chunk_count": 2,
    }


def test_bad_files_are_listed_and_end_with_1_while_the_others_arrive(
    nightdesk: Nightdesk, twin: ContractTwin, folder: Path
) -> None:
    (folder / "empty.md").touch()
    (folder / "large.txt").write_bytes(b"x" * (twin.documents.max_document_bytes + 1))
    (folder / "photo.png").write_bytes(b"x")
    (folder / "planted.md").write_text("poison")
    result = nightdesk("ingest", str(folder))
    assert result.code == 1
    assert set(twin.documents.hashes) == {"f1", "refunds.md", "planted.md"}
    for expected in ("EMPTY", "TOO_LARGE", "PLANTED_INSTRUCTIONS", "skipped: unknown suffix .png"):
        assert expected in result.out


def test_a_document_larger_than_one_part_arrives_whole(
    nightdesk: Nightdesk, twin: ContractTwin, tmp_path: Path
) -> None:
    twin.documents.max_document_bytes = 2_000_000
    data = bytes(range(48, 123)) * 10_000
    (tmp_path / "long.txt").write_bytes(data)
    assert nightdesk("ingest", str(tmp_path / "long.txt")).code == 0
    assert twin.documents.data["long.txt"] == data


class _BackingOff:
    """A client whose server asks to wait before it takes the first document."""

    def ingest(self, requests: Iterator[ingest_pb2.IngestRequest]) -> Iterator[ingest_pb2.IngestResponse]:
        assert next(requests).HasField("start")
        yield ingest_pb2.IngestResponse(started=ingest_pb2.IngestStarted(max_document_bytes=10))
        back_off = ingest_pb2.IngestBackOff(retry_delay=duration_pb2.Duration(nanos=300_000_000))
        yield ingest_pb2.IngestResponse(back_off=back_off)
        self.waited = -time.monotonic()
        assert next(requests).document.document_id == "a.md"
        self.waited += time.monotonic()
        assert [request.WhichOneof("event") for request in requests] == ["part", "document_end", "stop"]


def test_the_next_document_waits_as_long_as_the_server_asks() -> None:
    server = _BackingOff()
    document = SourceDocument(id="a.md", media_type="text/markdown", data=b"x")
    stream = IngestStream(cast("nightdesk_client.Client", server), lambda _: iter([document]))
    assert [type(event).__name__ for event in stream.run()] == ["IngestBackOff"]
    assert server.waited > 0.25
    assert (stream.sent_count, stream.all_sent) == (1, True)


def test_a_server_that_stops_for_good_says_that_nothing_is_lost(
    nightdesk: Nightdesk, twin: ContractTwin, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_stream, "RECONNECT_SECONDS", 0.0)
    twin.documents.shuts_down = True
    result = nightdesk("ingest", str(folder))
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("error: The server is shutting down. Run the same command again")


class _BreakingOff:
    """A client whose server goes away in its first stream: after one outcome, with a second document on its way."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []
        self.started_with: list[str] = []

    def wait_ready(self, timeout: float) -> bool:
        return timeout > 0

    def ingest(self, requests: Iterator[ingest_pb2.IngestRequest]) -> Iterator[ingest_pb2.IngestResponse]:
        self.started_with.append(next(requests).start.ingestion_id)
        self.sent.append([])
        yield ingest_pb2.IngestResponse(started=ingest_pb2.IngestStarted(ingestion_id="i1", max_document_bytes=10))
        for request in requests:
            if request.HasField("document"):
                self.sent[-1].append(request.document.document_id)
                if len(self.sent) == 1 and len(self.sent[0]) == 2:
                    raise nightdesk_client.ApiError(grpc.StatusCode.UNAVAILABLE, "UNREACHABLE", "It went away.")
            if request.HasField("document_end"):
                yield ingest_pb2.IngestResponse(outcome=ingest_pb2.DocumentOutcome(document_id=self.sent[-1][-1]))


def test_a_broken_stream_goes_on_with_what_has_no_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_stream, "RECONNECT_PAUSE", 0.01)
    server = _BreakingOff()
    sources: list[Source] = [
        Skipped("photo.png", "unknown suffix .png"),
        *(SourceDocument(id=name, media_type="text/markdown", data=b"x") for name in ("a.md", "b.md", "c.md")),
    ]
    stream = IngestStream(cast("nightdesk_client.Client", server), lambda _: iter(sources))

    events = list(stream.run())

    assert server.started_with == ["", "i1"]
    assert server.sent == [["a.md", "b.md"], ["b.md", "c.md"]]
    told = [event.document_id for event in events if isinstance(event, ingest_pb2.DocumentOutcome)]
    assert told == ["a.md", "b.md", "c.md"]
    assert sum(isinstance(event, Skipped) for event in events) == 1
    assert sum(isinstance(event, Interrupted) for event in events) == 1
    assert (stream.sent_count, stream.all_sent) == (3, True)


def test_a_server_that_refuses_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(_BreakingOff):
        def ingest(self, requests: Iterator[ingest_pb2.IngestRequest]) -> Iterator[ingest_pb2.IngestResponse]:
            yield from islice(super().ingest(requests), 1)
            raise nightdesk_client.ApiError(grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED", "No.")

    server = Refusing()
    with pytest.raises(nightdesk_client.ApiError):
        list(IngestStream(cast("nightdesk_client.Client", server), lambda _: iter([])).run())
    assert len(server.started_with) == 1


def test_documents_are_listed_over_pages_and_deleted(nightdesk: Nightdesk, folder: Path) -> None:
    nightdesk("ingest", str(folder))
    lines = nightdesk("documents", "list", "--json").out.splitlines()
    assert [json.loads(line)["document_id"] for line in lines] == ["f1", "refunds.md"]
    assert len(nightdesk("documents", "list", "--json", "--limit", "1").out.splitlines()) == 1
    assert nightdesk("documents", "delete", "f1").code == 0
    assert "refunds.md" in nightdesk("documents", "list").out
    gone = nightdesk("documents", "delete", "f1")
    assert gone.code == 1
    assert gone.err == "error: There is no document 'f1'.\n"
