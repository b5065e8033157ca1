"""Originals: readable with the key, by its tenant, until they expire; then not there at all."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from server.domain import ComponentState
from server.errors import FailedPrecondition, NotFound, SettingsError
from server.ledger.database import open_database
from server.ledger.originals import OriginalStore, delete_expired, expiring, parse_keys
from server.ledger.tables import OriginalRow, RevealRow
from server.ledger.writer import BatchingWriter

OLD, NEW = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))
QUESTION, ANSWER = "I am jane@example.com", "We wrote to jane@example.com"


class Kept:
    """A store on a file, with a clock that is set by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine: Engine = open_database(path)
        self.writer = BatchingWriter(self.engine)
        self.time = 1_000_000.0

    def store(self, keys: str, redact: Callable[[str], str] = str) -> OriginalStore:
        return OriginalStore(self.engine, keys, hours=1, redact=redact, now=lambda: self.time)

    async def keep(self, store: OriginalStore, turn_id: str, tenant: str, question: str, answer: str) -> None:
        await self.writer.write_together([store.row(turn_id, tenant, question, answer)])

    def bytes_on_disk(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.path.parent.iterdir())

    def ciphertext(self) -> bytes:
        with Session(self.engine) as session:
            return session.exec(select(OriginalRow.texts)).one()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "nightdesk.db")


async def test_an_original_is_read_back_and_who_read_it_is_written_down(kept: Kept) -> None:
    store = kept.store(NEW, redact=lambda text: text.replace("jane@example.com", "[email]"))
    await kept.keep(store, "turn_1", "acme", QUESTION, ANSWER)

    original = await store.reveal("acme", "turn_1", reader="ann", reason="jane@example.com complained")

    assert (original.question, original.answer, original.expires_at.timestamp()) == (QUESTION, ANSWER, kept.time + 3600)
    with Session(kept.engine) as session:
        note = session.exec(select(RevealRow)).one()
    assert (note.tenant, note.turn_id, note.reader, note.reason) == ("acme", "turn_1", "ann", "[email] complained")


async def test_no_file_holds_a_word_of_it(kept: Kept) -> None:
    await kept.keep(kept.store(NEW), "turn_1", "acme", QUESTION, ANSWER)

    assert b"turn_1" in kept.bytes_on_disk()
    assert b"jane" not in kept.bytes_on_disk()


async def test_anothers_and_an_unknown_turn_are_not_found_alike(kept: Kept) -> None:
    store = kept.store(NEW)
    await kept.keep(store, "turn_1", "acme", QUESTION, ANSWER)

    for tenant, turn_id in (("rival", "turn_1"), ("acme", "turn_2")):
        with pytest.raises(NotFound, match="No original"):
            await store.reveal(tenant, turn_id, reader="eve", reason="curious")


async def test_what_has_expired_is_not_revealed_even_before_it_is_deleted(kept: Kept) -> None:
    store = kept.store(NEW)
    await kept.keep(store, "turn_1", "acme", QUESTION, ANSWER)
    kept.time += 3600

    with pytest.raises(NotFound):
        await store.reveal("acme", "turn_1", reader="ann", reason="late")


async def test_deleting_leaves_nothing_in_any_file(kept: Kept) -> None:
    store = kept.store(NEW)
    await kept.keep(store, "turn_1", "acme", QUESTION * 500, ANSWER)
    await kept.keep(store, "turn_2", "acme", QUESTION, ANSWER)
    with Session(kept.engine) as session:
        texts = list(session.exec(select(OriginalRow.texts)))
    assert all(text in kept.bytes_on_disk() for text in texts if len(text) < 1000)
    kept.time += 3600

    assert await delete_expired(kept.engine, kept.time) == 2
    assert await delete_expired(kept.engine, kept.time) == 0

    on_disk = kept.bytes_on_disk()
    for text in texts:
        assert not any(text[begin : begin + 60] in on_disk for begin in range(0, len(text) - 60, 60))


async def test_what_expired_while_no_server_ran_is_deleted_at_the_start(kept: Kept) -> None:
    await kept.keep(kept.store(NEW), "turn_1", "acme", QUESTION, ANSWER)

    async with asyncio.timeout(10), expiring(kept.engine):
        while b"turn_1" in kept.bytes_on_disk():  # noqa: ASYNC110 - a file tells nobody that it has changed
            await asyncio.sleep(0.01)


async def test_after_a_change_of_keys_both_open_and_the_old_one_alone_does_not(kept: Kept) -> None:
    await kept.keep(kept.store(OLD), "turn_1", "acme", QUESTION, ANSWER)
    both = kept.store(f"{NEW}, {OLD}")
    await kept.keep(both, "turn_2", "acme", QUESTION, ANSWER)
    for turn_id in ("turn_1", "turn_2"):
        assert (await both.reveal("acme", turn_id, reader="ann", reason="why")).question == QUESTION

    with pytest.raises(FailedPrecondition, match="NIGHTDESK_ORIGINALS_KEY") as refused:
        await kept.store(OLD).reveal("acme", "turn_2", reader="ann", reason="why")
    assert "Append the key" in refused.value.fix


@pytest.mark.parametrize("keys", ["", "secret", f"{NEW},", base64.b64encode(b"too short").decode()])
def test_a_key_that_is_none_is_refused_with_the_command_that_makes_one(keys: str) -> None:
    with pytest.raises(SettingsError, match=r"NIGHTDESK_ORIGINALS_KEY.*nightdesk keys new-originals-key"):
        parse_keys(keys)


async def test_doctor_says_whether_the_keys_still_open_what_is_kept(kept: Kept) -> None:
    assert (await kept.store(OLD).check()).detail == "none is kept yet"
    await kept.keep(kept.store(OLD), "turn_1", "acme", QUESTION, ANSWER)
    assert (await kept.store(OLD).check()).state is ComponentState.OK

    lost = await kept.store(NEW).check()
    assert (lost.component, lost.state) == ("originals", ComponentState.DEGRADED)
    assert "opens the newest or the oldest original" in lost.detail
    assert lost.fix.startswith("Append the key that was set before, after a comma")

    kept.time += 60
    await kept.keep(kept.store(NEW), "turn_2", "acme", QUESTION, ANSWER)
    assert "opens the oldest original" in (await kept.store(NEW).check()).detail
    assert (await kept.store(f"{NEW},{OLD}").check()).state is ComponentState.OK

    kept.time += 3600 - 30  # The first has expired.
    assert (await kept.store(NEW).check()).state is ComponentState.OK
