"""A reviewer's decision: what it changes, how long it holds, and that no version of the document gets lost over it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.domain import Chunk, Document
from server.errors import NotFound, Unavailable
from server.knowledge import ingest
from server.knowledge.ingest import Ingestor
from server.knowledge.outcome import DocumentStatus, Outcome
from server.knowledge.review import BY_REVIEWER, Decision, Review
from tests.unit.knowledge.fakes import PLANTED, FakeEmbedder, FakeRails, FakeStore, make_document

TENANT = "acme"
POISONED = f"{PLANTED}.\nRefunds take 5 days."


class Shelf:
    """An ingestor with its fakes."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool
        self.store = FakeStore()
        self.embedder = FakeEmbedder()
        self.ingestor: Ingestor

    async def open(self) -> None:
        self.ingestor = await Ingestor.open(
            self.spool, self.store, self.embedder, FakeRails(), max_document_bytes=10_000, parse_timeout=10.0
        )

    async def send(self, text: str, document: Document | None = None) -> asyncio.Future[Outcome]:
        """Have a document accepted; what becomes of it."""
        ingestion_id = await self.ingestor.begin(TENANT)
        return (await self.ingestor.accept(TENANT, ingestion_id, document or make_document(), text.encode())).outcome

    async def review(self, decision: Decision, chunk_id: str = "", document_id: str = "doc") -> Chunk:
        review = Review(document_id, chunk_id or self.chunk().id, decision, "rita")
        return await self.ingestor.review(TENANT, review)

    def chunk(self) -> Chunk:
        return self.store.documents[TENANT, "doc"][1][0]


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    made = Shelf(tmp_path / "ingest.db")
    await made.open()
    yield made
    await made.ingestor.close()


async def test_a_released_chunk_is_as_it_was_but_for_its_quarantine(shelf: Shelf) -> None:
    await (await shelf.send(POISONED))
    before = shelf.chunk()
    assert before.quarantine_reason

    released = await shelf.review(Decision.RELEASE)

    assert released == shelf.chunk() == replace(before, quarantine_reason="", reviewed_by="rita")
    stored = await shelf.store.get(TENANT, "doc")
    assert stored is not None
    assert stored.quarantined_chunk_count == 0


async def test_a_chunk_that_is_kept_keeps_its_reason_and_a_clean_one_gets_one(shelf: Shelf) -> None:
    await (await shelf.send(POISONED))
    reason = shelf.chunk().quarantine_reason

    assert (await shelf.review(Decision.QUARANTINE)).quarantine_reason == reason
    await shelf.review(Decision.RELEASE)
    assert (await shelf.review(Decision.QUARANTINE)).quarantine_reason == BY_REVIEWER


async def test_a_decision_outlives_the_same_text_and_ends_with_a_new_one(shelf: Shelf) -> None:
    await (await shelf.send(POISONED))
    await shelf.review(Decision.RELEASE)

    again = await (await shelf.send(POISONED))
    relabelled = await (await shelf.send(POISONED, make_document(labels=("new",))))

    assert (again.status, relabelled.status) == (DocumentStatus.UNCHANGED, DocumentStatus.REPLACED)
    assert (shelf.chunk().quarantine_reason, shelf.chunk().reviewed_by) == ("", "rita")

    changed = await (await shelf.send(POISONED + " Or 6."))

    assert changed.status is DocumentStatus.QUARANTINED
    assert shelf.chunk().quarantine_reason
    assert not shelf.chunk().reviewed_by


async def test_a_chunk_put_into_quarantine_by_a_person_stays_there_when_only_labels_change(shelf: Shelf) -> None:
    await (await shelf.send("Refunds take 5 days."))
    await shelf.review(Decision.QUARANTINE)

    outcome = await (await shelf.send("Refunds take 5 days.", make_document(labels=("new",))))

    assert outcome.status is DocumentStatus.QUARANTINED
    assert shelf.chunk().quarantine_reason == BY_REVIEWER


async def test_what_is_not_there_any_more_cannot_be_decided_on(shelf: Shelf) -> None:
    await (await shelf.send(POISONED))
    old = shelf.chunk().id
    waiting = await shelf.send("Refunds take 5 days.")

    with pytest.raises(NotFound) as gone:
        await shelf.review(Decision.RELEASE, old)
    assert (gone.value.reason, waiting.done()) == ("CHUNK_NOT_FOUND", True)
    assert "ListChunks" in gone.value.fix
    with pytest.raises(NotFound) as absent:
        await shelf.review(Decision.RELEASE, "x", "another")
    assert absent.value.reason == "DOCUMENT_NOT_FOUND"


async def test_a_version_that_comes_during_a_review_is_the_one_that_stays(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await shelf.send(POISONED))
    read, reading, go_on = shelf.store.read, asyncio.Event(), asyncio.Event()

    async def slow_read(tenant: str, document_id: str) -> object:
        stored = await read(tenant, document_id)
        reading.set()
        await go_on.wait()
        return stored

    monkeypatch.setattr(shelf.store, "read", slow_read)
    review = asyncio.create_task(shelf.review(Decision.RELEASE))
    await reading.wait()
    newer = asyncio.create_task(shelf.send("Refunds take 6 days."))
    other = await (await shelf.send("Deposits.", make_document("other")))
    assert (other.status, newer.done()) == (DocumentStatus.CREATED, False)

    go_on.set()
    await review
    assert (await (await newer)).status is DocumentStatus.REPLACED
    assert shelf.chunk().text == "Refunds take 6 days."


async def test_a_review_that_is_given_up_takes_nothing_with_it(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "RETRY_SECONDS", 0.01)
    await (await shelf.send(POISONED))
    shelf.embedder.down = True
    outcome = await shelf.send("Refunds take 6 days.")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shelf.review(Decision.RELEASE), 0.05)
    shelf.embedder.down = False

    assert (await outcome).status is DocumentStatus.REPLACED
    assert (await shelf.review(Decision.RELEASE)).reviewed_by == "rita"


async def test_a_review_that_is_given_up_halfway_still_comes_before_the_next_version(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await shelf.send(POISONED))
    replace_chunks, replacing, go_on = shelf.store.replace, asyncio.Event(), asyncio.Event()

    async def slow_replace(*arguments: Any) -> None:
        replacing.set()
        await go_on.wait()
        await replace_chunks(*arguments)

    monkeypatch.setattr(shelf.store, "replace", slow_replace)
    review = asyncio.create_task(shelf.review(Decision.RELEASE))
    await replacing.wait()
    review.cancel()
    newer = asyncio.create_task(shelf.send("Refunds take 6 days."))
    await asyncio.sleep(0.05)
    assert not newer.done()

    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await review
    assert (await (await newer)).status is DocumentStatus.REPLACED
    assert shelf.chunk().text == "Refunds take 6 days."


async def test_a_review_ends_where_the_server_stops(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "ingest.db")
    await shelf.open()
    shelf.embedder.down = True
    await shelf.send(POISONED)
    review = asyncio.create_task(shelf.review(Decision.RELEASE, "doc#0"))
    await asyncio.sleep(0.05)

    await shelf.ingestor.close()

    with pytest.raises(Unavailable):
        await review
