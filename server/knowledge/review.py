"""A person's decision on a chunk, and how long it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from server.domain import Chunk, StoredDocument
from server.errors import NotFound
from server.ports import VectorStore

BY_REVIEWER = "reviewer_decision"
"""The quarantine reason of a chunk that no rail objects to."""

log = structlog.get_logger()


class Decision(StrEnum):
    RELEASE = "release"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Review:
    """Who decided what on which chunk."""

    document_id: str
    chunk_id: str
    decision: Decision
    reviewer: str

    def applied(self, chunk: Chunk) -> Chunk:
        """The chunk after the decision. One that is kept in quarantine keeps its reason."""
        reason = "" if self.decision is Decision.RELEASE else chunk.quarantine_reason or BY_REVIEWER
        return replace(chunk, quarantine_reason=reason, reviewed_by=self.reviewer)


async def decide(store: VectorStore, tenant: str, review: Review) -> Chunk:
    """Carry a decision out; the chunk as it is afterwards. The document must not change meanwhile.

    Raises NotFound where the document or the chunk is not there (any more).
    """
    stored = await stored_document(store, tenant, review.document_id)
    before = next((chunk for chunk in stored.chunks if chunk.id == review.chunk_id), None)
    if before is None:
        raise NotFound(
            f"Document {review.document_id!r} has no chunk {review.chunk_id!r}.",
            reason="CHUNK_NOT_FOUND",
            fix="A new version of the document may have replaced it: ListChunks has the chunks of today.",
        )
    after = review.applied(before)
    chunks = [after if chunk is before else chunk for chunk in stored.chunks]
    await store.replace(tenant, stored.indexed.document, chunks, stored.vectors)
    log.info(
        "chunk_reviewed",
        document=review.document_id,
        chunk=review.chunk_id,
        decision=review.decision.value,
        reviewer=review.reviewer,
        reason_before=before.quarantine_reason,
        reviewed_before_by=before.reviewed_by,
    )
    return after


def keep_decisions(indexed: StoredDocument, chunks: Iterable[Chunk]) -> list[Chunk]:
    """The chunks with the decisions that people made on the very same texts of the indexed document."""
    decided = {(chunk.id, chunk.search_text): chunk for chunk in indexed.chunks if chunk.reviewed_by}
    return [_with_decision(chunk, decided.get((chunk.id, chunk.search_text))) for chunk in chunks]


async def stored_document(store: VectorStore, tenant: str, document_id: str) -> StoredDocument:
    """A document with its chunks. Raises NotFound."""
    stored = await store.read(tenant, document_id)
    if stored is None:
        raise NotFound(
            f"There is no document {document_id!r}.", reason="DOCUMENT_NOT_FOUND", fix="ListDocuments has the ids."
        )
    return stored


def _with_decision(chunk: Chunk, decided: Chunk | None) -> Chunk:
    if decided is None:
        return chunk
    return replace(chunk, quarantine_reason=decided.quarantine_reason, reviewed_by=decided.reviewed_by)
