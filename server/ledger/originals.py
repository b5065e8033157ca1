"""Questions as they were asked and answers as they were read, encrypted, until they expire."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Engine, delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from server.domain import ComponentState, ComponentStatus
from server.errors import FailedPrecondition, NotFound, SettingsError
from server.ledger.tables import OriginalRow, RevealRow
from server.ledger.writer import Row

SECONDS_BETWEEN_DELETIONS = 600.0
MAKE_A_KEY = "`nightdesk keys new-originals-key` prints one."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Original:
    question: str
    answer: str
    expires_at: datetime


def parse_keys(keys: str) -> MultiFernet:
    """Fernet keys with commas between them: the first encrypts, all decrypt. Raises SettingsError."""
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
    except ValueError:
        raise SettingsError(
            "NIGHTDESK_ORIGINALS_KEY is no Fernet key, nor several with commas between them.", fix=MAKE_A_KEY
        ) from None


class OriginalStore:
    """Keeps what was asked and answered, and lets it be read until it expires; `expiring` deletes it then."""

    def __init__(
        self,
        engine: Engine,
        keys: str,
        *,
        hours: float,
        redact: Callable[[str], str],
        now: Callable[[], float] = time.time,
    ) -> None:
        """`keys` as `parse_keys` takes them; `redact` masks the reasons that are written down. Raises SettingsError."""
        self._engine = engine
        self._fernet = parse_keys(keys)
        self._seconds = hours * 3600
        self._redact = redact
        self._now = now

    def row(self, turn_id: str, tenant: str, question: str, answer: str) -> Row:
        """The texts, encrypted, to be written together with the turn."""
        return OriginalRow, {
            "turn_id": turn_id,
            "tenant": tenant,
            "expires_at": self._now() + self._seconds,
            "texts": self._fernet.encrypt(json.dumps([question, answer]).encode()),
        }

    async def reveal(self, tenant: str, turn_id: str, *, reader: str, reason: str) -> Original:
        """The texts, after it has been written down durably who reads them and why.

        Raises NotFound where there are none or they have expired, FailedPrecondition where no key opens them.
        """
        row = await asyncio.to_thread(self._find, tenant, turn_id)
        if row is None:
            raise NotFound(
                f"No original of turn {turn_id!r} is kept.",
                reason="ORIGINAL_NOT_FOUND",
                fix="ListTurns has the turns' ids; originals are deleted after NIGHTDESK_ORIGINALS_HOURS.",
            )
        try:
            question, answer = json.loads(self._fernet.decrypt(row.texts))
        except InvalidToken:
            raise FailedPrecondition(
                f"No key of NIGHTDESK_ORIGINALS_KEY opens the original of turn {turn_id!r}.",
                reason="ORIGINAL_KEY_MISSING",
                fix="Append the key that it was kept with, after a comma.",
            ) from None
        await asyncio.to_thread(self._note, tenant, turn_id, reader, reason)
        log.warning("turn_revealed", turn=turn_id, reader=reader, reason_characters=len(reason))
        return Original(question, answer, datetime.fromtimestamp(row.expires_at, UTC))

    async def check(self) -> ComponentStatus:
        """Whether the keys open the newest and the oldest original that is kept, of whatever tenant; the oldest is the
        one that a change of keys leaves behind. No text is read."""
        ends = await asyncio.to_thread(self._ends)
        if not ends:
            return _status(ComponentState.OK, "none is kept yet")
        closed = [name for name, row in ends.items() if not self._opens(row)]
        if not closed:
            return _status(ComponentState.OK, "the keys open the newest and the oldest that is kept")
        last = datetime.fromtimestamp(ends["newest" if "newest" in closed else "oldest"].expires_at, UTC)
        return _status(
            ComponentState.DEGRADED,
            f"No key of NIGHTDESK_ORIGINALS_KEY opens the {' or the '.join(closed)} original. What cannot be opened is "
            f"deleted unread, this one at {last:%Y-%m-%d %H:%M} UTC; new turns are kept by the first key.",
            "Append the key that was set before, after a comma, and start the server again.",
        )

    def _ends(self) -> dict[str, OriginalRow]:
        kept = select(OriginalRow).where(OriginalRow.expires_at > self._now()).limit(1)
        expiry = col(OriginalRow.expires_at)
        orders = {"newest": expiry.desc(), "oldest": expiry.asc()}
        with Session(self._engine) as session:
            found = {name: session.exec(kept.order_by(order)).first() for name, order in orders.items()}
        return {name: row for name, row in found.items() if row is not None}

    def _opens(self, row: OriginalRow) -> bool:
        try:
            self._fernet.decrypt(row.texts)
        except InvalidToken:
            return False
        return True

    def _find(self, tenant: str, turn_id: str) -> OriginalRow | None:
        query = select(OriginalRow).where(
            OriginalRow.tenant == tenant, OriginalRow.turn_id == turn_id, OriginalRow.expires_at > self._now()
        )
        with Session(self._engine) as session:
            return session.exec(query).first()

    def _note(self, tenant: str, turn_id: str, reader: str, reason: str) -> None:
        row = RevealRow(
            id=uuid.uuid4().hex,
            tenant=tenant,
            turn_id=turn_id,
            reader=reader,
            reason=self._redact(reason),
            created_at=self._now(),
        )
        with Session(self._engine) as session:
            session.add(row)
            session.commit()


def _status(state: ComponentState, detail: str, fix: str = "") -> ComponentStatus:
    return ComponentStatus("originals", "fernet", state, detail, fix)


async def delete_expired(engine: Engine, now: float | None = None) -> int:
    """Delete the originals that have expired by `now`; how many there were.

    Their bytes are overwritten with zeros in the file and the write-ahead log is emptied; backups are not reached.
    """
    return await asyncio.to_thread(_delete_expired, engine, time.time() if now is None else now)


@asynccontextmanager
async def expiring(engine: Engine) -> AsyncIterator[None]:
    """Delete what expires at once and every ten minutes, also where originals are no longer kept."""
    task = asyncio.create_task(_delete_for_ever(engine))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _delete_for_ever(engine: Engine) -> None:
    while True:
        try:
            if count := await delete_expired(engine):
                log.info("originals_deleted", count=count)
        except SQLAlchemyError as error:  # A locked database now must not end all later deletions.
            log.error("originals_not_deleted", error_type=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN_DELETIONS)


def _delete_expired(engine: Engine, now: float) -> int:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        deleted = connection.execute(delete(OriginalRow).where(col(OriginalRow.expires_at) <= now)).rowcount
        connection.commit()
        if deleted:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return deleted
