"""From a document's bytes to the index: parse, chunk, screen, embed, replace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.domain import Chunk, Document, DocumentKind, IndexedDocument
from server.errors import UnreadableDocument
from server.knowledge.chunk import chunk_document
from server.knowledge.outcome import PLANTED_INSTRUCTIONS, DocumentStatus, Outcome
from server.knowledge.parsed import ParsedDocument
from server.knowledge.parser_pool import ParserPool
from server.knowledge.review import keep_decisions
from server.knowledge.spool import Job
from server.ports import Embedder, RailEngine, Vectors, VectorStore


@dataclass(frozen=True, slots=True)
class _Prepared:
    tenant: str
    document: Document
    chunks: list[Chunk]
    existed: bool


class Indexer:
    """Indexes several documents at once, so that their chunks are embedded together."""

    def __init__(self, store: VectorStore, embedder: Embedder, rails: RailEngine, parsers: ParserPool) -> None:
        self._store = store
        self._embedder = embedder
        self._rails = rails
        self._parsers = parsers

    async def unchanged(self, tenant: str, document: Document) -> Outcome | None:
        """The outcome of a document that the index holds just like this; None where there is work to do."""
        indexed = await self._store.get(tenant, document.id)
        return _unchanged(indexed) if indexed and self._is_same(indexed.document, document) else None

    async def index(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Index documents with different ids; an outcome for each, in their order.

        A document that cannot be read is rejected and leaves what the index holds under its id as it is. Raises what
        the store and the embedder raise; all that was done by then can be done again.
        """
        prepared = await asyncio.gather(*(self._prepare(job) for job in jobs))
        ready = [item for item in prepared if isinstance(item, _Prepared)]
        texts = [chunk.search_text for item in ready for chunk in item.chunks]
        if texts:
            await self._replace(ready, await self._embedder.embed(texts))
        return [_indexed(item) if isinstance(item, _Prepared) else item for item in prepared]

    async def _prepare(self, job: Job) -> _Prepared | Outcome:
        indexed = await self._store.get(job.tenant, job.document.id)
        if indexed and self._is_same(indexed.document, job.document):
            return _unchanged(indexed)
        try:
            parsed = await self._parsers.parse(job.data, job.document.media_type, job.document.kind)
        except UnreadableDocument as error:
            return Outcome.rejected(job.document.id, error)
        document = replace(job.document, title=job.document.title or parsed.title or job.document.id)
        document, parsed = self._without_personal_data(document, parsed)
        chunks = await asyncio.to_thread(chunk_document, document, parsed, self._embedder.count_tokens)
        screened = [await self._screen(chunk) for chunk in chunks]
        if indexed and indexed.document.content_hash == document.content_hash:
            # Only what is said about it has changed: what people decided on its texts holds.
            stored = await self._store.read(job.tenant, document.id)
            screened = keep_decisions(stored, screened) if stored else screened
        return _Prepared(job.tenant, document, screened, existed=indexed is not None)

    async def _replace(self, ready: Sequence[_Prepared], vectors: Vectors) -> None:
        replacements, start = [], 0
        for item in ready:
            end = start + len(item.chunks)
            replacements.append(self._store.replace(item.tenant, item.document, item.chunks, vectors[start:end]))
            start = end
        await asyncio.gather(*replacements)

    async def _screen(self, chunk: Chunk) -> Chunk:
        """The chunk, quarantined where a rail finds instructions planted in it."""
        blocked = (await self._rails.check_context(chunk.search_text)).blocked
        return replace(chunk, quarantine_reason=blocked.category or blocked.rail) if blocked else chunk

    def _without_personal_data(self, document: Document, parsed: ParsedDocument) -> tuple[Document, ParsedDocument]:
        """A ticket masked: its customer is not the one who will read it. Docs and FAQs were written to be read."""
        if document.kind is not DocumentKind.TICKET:
            return document, parsed
        sections = tuple(replace(section, text=self._rails.redact(section.text)) for section in parsed.sections)
        return replace(document, title=self._rails.redact(document.title)), replace(parsed, sections=sections)

    def _is_same(self, indexed: Document, sent: Document) -> bool:
        """Whether a document says and shows the same as the indexed one.

        A title that was left to the document matches any. A new date, source or sender alone is no new document.
        """
        title = self._rails.redact(sent.title) if sent.kind is DocumentKind.TICKET else sent.title
        return indexed == replace(
            sent,
            title=title or indexed.title,
            updated_at=indexed.updated_at,
            source=indexed.source,
            sent_by=indexed.sent_by,
        )


def _unchanged(indexed: IndexedDocument) -> Outcome:
    return Outcome(
        indexed.document.id,
        DocumentStatus.UNCHANGED,
        chunk_count=indexed.chunk_count,
        quarantined_chunk_count=indexed.quarantined_chunk_count,
    )


def _indexed(item: _Prepared) -> Outcome:
    document_id, count = item.document.id, len(item.chunks)
    quarantined = [chunk for chunk in item.chunks if chunk.quarantine_reason]
    if quarantined:
        detail = (
            f"{len(quarantined)} of {count} chunks are suspect "
            f"({quarantined[0].quarantine_reason}). They are not retrieved until a reviewer releases them."
        )
        status = DocumentStatus.QUARANTINED
        return Outcome(document_id, status, PLANTED_INSTRUCTIONS, detail, count, len(quarantined))
    status = DocumentStatus.REPLACED if item.existed else DocumentStatus.CREATED
    return Outcome(document_id, status, chunk_count=count)
