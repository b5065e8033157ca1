"""The batching writer: rows wait in a queue, one thread commits all that are waiting together."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import Engine, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

MAX_BATCH = 500

log = structlog.get_logger()


Row = tuple[type[SQLModel], Mapping[str, Any]]
"""A table and the columns of one of its rows, by name."""


@dataclass(frozen=True, slots=True)
class _Pending:
    rows: Sequence[Row]
    loop: asyncio.AbstractEventLoop
    written: asyncio.Future[None]


class BatchingWriter:
    """Writes rows of any table durably, with one commit for all that came while the last commit ran."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def write(self, table: type[SQLModel], row: Mapping[str, Any]) -> asyncio.Future[None]:
        """Queue a row of a table, with its columns by name.

        The future is done when it is on disk, and the row is written though nobody awaits it.
        """
        return self.write_together([(table, row)])

    def write_together(self, rows: Sequence[Row]) -> asyncio.Future[None]:
        """Queue rows of which all or none are to be on disk; the first one's id names them in the log."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._queue.put(_Pending(rows, loop, written))
        return written

    def close(self) -> None:
        """Write what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_for_more = True
        while open_for_more:
            batch, open_for_more = self._take()
            self._commit(batch)

    def _take(self) -> tuple[list[_Pending], bool]:
        """Wait for one row, then take what else is there."""
        batch: list[_Pending] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) == MAX_BATCH or self._queue.empty():
                return batch, True
            item = self._queue.get()
        return batch, False

    def _commit(self, batch: list[_Pending]) -> None:
        if not batch:
            return
        try:
            self._insert(batch)
        except SQLAlchemyError as error:
            if len(batch) == 1:
                pending = batch[0]
                table, row = pending.rows[0]
                log.error(
                    "ledger_write_failed",
                    table=table.__tablename__,
                    id=row.get("id", row.get("turn_id")),
                    error_type=type(error).__name__,
                )
                _settle(pending, error)
                return
            # One bad row must not take its neighbours down.
            for pending in batch:
                self._commit([pending])
            return
        for pending in batch:
            _settle(pending, None)

    def _insert(self, batch: list[_Pending]) -> None:
        with self._engine.begin() as connection:
            rows = sorted((row for pending in batch for row in pending.rows), key=_table_name)
            for _, group in groupby(rows, key=_table_name):
                same_table = list(group)
                connection.execute(insert(same_table[0][0]), [dict(columns) for _, columns in same_table])


def _table_name(row: Row) -> str:
    return str(row[0].__tablename__)


def _settle(pending: _Pending, error: Exception | None) -> None:
    def settle() -> None:
        if pending.written.done():
            return
        if error is None:
            pending.written.set_result(None)
        else:
            pending.written.set_exception(error)

    if not pending.loop.is_closed():
        pending.loop.call_soon_threadsafe(settle)
