"""What is ingested, indexed and retrieved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class SearchQuestionSource(StrEnum):
    """What a search question was made from."""

    MESSAGE = "message"
    CONVERSATION = "conversation"
    MODEL = "model"


class DocumentKind(StrEnum):
    DOC = "doc"
    FAQ = "faq"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Document:
    """What a caller sent, without its bytes."""

    id: str
    title: str
    uri: str
    kind: DocumentKind
    labels: tuple[str, ...]
    media_type: str
    content_hash: str
    """SHA-256 of the bytes, lower-case hex."""
    source: str = ""
    """Where it comes from, in its sender's words."""
    sent_by: str = ""
    """The caller that sent it."""
    updated_at: datetime | None = None
    access_groups: tuple[str, ...] = ()
    """Who may be shown it; empty means everybody."""


@dataclass(frozen=True, slots=True)
class Section:
    """A run of a document's text under one heading path. `text` is Markdown-like plain text."""

    heading_path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is retrieved.

    `id` is stable for the same tenant, document, content hash and ordinal. `text` is what a model and a customer read;
    `search_text` is what is embedded and searched (the title and headings go in front of the text).
    """

    id: str
    document_id: str
    ordinal: int
    heading_path: tuple[str, ...]
    text: str
    search_text: str
    token_count: int
    quarantine_reason: str = ""
    """Why a reviewer must look at it first; such a chunk is never retrieved. Empty where it is clean."""
    reviewed_by: str = ""
    """Who decided on it last; empty where nobody did."""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as the index holds it."""

    document: Document
    chunk_count: int
    quarantined_chunk_count: int
    indexed_at: datetime
    quarantine_reason: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with all that the index holds of it, ready to be put into another index.

    `vectors` has shape (len(chunks), dimension), float32, each row of length 1.
    """

    indexed: IndexedDocument
    chunks: tuple[Chunk, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search returned, with the document's fields that a reader is shown.

    `score` is fused, 0 to 1; `text_score` and `vector_score` are its parts, each min-max scaled over the candidates.
    `similarity` is the plain cosine of the question and the chunk, -1 to 1.
    """

    chunk_id: str
    document_id: str
    title: str
    uri: str
    kind: DocumentKind
    heading_path: tuple[str, ...]
    text: str
    labels: tuple[str, ...]
    score: float
    text_score: float
    vector_score: float
    similarity: float
    updated_at: datetime | None = None
    rerank_score: float | None = None
    """0 to 1; None where no reranker was asked."""
    released: bool = False
    """A reviewer let it out of quarantine: no rail keeps it from a turn."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a vector store is asked.

    `vector_weight` is the share of the vector score in the fused score, 0 to 1; `limit` is the number of hits wanted.
    """

    text: str
    limit: int = 10
    vector_weight: float = 0.5
    kinds: tuple[DocumentKind, ...] = ()
    labels: tuple[str, ...] = ()
    access_groups: tuple[str, ...] = ()
    """Documents kept for groups are found only where one of them is here."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search returned: hits, best first, and the version of the index that answered."""

    hits: tuple[Hit, ...]
    index_version: str


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """One index of an engine: what it was made with, and whether it answers searches now."""

    embedder: str
    dimension: int
    serving: bool


@dataclass(frozen=True, slots=True)
class IndexStats:
    document_count: int
    chunk_count: int
    version: str
    """Changes with every change of the index."""
