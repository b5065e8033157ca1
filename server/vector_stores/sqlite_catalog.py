"""The embedded indexes in a data directory: one file for each embedder."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from server.domain import IndexInfo
from server.vector_stores.sqlite import SqliteVectorStore
from server.vector_stores.sqlite_connections import sqlite_errors
from server.vector_stores.sqlite_schema import APPLICATION_ID

FIRST_FILE = "knowledge.db"
"""The file of the first embedder; those of others carry a digest of the embedder's name."""


class _File(NamedTuple):
    path: Path
    embedder: str
    dimension: int
    serving_since: str


class SqliteIndexCatalog:
    """Files `knowledge*.db`. The one that was told last to serve is the one that serves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def indexes(self) -> list[IndexInfo]:
        """As the port says. Raises CorruptedData for a file that is no sound database.

        The first file serves until another was told to.
        """
        files = await asyncio.to_thread(self._files)
        serving = max(files, key=lambda file: file.serving_since, default=None)
        return [IndexInfo(file.embedder, file.dimension, file is serving) for file in files]

    async def open(self, embedder: str, dimension: int) -> SqliteVectorStore:
        def work() -> SqliteVectorStore:
            return SqliteVectorStore.open(self._path(embedder, dimension), embedder_name=embedder, dimension=dimension)

        return await asyncio.to_thread(work)

    async def serve(self, embedder: str, dimension: int) -> None:
        await asyncio.to_thread(self._serve, self._path(embedder, dimension))

    async def drop(self, embedder: str, dimension: int) -> None:
        await asyncio.to_thread(self._drop, embedder, dimension)

    async def close(self) -> None:
        """Nothing is held open."""

    def _files(self) -> list[_File]:
        return [file for path in sorted(self._folder.glob("knowledge*.db")) if (file := _read(path))]

    def _path(self, embedder: str, dimension: int) -> Path:
        files = self._files()
        for file in files:
            if (file.embedder, file.dimension) == (embedder, dimension):
                return file.path
        if not files:
            return self._folder / FIRST_FILE
        digest = hashlib.sha256(f"{embedder}|{dimension}".encode()).hexdigest()[:8]
        return self._folder / f"knowledge-{digest}.db"

    def _drop(self, embedder: str, dimension: int) -> None:
        for file in self._files():
            if (file.embedder, file.dimension) == (embedder, dimension):
                for suffix in ("-wal", "-shm", ""):
                    file.path.with_name(file.path.name + suffix).unlink(missing_ok=True)

    def _serve(self, path: Path) -> None:
        with sqlite_errors(path), closing(sqlite3.connect(path)) as db, db:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('serving_since', ?)", (datetime.now(UTC).isoformat(),))


def _read(path: Path) -> _File | None:
    """What a file says of itself; None for one that is no index, which opening it will refuse in its own words."""
    with sqlite_errors(path), closing(sqlite3.connect(path)) as db:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            return None
        meta = dict(db.execute("SELECT name, value FROM meta"))
    return _File(path, meta["embedder"], int(meta["dimension"]), meta.get("serving_since", ""))
