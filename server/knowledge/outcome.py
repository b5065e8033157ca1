"""What became of a document, and of an ingestion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from server.errors import UnreadableDocument


class DocumentStatus(StrEnum):
    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"


PLANTED_INSTRUCTIONS = "PLANTED_INSTRUCTIONS"
"""The reason of a document some of whose chunks are quarantined."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` is one of those that DocumentOutcome lists, empty where all is well; `detail` is for a person."""

    document_id: str
    status: DocumentStatus
    reason: str = ""
    detail: str = ""
    chunk_count: int = 0
    quarantined_chunk_count: int = 0

    @classmethod
    def rejected(cls, document_id: str, error: UnreadableDocument) -> Self:
        return cls(document_id, DocumentStatus.REJECTED, error.reason, str(error))


@dataclass(frozen=True, slots=True)
class IngestionState:
    """How far an ingestion got.

    `document_ids` are a page of those that are durable, in the order of their arrival; `next_after` is where the next
    page begins, 0 where there is none.
    """

    ingestion_id: str
    received_document_count: int
    indexed_document_count: int
    indexed_chunk_count: int
    document_ids: tuple[str, ...]
    next_after: int = 0

    @property
    def done(self) -> bool:
        return self.indexed_document_count == self.received_document_count
