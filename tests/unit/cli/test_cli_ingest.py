"""`nightdesk ingest` against a contract twin."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from google.protobuf import duration_pb2

import nightdesk as nightdesk_client
from cli.ingest_stream import IngestStream
from cli.source_documents import SourceDocument
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


def test_a_server_that_stops_says_that_nothing_is_lost(nightdesk: Nightdesk, twin: ContractTwin, folder: Path) -> None:
    twin.documents.shuts_down = True
    result = nightdesk("ingest", str(folder))
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("error: The server is shutting down. Run the same command again")


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
