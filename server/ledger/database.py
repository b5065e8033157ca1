"""Opening the ledger's database: SQLite in WAL mode, checked before anything trusts it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel, create_engine

from server.errors import CorruptedData, FailedPrecondition
from server.ledger import tables

SCHEMA_VERSION = 3
_MIGRATIONS = {
    1: ("ALTER TABLE turns ADD COLUMN cache_kind VARCHAR NOT NULL DEFAULT ''",),
    2: (
        "ALTER TABLE turns ADD COLUMN scores_kept BOOLEAN NOT NULL DEFAULT 0",
        "CREATE INDEX turns_with_scores ON turns (tenant, created_at, prompt_version, scores_kept) "
        "WHERE scores_kept = 1",
    ),
}
"""What leads from each version to the next. New tables need nothing: they are made where they are missing."""
QUICK_CHECK_MAX_BYTES = 256 * 1024 * 1024
"""Above this size the check of every page at start would take longer than a start may."""


def open_database(path: Path) -> Engine:
    """Open or create the database at `path`.

    Raises CorruptedData where the file is not a sound database, FailedPrecondition where another version made it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    size = path.stat().st_size if path.exists() else 0
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": 10.0},
        pool_size=8,
        max_overflow=8,
        # An error's text goes to the log, which must not hold what customers wrote.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _configure)
    try:
        with engine.connect() as connection:
            if 0 < size <= QUICK_CHECK_MAX_BYTES:
                verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if verdict != "ok":
                    raise _corrupted(path, str(verdict))
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one() if size else SCHEMA_VERSION
            if version != SCHEMA_VERSION and version not in _MIGRATIONS:
                raise FailedPrecondition(
                    f"{path} has schema version {version}; this server reads version {SCHEMA_VERSION}.",
                    reason="SCHEMA_VERSION_MISMATCH",
                    fix="Start the release that wrote it, or set NIGHTDESK_DATA_DIR to an empty folder.",
                )
            for older in range(version, SCHEMA_VERSION):
                for statement in _MIGRATIONS[older]:
                    connection.exec_driver_sql(statement)
            SQLModel.metadata.create_all(connection, tables=tables.ALL)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.commit()
    except DatabaseError as error:
        raise _corrupted(path, str(error.orig)) from error
    return engine


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _corrupted(path: Path, detail: str) -> CorruptedData:
    return CorruptedData(
        f"{path} is not a sound database ({detail}).",
        fix=f"Stop the server, restore {path.name} from a backup or move it away, and start again: "
        "a new one is made, the knowledge base is not touched.",
    )
