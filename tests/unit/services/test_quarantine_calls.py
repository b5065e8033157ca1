"""ListDocuments, ListChunks and ReviewChunk behind a real gRPC server."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from nightdesk.v1 import ingest_pb2, ingest_pb2_grpc
from server.interceptors.around import AroundCalls
from server.interceptors.callers import Callers
from server.interceptors.errors import rich_errors
from server.knowledge.ingest import Ingestor
from server.services.ingest import IngestService
from tests.unit.knowledge.fakes import PLANTED, FakeEmbedder, FakeRails, FakeStore

ROLES = {"shop": "acme:service:shop", "rita": "acme:reviewer:rita", "rival": "rival:admin:rival"}
KEYS = {hashlib.sha256(name.encode()).hexdigest(): entry for name, entry in ROLES.items()}
PARAGRAPH = "Refunds take five days. " * 60


class Knowledge:
    """An IngestService on a free port, with fakes behind it."""

    def __init__(self, ingestor: Ingestor, store: FakeStore) -> None:
        self.server = grpc.aio.server(interceptors=[AroundCalls(rich_errors), AroundCalls(Callers(KEYS).identify)])
        unused = cast("Any", None)
        service = IngestService(ingestor, store, unused, unused, asyncio.Event())
        ingest_pb2_grpc.add_IngestServiceServicer_to_server(service, self.server)
        port = self.server.add_insecure_port("127.0.0.1:0")
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        self.stub = ingest_pb2_grpc.IngestServiceStub(self.channel)

    async def ingest(self, document_id: str, text: str, **header: Any) -> ingest_pb2.DocumentOutcome:
        head = ingest_pb2.DocumentHeader(document_id=document_id, media_type="text/markdown", **header)
        requests = [
            ingest_pb2.IngestRequest(start=ingest_pb2.IngestStart(source="the wiki")),
            ingest_pb2.IngestRequest(document=head),
            ingest_pb2.IngestRequest(part=ingest_pb2.DocumentPart(data=text.encode())),
            ingest_pb2.IngestRequest(document_end=ingest_pb2.DocumentEnd()),
            ingest_pb2.IngestRequest(stop=ingest_pb2.IngestStop()),
        ]
        call = self.stub.Ingest(iter(requests), metadata=bearer("shop"))
        return next(r.outcome for r in [r async for r in call] if r.HasField("outcome"))

    async def chunks(self, document_id: str, **fields: Any) -> ingest_pb2.ListChunksResponse:
        request = ingest_pb2.ListChunksRequest(document_id=document_id, **fields)
        return await self.stub.ListChunks(request, metadata=bearer("shop"))

    async def review(self, caller: str = "rita", **fields: Any) -> ingest_pb2.DocumentChunk:
        request = ingest_pb2.ReviewChunkRequest(**fields)
        return (await self.stub.ReviewChunk(request, metadata=bearer(caller))).chunk


def bearer(name: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {name}"),)


@pytest.fixture
async def knowledge(tmp_path: Path) -> AsyncIterator[Knowledge]:
    store = FakeStore()
    ingestor = await Ingestor.open(
        tmp_path / "ingest.db", store, FakeEmbedder(), FakeRails(), max_document_bytes=100_000, parse_timeout=20.0
    )
    made = Knowledge(ingestor, store)
    await made.server.start()
    yield made
    await made.channel.close()
    await made.server.stop(None)
    await ingestor.close()


def refusal(error: grpc.aio.AioRpcError) -> tuple[str, list[str]]:
    """The stable reason, and the fields that are at fault."""
    status = rpc_status.from_call(error)
    assert status is not None
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        _ = detail.Unpack(info) or detail.Unpack(request)
    return info.reason, [violation.field for violation in request.field_violations]


async def test_a_suspect_is_found_with_its_origin_released_and_gone_from_the_list(knowledge: Knowledge) -> None:
    await knowledge.ingest("clean", "Deposits are refunded.")
    await knowledge.ingest("bad", f"# Refunds\n\n{PLANTED}.", access_groups=["staff"])
    suspects = ingest_pb2.ListDocumentsRequest(quarantined_only=True)

    [document] = (await knowledge.stub.ListDocuments(suspects, metadata=bearer("rita"))).documents
    assert (document.document_id, document.sent_by, document.source) == ("bad", "shop", "the wiki")
    assert (list(document.access_groups), document.quarantine_reason) == (["staff"], "prompt_injection")
    [chunk] = (await knowledge.chunks("bad")).chunks
    assert (chunk.quarantine_reason, chunk.reviewed_by, chunk.ordinal) == ("prompt_injection", "", 0)
    assert PLANTED in chunk.text

    released = await knowledge.review(
        document_id="bad", chunk_id=chunk.chunk_id, decision=ingest_pb2.CHUNK_DECISION_RELEASE
    )

    assert (released.quarantine_reason, released.reviewed_by) == ("", "rita")
    assert list((await knowledge.chunks("bad")).chunks) == [released]
    assert not (await knowledge.stub.ListDocuments(suspects, metadata=bearer("rita"))).documents


async def test_chunks_come_in_pages_and_in_reading_order(knowledge: Knowledge) -> None:
    await knowledge.ingest("long", "\n\n".join(f"# Part {number}\n\n{PARAGRAPH}" for number in range(5)))

    first = await knowledge.chunks("long", page_size=2)
    second = await knowledge.chunks("long", page_size=10, page_token=first.next_page_token)

    assert [chunk.ordinal for chunk in (*first.chunks, *second.chunks)] == list(
        range(len((*first.chunks, *second.chunks)))
    )
    assert (len(first.chunks), bool(first.next_page_token), second.next_page_token) == (2, True, "")
    assert all(chunk.token_count and chunk.text for chunk in second.chunks)
    assert not (await knowledge.chunks("long", quarantined_only=True)).chunks


@pytest.mark.parametrize(
    ("caller", "fields", "code", "reason", "violations"),
    [
        ("shop", {}, grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED", []),
        ("rita", {"document_id": ""}, grpc.StatusCode.INVALID_ARGUMENT, "FIELD_EMPTY", ["document_id"]),
        ("rita", {"chunk_id": "a\nb"}, grpc.StatusCode.INVALID_ARGUMENT, "FIELD_HAS_CONTROL_CHARACTER", ["chunk_id"]),
        ("rita", {"decision": 0}, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT", ["decision"]),
        ("rita", {"decision": 7}, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT", ["decision"]),
        ("rita", {"chunk_id": "another"}, grpc.StatusCode.NOT_FOUND, "CHUNK_NOT_FOUND", []),
        ("rival", {}, grpc.StatusCode.NOT_FOUND, "DOCUMENT_NOT_FOUND", []),
    ],
)
async def test_a_decision_that_cannot_be_taken(
    knowledge: Knowledge,
    caller: str,
    fields: dict[str, Any],
    code: grpc.StatusCode,
    reason: str,
    violations: list[str],
) -> None:
    await knowledge.ingest("bad", PLANTED)
    [chunk] = (await knowledge.chunks("bad")).chunks
    wanted = {"document_id": "bad", "chunk_id": chunk.chunk_id, "decision": ingest_pb2.CHUNK_DECISION_RELEASE}

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await knowledge.review(caller, **{**wanted, **fields})

    assert caught.value.code() is code
    assert refusal(caught.value) == (reason, violations)
    assert list((await knowledge.chunks("bad")).chunks) == [chunk]


async def test_a_page_token_of_another_list_is_refused_by_name(knowledge: Knowledge) -> None:
    await knowledge.ingest("bad", PLANTED)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await knowledge.chunks("bad", page_token="docs/refunds.md")

    assert refusal(caught.value) == ("INVALID_ARGUMENT", ["page_token"])


async def test_access_groups_are_checked_as_labels_are(knowledge: Knowledge) -> None:
    outcome = await knowledge.ingest("a", "Refunds.", access_groups=["x" * 65])

    assert outcome.status == ingest_pb2.DOCUMENT_STATUS_REJECTED
    assert "document.access_groups[0]" in outcome.detail
