"""From bytes to the index: outcomes, durability, order, faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import Document, DocumentKind
from server.errors import CorruptedData, NotFound, Unavailable, UnreadableDocument
from server.knowledge import backlog, ingest
from server.knowledge.ingest import Ingestor
from server.knowledge.outcome import DocumentStatus, Outcome
from tests.unit.knowledge.fakes import PLANTED, FakeEmbedder, FakeRails, FakeStore, make_document, sha256

TENANT = "acme"


class Setup:
    """An ingestor with its fakes, which outlive it as a real store does."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool
        self.store = FakeStore()
        self.embedder = FakeEmbedder()
        self.ingestor: Ingestor

    async def start(self) -> None:
        self.ingestor = await Ingestor.open(
            self.spool, self.store, self.embedder, FakeRails(), max_document_bytes=10_000, parse_timeout=10.0
        )

    async def send(self, document: Document, data: str) -> Outcome:
        ingestion_id = await self.ingestor.begin(TENANT)
        accepted = await self.ingestor.accept(TENANT, ingestion_id, document, data.encode())
        return await accepted.outcome

    def texts(self, document_id: str) -> list[str]:
        return [chunk.text for chunk in self.store.documents[TENANT, document_id][1]]


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[Setup]:
    setup = Setup(tmp_path / "data" / "ingest.db")
    await setup.start()
    yield setup
    await setup.ingestor.close()


async def test_a_document_is_created_then_unchanged_then_replaced(setup: Setup) -> None:
    created = await setup.send(make_document("a", media_type="text/markdown"), "# Refunds\n\nFive days.")
    unchanged = await setup.send(
        make_document("a", media_type="text/markdown", source="again"), "# Refunds\n\nFive days."
    )
    replaced = await setup.send(make_document("a", media_type="text/markdown"), "# Refunds\n\nSix days.")
    labelled = await setup.send(make_document("a", media_type="text/markdown", labels=("x",)), "# Refunds\n\nSix days.")

    assert [outcome.status.value for outcome in (created, unchanged, replaced, labelled)] == [
        "created",
        "unchanged",
        "replaced",
        "replaced",
    ]
    assert unchanged.chunk_count == 1
    assert setup.texts("a") == ["Six days."]
    assert setup.store.documents[TENANT, "a"][0].title == "Refunds"


async def test_a_known_header_needs_no_bytes(setup: Setup) -> None:
    await setup.send(make_document("a"), "Five days.")
    known = make_document("a", content_hash=sha256(b"Five days."))

    outcome = await setup.ingestor.unchanged(TENANT, known)

    assert outcome == Outcome("a", DocumentStatus.UNCHANGED, chunk_count=1)
    assert await setup.ingestor.unchanged("another tenant", known) is None
    assert await setup.ingestor.unchanged(TENANT, make_document("a", content_hash="other")) is None
    assert await setup.ingestor.unchanged(TENANT, make_document("a")) is None


async def test_a_document_that_cannot_be_read_leaves_the_old_one_and_the_others_alone(setup: Setup) -> None:
    await setup.send(make_document("a"), "Five days.")
    ingestion_id = await setup.ingestor.begin(TENANT)
    sent = [(make_document("a"), b"\0"), (make_document("b"), b"Ten pounds.")]
    accepted = [await setup.ingestor.accept(TENANT, ingestion_id, *item) for item in sent]
    broken, good = [await item.outcome for item in accepted]

    assert (broken.status, broken.reason) == (DocumentStatus.REJECTED, "BINARY")
    assert good.status is DocumentStatus.CREATED
    assert setup.texts("a") == ["Five days."]


async def test_planted_instructions_are_quarantined_and_the_rest_serves(setup: Setup) -> None:
    words = " ".join(f"word{number}" for number in range(300))
    outcome = await setup.send(
        make_document("a", media_type="text/markdown"), f"# A\n\n{words}\n\n# B\n\n{PLANTED} and {words}"
    )

    assert (outcome.status, outcome.reason) == (DocumentStatus.QUARANTINED, "PLANTED_INSTRUCTIONS")
    assert (outcome.chunk_count, outcome.quarantined_chunk_count) == (2, 1)
    reasons = [chunk.quarantine_reason for chunk in setup.store.documents[TENANT, "a"][1]]
    assert reasons == ["", "prompt_injection"]


async def test_a_ticket_is_masked_and_still_unchanged_when_sent_again(setup: Setup) -> None:
    ticket = make_document("t", title="Mail to jo@example.com", kind=DocumentKind.TICKET, media_type="application/json")
    data = json.dumps({"title": "", "messages": [{"role": "customer", "text": "I am jo@example.com"}]})

    first, second = await setup.send(ticket, data), await setup.send(ticket, data)

    assert setup.texts("t") == ["Customer: I am [EMAIL]"]
    assert setup.store.documents[TENANT, "t"][0].title == "Mail to [EMAIL]"
    assert (first.status, second.status) == (DocumentStatus.CREATED, DocumentStatus.UNCHANGED)


@pytest.mark.parametrize(
    ("document", "data", "reason"),
    [
        (make_document("a"), b"x" * 10_001, "TOO_LARGE"),
        (make_document("a", content_hash="0" * 64), b"x", "HASH_MISMATCH"),
    ],
)
async def test_what_is_refused_at_the_door(setup: Setup, document: Document, data: bytes, reason: str) -> None:
    ingestion_id = await setup.ingestor.begin(TENANT)
    with pytest.raises(UnreadableDocument) as refused:
        await setup.ingestor.accept(TENANT, ingestion_id, document, data)
    assert refused.value.reason == reason
    assert setup.ingestor.backlog == 0


async def test_what_was_acknowledged_is_indexed_after_a_crash(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "RETRY_SECONDS", 60.0)
    setup.embedder.down = True
    ingestion_id = await setup.ingestor.begin(TENANT)
    accepted = await setup.ingestor.accept(TENANT, ingestion_id, make_document("a", labels=("x",)), b"Five days.")
    await setup.ingestor.close()
    with pytest.raises(Unavailable):
        await accepted.outcome
    assert not setup.store.documents

    setup.embedder.down = False
    await setup.start()
    await setup.ingestor.drain()

    assert setup.texts("a") == ["Five days."]
    assert setup.store.documents[TENANT, "a"][0].labels == ("x",)
    state = await setup.ingestor.ingestion(TENANT, ingestion_id)
    assert (state.done, state.indexed_chunk_count, state.document_ids) == (True, 1, ("a",))


async def test_the_documents_of_a_long_ingestion_are_told_page_by_page(setup: Setup) -> None:
    ingestion_id = await setup.ingestor.begin(TENANT)
    for name in "abcde":
        await setup.ingestor.accept(TENANT, ingestion_id, make_document(name), b"Five days.")

    pages: list[tuple[str, ...]] = []
    after = 0
    while not pages or after:
        state = await setup.ingestor.ingestion(TENANT, ingestion_id, after=after, limit=2)
        pages.append(state.document_ids)
        after = state.next_after

    assert pages == [("a", "b"), ("c", "d"), ("e",)]


async def test_indexing_waits_for_an_embedder_that_is_away(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "RETRY_SECONDS", 0.01)
    setup.embedder.down = True
    ingestion_id = await setup.ingestor.begin(TENANT)
    accepted = await setup.ingestor.accept(TENANT, ingestion_id, make_document("a"), b"Five days.")
    await asyncio.sleep(0.2)
    waiting = await setup.ingestor.ingestion(TENANT, ingestion_id)
    setup.embedder.down = False

    assert not waiting.done
    assert (await accepted.outcome).status is DocumentStatus.CREATED


async def test_a_fault_that_one_document_brings_out_costs_only_that_document(setup: Setup) -> None:
    setup.store.poison = "poison"
    ingestion_id = await setup.ingestor.begin(TENANT)
    sent = [("a", b"Five days."), ("b", b"poison"), ("c", b"Ten pounds.")]
    accepted = await asyncio.gather(
        *(setup.ingestor.accept(TENANT, ingestion_id, make_document(name), data) for name, data in sent)
    )
    outcomes = [await item.outcome for item in accepted]

    assert [outcome.status is DocumentStatus.REJECTED for outcome in outcomes] == [False, True, False]
    assert {document_id for _, document_id in setup.store.documents} == {"a", "c"}


async def test_many_documents_are_embedded_together_and_one_id_keeps_its_order(setup: Setup) -> None:
    ingestion_id = await setup.ingestor.begin(TENANT)
    sent = [(f"d{number % 50}", f"Version {number}.") for number in range(100)]
    accepted = await asyncio.gather(
        *(setup.ingestor.accept(TENANT, ingestion_id, make_document(name), text.encode()) for name, text in sent)
    )
    await setup.ingestor.drain()

    assert {item.document_count for item in accepted} == set(range(1, 101))
    assert max(setup.embedder.calls) >= 32
    assert [setup.texts(f"d{number}") for number in range(50)] == [[f"Version {number + 50}."] for number in range(50)]


async def test_accept_waits_while_too_much_is_in_front(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_DOCUMENTS", 1)
    monkeypatch.setattr(ingest, "RETRY_SECONDS", 0.05)
    setup.embedder.down = True
    ingestion_id = await setup.ingestor.begin(TENANT)
    await setup.ingestor.accept(TENANT, ingestion_id, make_document("a"), b"Five days.")
    second = asyncio.create_task(setup.ingestor.accept(TENANT, ingestion_id, make_document("b"), b"Ten pounds."))
    await asyncio.sleep(0.1)
    assert not second.done()

    setup.embedder.down = False
    assert (await (await second).outcome).status is DocumentStatus.CREATED


async def test_deleting_waits_for_what_is_on_its_way(setup: Setup) -> None:
    ingestion_id = await setup.ingestor.begin(TENANT)
    await setup.ingestor.accept(TENANT, ingestion_id, make_document("a"), b"Five days.")

    assert await setup.ingestor.delete(TENANT, "a") is True
    await setup.ingestor.drain()

    assert not setup.store.documents
    assert await setup.ingestor.delete(TENANT, "a") is False


async def test_an_ingestion_belongs_to_its_tenant(setup: Setup) -> None:
    ingestion_id = await setup.ingestor.begin(TENANT)

    assert await setup.ingestor.begin(TENANT, ingestion_id) == ingestion_id
    with pytest.raises(NotFound):
        await setup.ingestor.begin("another tenant", ingestion_id)


async def test_a_spool_that_is_no_database_says_so(tmp_path: Path) -> None:
    broken = Setup(tmp_path / "ingest.db")
    broken.spool.write_bytes(b"this is not a database, whatever its name says" * 30)

    with pytest.raises(CorruptedData) as refused:
        await broken.start()
    assert "ingest.db" in refused.value.message
    assert refused.value.fix
