"""Tenants, documents and chunks as Weaviate objects, and back."""

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
from server.vector_stores.weaviate_terms import indexed_terms

_NAMESPACE = uuid.UUID("5f2f7d0e-0b52-5d0c-9d55-6e1c0a6c7b1d")
_REVISION_BITS = 52
"""Weaviate hands integers on as floating-point numbers."""

VERSION_ID = uuid.uuid5(_NAMESPACE, "version/")
"""Of the object among a tenant's documents that is not one: it holds the revision that every change draws anew."""


def tenant_name(tenant: str) -> str:
    """A name that Weaviate takes (letters, digits, "-" and "_", at most 64), readable and different for each tenant."""
    readable = re.sub(r"[^A-Za-z0-9_-]", "-", tenant)[:24]
    return f"{readable}-{hashlib.sha256(tenant.encode()).hexdigest()[:24]}"


def tenant_object(tenant: str) -> DataObject[Any, Any]:
    """What keeps the name of a tenant that has documents, which `tenant_name` does not tell."""
    return DataObject(uuid=uuid.uuid5(_NAMESPACE, f"tenant/{tenant}"), properties={"name": tenant})


def version_object() -> DataObject[Any, Any]:
    return DataObject(uuid=VERSION_ID, properties={"revision": secrets.randbits(_REVISION_BITS)})


def document_uuid(document_id: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, f"document/{document_id}")


def chunk_uuid(document: uuid.UUID, generation: int, position: int) -> uuid.UUID:
    return uuid.uuid5(document, f"{generation}/{position}")


def sort_key(document_id: str) -> str:
    """Greater than the key of the empty id for every document."""
    return f"x{document_id.encode().hex()}"


def document_object(
    document: Document, chunks: Sequence[Chunk], generation: int, indexed_at: int
) -> DataObject[Any, Any]:
    """The document's record. `generation` names its live chunks; `indexed_at` is in microseconds since 1970."""
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
            "access_groups": list(document.access_groups),
            "media_type": document.media_type,
            "content_hash": document.content_hash,
            "source": document.source,
            "sent_by": document.sent_by,
            "updated_at": document.updated_at.isoformat() if document.updated_at else "",
            "quarantine_reason": reasons[0] if reasons else "",
            "chunk_count": len(chunks),
            "quarantined_chunk_count": len(reasons),
            "indexed_at": indexed_at,
            "generation": generation,
        },
    )


def chunk_objects(
    document: Document, chunks: Sequence[Chunk], vectors: Vectors, generation: int
) -> list[DataObject[Any, Any]]:
    owner = document_uuid(document.id)
    return [
        DataObject(
            uuid=chunk_uuid(owner, generation, position),
            # A blank text's zeros have no direction: such a chunk is found by its words alone.
            vector=vector.tolist() if vector.any() else None,
            properties={
                "document": owner,
                "generation": generation,
                "quarantined": bool(chunk.quarantine_reason),
                "kind": document.kind.value,
                "labels": list(document.labels),
                "restricted": bool(document.access_groups),
                "access_groups": list(document.access_groups),
                "chunk_id": chunk.id,
                "ordinal": chunk.ordinal,
                "heading_path": json.dumps(chunk.heading_path, ensure_ascii=False),
                "text": chunk.text,
                "search_text": chunk.search_text,
                "heading_terms": indexed_terms(" ".join((document.title, *chunk.heading_path))),
                "terms": indexed_terms(chunk.search_text),
                "token_count": chunk.token_count,
                "quarantine_reason": chunk.quarantine_reason,
                "reviewed_by": chunk.reviewed_by,
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
            sent_by=properties["sent_by"],
            updated_at=_time(properties["updated_at"]),
            access_groups=tuple(properties["access_groups"] or ()),
        ),
        chunk_count=properties["chunk_count"],
        quarantined_chunk_count=properties["quarantined_chunk_count"],
        indexed_at=datetime.fromtimestamp(properties["indexed_at"] / 1e6, UTC),
        quarantine_reason=properties["quarantine_reason"],
    )


def stored_chunk(properties: Mapping[str, Any], document_id: str) -> Chunk:
    return Chunk(
        id=properties["chunk_id"],
        document_id=document_id,
        ordinal=properties["ordinal"],
        heading_path=tuple(json.loads(properties["heading_path"])),
        text=properties["text"],
        search_text=properties["search_text"],
        token_count=properties["token_count"],
        quarantine_reason=properties["quarantine_reason"],
        reviewed_by=properties["reviewed_by"],
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
        released=bool(chunk["reviewed_by"]),
    )


def _time(value: str) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
