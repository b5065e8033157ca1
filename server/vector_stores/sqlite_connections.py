"""One SQLite file, one writer, as many readers as there are threads, and SQLite's errors in our words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from server.errors import CorruptedData, Unavailable

_BUSY_SECONDS = 10.0
_READER_CACHE_KIB = 32 * 1024

_READER_SETUP = f"""
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -{_READER_CACHE_KIB};
"""

_WRITER_SETUP = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = 67108864;
"""


class Connections:
    """Hands out connections to threads; every use is one transaction."""

    def __init__(self, path: Path) -> None:
        """Raises as `sqlite_errors` does."""
        self._path = path
        self._readers: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._write_lock = threading.Lock()
        with sqlite_errors(path):
            self._writer = self._connect(_WRITER_SETUP)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A read transaction: all statements see one state of the file."""
        with sqlite_errors(self._path):
            try:
                connection = self._readers.get_nowait()
            except Empty:
                connection = self._connect(_READER_SETUP)
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.rollback()
                self._readers.put(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: committed and on disk when the block ends, undone when it raises."""
        with sqlite_errors(self._path), self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.rollback()
                raise
            self._writer.commit()

    @contextmanager
    def part(self, writing: sqlite3.Connection) -> Iterator[None]:
        """A part of the write transaction, undone by itself when it raises; the rest of the transaction goes on.

        Where SQLite has given the whole transaction up (`in_transaction` is False then), so must the caller.
        """
        with sqlite_errors(self._path):
            writing.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                if writing.in_transaction:
                    writing.execute("ROLLBACK TO part")
                    writing.execute("RELEASE part")
                raise
            writing.execute("RELEASE part")

    def close(self) -> None:
        """Close every connection; none may be in use."""
        while not self._readers.empty():
            self._readers.get().close()
        self._writer.close()

    def _connect(self, setup: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.executescript(setup)
        return connection


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Raise CorruptedData for a file that is not a sound database, Unavailable for any other failure of SQLite's."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise corrupted(path, str(error)) from error
        raise Unavailable(
            f"The index {path} cannot be used now: {error}.",
            fix="Check the disk's free space and the permissions of the file and its folder, then try again.",
        ) from error


def corrupted(path: Path, detail: str) -> CorruptedData:
    return CorruptedData(
        f"{path} is not a sound database ({detail}).",
        fix=f"Stop the server, restore {path.name} from a backup or move it and its -wal file away, start again and "
        "ingest the documents again.",
    )
