"""Quarantined chunks and the decisions on them, as calls of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nightdesk import Client
from nightdesk.v1 import common_pb2, ingest_pb2, rail_pb2

MAX_SUSPECTS = 200
"""More than anybody decides on in one sitting."""
MAX_LINES = 200
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Suspect:
    """A quarantined chunk with the document that it belongs to."""

    document: ingest_pb2.DocumentSummary
    chunk: ingest_pb2.DocumentChunk

    @property
    def decided(self) -> bool:
        """Whether somebody decided that it stays where it is."""
        return bool(self.chunk.reviewed_by)

    @property
    def whole_document(self) -> bool:
        """Whether every chunk of the document, of which there are several, is suspect."""
        return self.document.chunk_count == self.document.quarantined_chunk_count > 1


def suspects(client: Client, limit: int = MAX_SUSPECTS) -> list[Suspect]:
    """At most `limit` quarantined chunks, by document and in reading order. Raises ApiError."""
    found: list[Suspect] = []
    for document in _quarantined_documents(client):
        found += [Suspect(document, chunk) for chunk in chunks(client, document.document_id, quarantined_only=True)]
        if len(found) >= limit:
            break
    return found[:limit]


def chunks(client: Client, document_id: str, *, quarantined_only: bool = False) -> list[ingest_pb2.DocumentChunk]:
    """All chunks of a document, in reading order. Raises ApiError."""
    found: list[ingest_pb2.DocumentChunk] = []
    request = ingest_pb2.ListChunksRequest(
        document_id=document_id, page_size=PAGE_SIZE, quarantined_only=quarantined_only
    )
    while True:
        page = client.call(client.ingests.ListChunks, request)
        found += page.chunks
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def decide(client: Client, document_id: str, chunk_id: str, *, release: bool) -> ingest_pb2.DocumentChunk:
    """Release a chunk, or quarantine it; the chunk as it is afterwards. Raises ApiError."""
    decision = ingest_pb2.CHUNK_DECISION_RELEASE if release else ingest_pb2.CHUNK_DECISION_QUARANTINE
    request = ingest_pb2.ReviewChunkRequest(document_id=document_id, chunk_id=chunk_id, decision=decision)
    return client.call(client.ingests.ReviewChunk, request).chunk


def suspicious_lines(client: Client, text: str) -> frozenset[int]:
    """The numbers, from 0, of the lines that the context rails block by themselves. Raises ApiError.

    What is spread over several lines has none. Only the first MAX_LINES are asked about.
    """
    lines = text.split("\n")[:MAX_LINES]
    return frozenset(number for number, line in enumerate(lines) if line.strip() and _is_blocked(client, line))


def _is_blocked(client: Client, text: str) -> bool:
    request = rail_pb2.CheckTextRequest(text=text, direction=common_pb2.RAIL_DIRECTION_CONTEXT)
    return client.call(client.rails.CheckText, request).verdict == common_pb2.VERDICT_BLOCK


def _quarantined_documents(client: Client) -> Iterator[ingest_pb2.DocumentSummary]:
    request = ingest_pb2.ListDocumentsRequest(page_size=PAGE_SIZE, quarantined_only=True)
    while True:
        page = client.call(client.ingests.ListDocuments, request)
        yield from page.documents
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token
