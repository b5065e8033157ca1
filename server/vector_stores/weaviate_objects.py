"""Documents and chunks as Weaviate objects, and back."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from weaviate.classes.data import DataObject

from server.domain import Chunk, Document, DocumentKind, Hit, IndexedDocument
from server.ports import Vectors

_NAMESPACE = uuid.UUID("5f2f7d0e-0b52-5d0c-9d55-6e1c0a6c7b1d")
_REVISION_BITS = 32


def tenant_name(tenant: str) -> str:
    """A name that Weaviate takes (letters, digits, "-" and "_", at most 64), readable and different for each tenant."""
    readable = re.sub(r"[^A-Za-z0-9_-]", "-", tenant)[:24]
    return f"{readable}-{hashlib.sha256(tenant.encode()).hexdigest()[:24]}"


def document_uuid(document_id: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, document_id)


def sort_key(document_id: str) -> str:
    return document_id.encode().hex()


def document_object(
    document: Document, chunks: Sequence[Chunk], generation: int, indexed_at: int
) -> DataObject[Any, Any]:
    """The document's record. `generation` names its live chunks; `indexed_at` is in microseconds since 1970.

    `revision` is drawn anew at each write, so that the sum over a tenant's documents tells its states apart.
    """
    reasons = [chunk.quarantine_reason for chunk in chunks if chunk.quarantine_reason]
    return DataObject(
        uuid=document_uuid(document.id),
        properties={
            "document_id": document.id,
            "sort_key": sort_key(document.id),
            "title": document.title,
            "uri": document.uri,
            "kind": document.kind.value,
            "labels": list(document.labels),
            "media_type": document.media_type,
            "content_hash": document.content_hash,
            "source": document.source,
            "updated_at": document.updated_at.isoformat() if document.updated_at else "",
            "quarantine_reason": reasons[0] if reasons else "",
            "chunk_count": len(chunks),
            "quarantined_chunk_count": len(reasons),
            "indexed_at": indexed_at,
            "generation": generation,
            "revision": secrets.randbits(_REVISION_BITS),
        },
    )


def chunk_objects(
    document: Document, chunks: Sequence[Chunk], vectors: Vectors, generation: int
) -> list[DataObject[Any, Any]]:
    owner = document_uuid(document.id)
    return [
        DataObject(
            uuid=uuid.uuid5(owner, f"{generation}/{position}"),
            # A blank text's zeros have no direction: such a chunk is found by its words alone.
            vector=vector.tolist() if vector.any() else None,
            properties={
                "document": owner,
                "generation": generation,
                "quarantined": bool(chunk.quarantine_reason),
                "kind": document.kind.value,
                "labels": list(document.labels),
                "chunk_id": chunk.id,
                "ordinal": chunk.ordinal,
                "heading_path": json.dumps(chunk.heading_path, ensure_ascii=False),
                "heading": " ".join((document.title, *chunk.heading_path)),
                "text": chunk.text,
                "search_text": chunk.search_text,
                "token_count": chunk.token_count,
                "quarantine_reason": chunk.quarantine_reason,
            },
        )
        for position, (chunk, vector) in enumerate(zip(chunks, vectors, strict=True))
    ]


def indexed_document(properties: Mapping[str, Any]) -> IndexedDocument:
    return IndexedDocument(
        document=Document(
            id=properties["document_id"],
            title=properties["title"],
            uri=properties["uri"],
            kind=DocumentKind(properties["kind"]),
            labels=tuple(properties["labels"] or ()),
            media_type=properties["media_type"],
            content_hash=properties["content_hash"],
            source=properties["source"],
            updated_at=_time(properties["updated_at"]),
        ),
        chunk_count=properties["chunk_count"],
        quarantined_chunk_count=properties["quarantined_chunk_count"],
        indexed_at=datetime.fromtimestamp(properties["indexed_at"] / 1e6, UTC),
        quarantine_reason=properties["quarantine_reason"],
    )


def hit(
    chunk: Mapping[str, Any],
    document: Mapping[str, Any],
    *,
    score: float,
    text_score: float,
    vector_score: float,
    similarity: float,
) -> Hit:
    return Hit(
        chunk_id=chunk["chunk_id"],
        document_id=document["document_id"],
        title=document["title"],
        uri=document["uri"],
        kind=DocumentKind(document["kind"]),
        heading_path=tuple(json.loads(chunk["heading_path"])),
        text=chunk["text"],
        labels=tuple(document["labels"] or ()),
        score=score,
        text_score=text_score,
        vector_score=vector_score,
        similarity=similarity,
        updated_at=_time(document["updated_at"]),
    )


def _time(value: str) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
