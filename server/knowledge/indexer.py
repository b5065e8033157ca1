"""From a document's bytes to the index: read, cut, count, screen, embed, replace."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from server.domain import Chunk, Document, DocumentKind, IndexedDocument
from server.errors import UnreadableDocument
from server.knowledge.chunk import Passage, fitted, make_chunks
from server.knowledge.outcome import PLANTED_INSTRUCTIONS, DocumentStatus, Outcome
from server.knowledge.parser_pool import CutDocument, ParserPool
from server.knowledge.review import keep_decisions
from server.knowledge.spool import Job
from server.ports import Embedder, RailEngine, Vectors, VectorStore

HIDDEN_TEXT = "hidden_text"
"""Why the chunks of a document are quarantined that hides instructions from its readers."""

WINDOW_CHARACTERS = 8_192
"""Of a long text, so much is screened or masked at once: it keeps the other calls waiting."""

_WINDOW = re.compile(rf".{{1,{WINDOW_CHARACTERS}}}(?:(?<=\s)|\Z)|.{{1,{WINDOW_CHARACTERS}}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Read:
    tenant: str
    document: Document
    passages: tuple[Passage, ...]
    hidden: tuple[str, ...]
    indexed: IndexedDocument | None


@dataclass(frozen=True, slots=True)
class _Ready:
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
        self._embedding = asyncio.Lock()

    async def unchanged(self, tenant: str, document: Document) -> Outcome | None:
        """The outcome of a document that the index holds just like this; None where there is work to do."""
        indexed = await self._store.get(tenant, document.id)
        return _unchanged(indexed) if indexed and self._is_same(indexed.document, document) else None

    async def index(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Index documents with different ids; an outcome for each, in their order.

        A document that cannot be read is rejected and leaves what the index holds under its id as it is. Raises what
        the store and the embedder raise; all that was done by then can be done again. Several calls may run at once,
        for different documents: one embeds while others read and store.
        """
        read = await asyncio.gather(*(self._read(job) for job in jobs))
        cut = [item for item in read if isinstance(item, _Read)]
        chunks = await asyncio.to_thread(self._count, cut)
        ready = [await self._ready(item, of_item) for item, of_item in zip(cut, chunks, strict=True)]
        texts = [chunk.search_text for item in ready for chunk in item.chunks]
        if texts:
            async with self._embedding:
                vectors = await self._embedder.embed(texts)
            await self._replace(ready, vectors)
        indexed = iter(ready)
        return [_indexed(next(indexed)) if isinstance(item, _Read) else item for item in read]

    async def _read(self, job: Job) -> _Read | Outcome:
        """The document's passages, or what became of it where there is nothing to index."""
        indexed = await self._store.get(job.tenant, job.document.id)
        if indexed and self._is_same(indexed.document, job.document):
            return _unchanged(indexed)
        try:
            cut = await self._cut(job)
        except UnreadableDocument as error:
            return Outcome.rejected(job.document.id, error)
        document = replace(job.document, title=cut.title)
        return _Read(job.tenant, document, cut.passages, cut.hidden, indexed)

    async def _cut(self, job: Job) -> CutDocument:
        """The document cut into passages. A ticket is masked first: its customer is not the one who will read it."""
        document = job.document
        if document.kind is not DocumentKind.TICKET:
            return await self._parsers.read(
                job.data, document.media_type, document.kind, document.title, default=document.id
            )
        parsed = await self._parsers.parse(job.data, document.media_type, document.kind)
        title = self._rails.redact(document.title or parsed.title or document.id)
        sections = [
            replace(section, text="".join([await self._masked(window) for window in _windows(section.text)]))
            for section in parsed.sections
        ]
        return replace(await self._parsers.cut(title, sections), hidden=parsed.hidden)

    def _count(self, read: Sequence[_Read]) -> list[list[Chunk]]:
        """The chunks of each document; all texts are counted together."""
        passages = [passage for item in read for passage in item.passages]
        tokens = iter(self._embedder.count_tokens_of([passage.text for passage in passages]))
        return [
            make_chunks(
                item.document,
                fitted(item.passages, list(islice(tokens, len(item.passages))), self._embedder.count_tokens),
            )
            for item in read
        ]

    async def _ready(self, item: _Read, chunks: Sequence[Chunk]) -> _Ready:
        screened = await self._screened(chunks, item.hidden)
        if item.indexed and item.indexed.document.content_hash == item.document.content_hash:
            # Only what is said about it has changed: what people decided on its texts holds.
            stored = await self._store.read(item.tenant, item.document.id)
            screened = keep_decisions(stored, screened) if stored else screened
        return _Ready(item.tenant, item.document, screened, existed=item.indexed is not None)

    async def _replace(self, ready: Sequence[_Ready], vectors: Vectors) -> None:
        replacements, start = [], 0
        for item in ready:
            end = start + len(item.chunks)
            replacements.append(self._store.replace(item.tenant, item.document, item.chunks, vectors[start:end]))
            start = end
        await asyncio.gather(*replacements)

    async def _screened(self, chunks: Sequence[Chunk], hidden: Sequence[str]) -> list[Chunk]:
        """The chunks, all of them quarantined where the document hides instructions, else each by what it says."""
        reason = await self._hidden_reason(hidden)
        if reason:
            return [replace(chunk, quarantine_reason=reason) for chunk in chunks]
        return [await self._screen(chunk) for chunk in chunks]

    async def _screen(self, chunk: Chunk) -> Chunk:
        """The chunk, quarantined where a rail finds instructions planted in it."""
        await asyncio.sleep(0)  # The checks run on the event loop: let others have it in between.
        blocked = (await self._rails.check_context(chunk.search_text)).blocked
        return replace(chunk, quarantine_reason=blocked.category or blocked.rail) if blocked else chunk

    async def _hidden_reason(self, hidden: Sequence[str]) -> str:
        """HIDDEN_TEXT where a text that no reader sees speaks to the assistant, else empty."""
        for window in _windows("\n".join(hidden)):
            await asyncio.sleep(0)
            if (await self._rails.check_context(window)).blocked:
                return HIDDEN_TEXT
        return ""

    async def _masked(self, text: str) -> str:
        await asyncio.sleep(0)
        return self._rails.redact(text)

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


def _windows(text: str) -> Iterator[str]:
    """A text in parts of at most WINDOW_CHARACTERS, cut behind white space where there is any."""
    return (match.group() for match in _WINDOW.finditer(text))


def _unchanged(indexed: IndexedDocument) -> Outcome:
    return Outcome(
        indexed.document.id,
        DocumentStatus.UNCHANGED,
        chunk_count=indexed.chunk_count,
        quarantined_chunk_count=indexed.quarantined_chunk_count,
    )


def _indexed(item: _Ready) -> Outcome:
    document_id, count = item.document.id, len(item.chunks)
    quarantined = [chunk for chunk in item.chunks if chunk.quarantine_reason]
    if quarantined:
        detail = (
            f"{len(quarantined)} of {count} chunks are suspect "
            f"({quarantined[0].quarantine_reason}). They are not retrieved until a reviewer releases them."
        )
        if quarantined[0].quarantine_reason == HIDDEN_TEXT and len(quarantined) == count:
            detail = (
                "It hides instructions to the assistant from its readers (hidden_text). None of it is retrieved until "
                "a reviewer releases it."
            )
        status = DocumentStatus.QUARANTINED
        return Outcome(document_id, status, PLANTED_INSTRUCTIONS, detail, count, len(quarantined))
    status = DocumentStatus.REPLACED if item.existed else DocumentStatus.CREATED
    return Outcome(document_id, status, chunk_count=count)
