"""Documents and chunks as rows of the embedded index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from server.domain import Chunk, Document, DocumentKind, Hit, IndexedDocument, StoredDocument
from server.ports import Vectors

DOCUMENT_COLUMNS = (
    "id, title, uri, kind, labels, media_type, content_hash, source, sent_by, access_groups, updated_at, "
    "indexed_at, chunk_count, quarantined_chunk_count, quarantine_reason"
)


def put_document(db: sqlite3.Connection, tenant: int, document: Document, chunks: Sequence[Chunk]) -> tuple[int, bool]:
    """Insert or replace the document's row; its number, which a replacement keeps, and whether it is new."""
    reasons = [chunk.quarantine_reason for chunk in chunks if chunk.quarantine_reason]
    values = (
        tenant,
        document.id,
        document.title,
        document.uri,
        document.kind.value,
        json.dumps(document.labels, ensure_ascii=False),
        document.media_type,
        document.content_hash,
        document.source,
        document.sent_by,
        json.dumps(document.access_groups, ensure_ascii=False),
        document.updated_at.isoformat() if document.updated_at else None,
        datetime.now(UTC).isoformat(),
        len(chunks),
        len(reasons),
        reasons[0] if reasons else "",
    )
    places = ", ".join("?" * len(values))
    known = db.execute("SELECT number FROM documents WHERE tenant = ? AND id = ?", values[:2]).fetchone()
    if known:
        db.execute(
            f"UPDATE documents SET (tenant, {DOCUMENT_COLUMNS}) = ({places}) WHERE number = ?",  # noqa: S608
            (*values, known[0]),
        )
        return int(known[0]), False
    added = db.execute(f"INSERT INTO documents (tenant, {DOCUMENT_COLUMNS}) VALUES ({places})", values)  # noqa: S608
    return int(added.lastrowid or 0), True


def put_chunks(
    db: sqlite3.Connection,
    document: int,
    chunks: Sequence[Chunk],
    vectors: Vectors,
    terms: Iterable[tuple[bytes, bytes]],
) -> None:
    """Insert the chunks, each with its row of `vectors` and its blobs of terms and counts, as the schema says."""
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM chunks").fetchone()
    numbers = range(last + 1, last + 1 + len(chunks))
    db.executemany(
        "INSERT INTO chunks (number, document, id, ordinal, heading_path, text, search_text, token_count, "
        "quarantine_reason, reviewed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                number,
                document,
                chunk.id,
                chunk.ordinal,
                json.dumps(chunk.heading_path, ensure_ascii=False),
                chunk.text,
                chunk.search_text,
                chunk.token_count,
                chunk.quarantine_reason,
                chunk.reviewed_by,
            )
            for number, chunk in zip(numbers, chunks, strict=True)
        ),
    )
    rows = np.ascontiguousarray(vectors, dtype="<f4")
    db.executemany(
        "INSERT INTO entries (chunk, document, searchable, vector, terms, counts) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (number, document, not chunk.quarantine_reason, row.tobytes(), *blobs)
            for number, chunk, row, blobs in zip(numbers, chunks, rows, terms, strict=True)
        ),
    )


def remove_chunks(db: sqlite3.Connection, document: int) -> int:
    """Delete the document's chunks; how many there were."""
    db.execute("DELETE FROM entries WHERE document = ?", (document,))
    return db.execute("DELETE FROM chunks WHERE document = ?", (document,)).rowcount


def hits(db: sqlite3.Connection, scored: Sequence[tuple[int, float, float, float, float]]) -> list[Hit]:
    """Hits for (chunk number, score, text score, vector score, similarity), in that order."""
    rows = db.execute(
        "SELECT c.number, c.id, d.id, d.title, d.uri, d.kind, c.heading_path, c.text, d.labels, d.updated_at, "
        "c.reviewed_by FROM chunks AS c JOIN documents AS d ON d.number = c.document "
        "WHERE c.number IN (SELECT value FROM json_each(?))",
        (json.dumps([entry[0] for entry in scored]),),
    )
    found = {row[0]: row[1:] for row in rows}
    return [_hit(found[number], *scores) for number, *scores in scored]


def indexed_documents(rows: Iterable[tuple[Any, ...]]) -> list[IndexedDocument]:
    """From rows of `DOCUMENT_COLUMNS`."""
    return [
        IndexedDocument(
            document=Document(
                id=row[0],
                title=row[1],
                uri=row[2],
                kind=DocumentKind(row[3]),
                labels=tuple(json.loads(row[4])),
                media_type=row[5],
                content_hash=row[6],
                source=row[7],
                sent_by=row[8],
                access_groups=tuple(json.loads(row[9])),
                updated_at=_time(row[10]),
            ),
            indexed_at=datetime.fromisoformat(row[11]),
            chunk_count=row[12],
            quarantined_chunk_count=row[13],
            quarantine_reason=row[14],
        )
        for row in rows
    ]


def stored_document(db: sqlite3.Connection, tenant: str, indexed: IndexedDocument, dimension: int) -> StoredDocument:
    """A document's chunks and vectors beside its row."""
    rows = db.execute(
        "SELECT c.id, c.ordinal, c.heading_path, c.text, c.search_text, c.token_count, c.quarantine_reason, "
        "c.reviewed_by, e.vector FROM chunks AS c JOIN entries AS e ON e.chunk = c.number "
        "JOIN documents AS d ON d.number = c.document JOIN tenants AS t ON t.number = d.tenant "
        "WHERE t.name = ? AND d.id = ? ORDER BY c.ordinal",
        (tenant, indexed.document.id),
    ).fetchall()
    chunks = tuple(Chunk(row[0], indexed.document.id, row[1], tuple(json.loads(row[2])), *row[3:8]) for row in rows)
    vectors = np.frombuffer(b"".join(row[8] for row in rows), dtype="<f4").reshape(len(rows), dimension)
    return StoredDocument(indexed, chunks, vectors)


def _hit(row: tuple[Any, ...], score: float, text_score: float, vector_score: float, similarity: float) -> Hit:
    chunk_id, document_id, title, uri, kind, heading_path, text, labels, updated_at, reviewed_by = row
    return Hit(
        chunk_id=chunk_id,
        document_id=document_id,
        title=title,
        uri=uri,
        kind=DocumentKind(kind),
        heading_path=tuple(json.loads(heading_path)),
        text=text,
        labels=tuple(json.loads(labels)),
        score=score,
        text_score=text_score,
        vector_score=vector_score,
        similarity=similarity,
        updated_at=_time(updated_at),
        released=bool(reviewed_by),
    )


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
