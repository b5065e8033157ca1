"""The tables of the embedded index, and the checks before anything trusts an existing file."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

from server.errors import FailedPrecondition
from server.vector_stores.sqlite_connections import Connections, corrupted

SCHEMA_VERSION = 2
APPLICATION_ID = 0x4E447678
"""Marks the file as ours for `file` and for ourselves: "NDvx"."""

QUICK_CHECK_MAX_BYTES = 256 * 1024 * 1024
"""Above this size the check of every page at start would take longer than a start may."""

_TABLES = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- removed_count: chunks removed since the vocabulary's last edition; each edition drops the terms that are nowhere.
CREATE TABLE tenants (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    edition INTEGER NOT NULL DEFAULT 1,
    document_count INTEGER NOT NULL DEFAULT 0,
    chunk_count INTEGER NOT NULL DEFAULT 0,
    removed_count INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL REFERENCES tenants,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    uri TEXT NOT NULL,
    kind TEXT NOT NULL,
    labels TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    source TEXT NOT NULL,
    sent_by TEXT NOT NULL,
    access_groups TEXT NOT NULL,
    updated_at TEXT,
    indexed_at TEXT NOT NULL,
    chunk_count INTEGER NOT NULL,
    quarantined_chunk_count INTEGER NOT NULL,
    quarantine_reason TEXT NOT NULL,
    UNIQUE (tenant, id)
);

CREATE TABLE chunks (
    number INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    heading_path TEXT NOT NULL,
    text TEXT NOT NULL,
    search_text TEXT NOT NULL,
    token_count INTEGER NOT NULL,
    quarantine_reason TEXT NOT NULL,
    reviewed_by TEXT NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document);

-- Words and tags of the tenant's chunks. Numbers are its own, so that nobody's words show in another's.
CREATE TABLE terms (
    tenant INTEGER NOT NULL,
    number INTEGER NOT NULL,
    term TEXT NOT NULL,
    PRIMARY KEY (tenant, number)
) WITHOUT ROWID;

-- What a search reads of each chunk, apart from the chunks, so that loading it does not read all texts. The vector is
-- float32; terms are uint32, ascending, each with its uint8 in counts (0 for a tag); all little-endian. A quarantined
-- chunk is not searchable and has no terms.
CREATE TABLE entries (
    chunk INTEGER PRIMARY KEY REFERENCES chunks,
    document INTEGER NOT NULL,
    searchable INTEGER NOT NULL,
    vector BLOB NOT NULL,
    terms BLOB NOT NULL,
    counts BLOB NOT NULL
);
CREATE INDEX entries_by_document ON entries (document, searchable);

-- The last version at which each document changed, deleted ones included: what a snapshot must load again.
CREATE TABLE changes (document INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, version INTEGER NOT NULL);
CREATE INDEX changes_by_version ON changes (tenant, version);

PRAGMA user_version = {SCHEMA_VERSION};
PRAGMA application_id = {APPLICATION_ID};
"""


def require_sound(connections: Connections, path: Path) -> None:
    """Raise CorruptedData where the file's pages are not a sound database. Large files are trusted."""
    if path.stat().st_size > QUICK_CHECK_MAX_BYTES:
        return
    with connections.reading() as db:
        verdict = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    if verdict != "ok":
        raise corrupted(path, verdict)


def create_or_check(connections: Connections, path: Path, embedder_name: str, dimension: int) -> str:
    """Create the tables in an empty file, check them in any other, and return the index's own id.

    Raises FailedPrecondition where the file holds something else, another schema or another embedder's vectors.
    """
    with connections.writing() as db:
        if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            _create(db, embedder_name, dimension)
        else:
            _require_schema(db, path)
        meta = dict(db.execute("SELECT name, value FROM meta"))
    if (meta["embedder"], meta["dimension"]) != (embedder_name, str(dimension)):
        raise FailedPrecondition(
            f"{path} was made with the embedder {meta['embedder']} ({meta['dimension']} dimensions); the settings say "
            f"{embedder_name} ({dimension}).",
            reason="EMBEDDER_MISMATCH",
            fix="Set the embedder back, or set NIGHTDESK_DATA_DIR to a new folder and ingest the documents again.",
        )
    return str(meta["index_id"])


def _create(db: sqlite3.Connection, embedder_name: str, dimension: int) -> None:
    for statement in _TABLES.split(";\n"):
        db.execute(statement)
    db.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [("embedder", embedder_name), ("dimension", str(dimension)), ("index_id", uuid.uuid4().hex[:12])],
    )


def _require_schema(db: sqlite3.Connection, path: Path) -> None:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
        what = f"schema version {version}" if application == APPLICATION_ID else "something else's tables"
        raise FailedPrecondition(
            f"{path} has {what}; this server reads its own version {SCHEMA_VERSION}.",
            reason="SCHEMA_VERSION_MISMATCH",
            fix="Start the release that wrote it, or set NIGHTDESK_DATA_DIR to a new folder and ingest again.",
        )
