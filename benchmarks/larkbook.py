"""The sample knowledge base and its cases, indexed in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from cli.sample import CASES, KNOWLEDGE
from cli.source_documents import SourceDocument
from cli.sources import read_sources
from evals.cases import read_cases
from nightdesk.v1 import common_pb2, evaluation_pb2
from server.domain import Chunk, Document, DocumentKind, Message, MessageRole
from server.errors import UnreadableDocument
from server.knowledge.chunk import cut, make_chunks
from server.knowledge.load import load
from server.ports import Embedder, VectorStore

MAX_BYTES = 32 * 1024 * 1024

_ROLES = {
    common_pb2.MESSAGE_ROLE_USER: MessageRole.USER,
    common_pb2.MESSAGE_ROLE_ASSISTANT: MessageRole.ASSISTANT,
}


def larkbook_cases() -> list[evaluation_pb2.Case]:
    return [case.case for case in read_cases(CASES)]


def history(case: evaluation_pb2.Case) -> list[Message]:
    return [Message(_ROLES[message.role], message.text) for message in case.history]


async def index_larkbook(store: VectorStore, embedder: Embedder, tenant: str) -> None:
    """Parse, chunk and embed the sample. No rails: planted instructions are not quarantined, tickets not masked."""
    for document, chunks in await asyncio.to_thread(lambda: list(_documents(KNOWLEDGE, embedder))):
        await store.replace(tenant, document, chunks, await embedder.embed([chunk.search_text for chunk in chunks]))


def _documents(folder: Path, embedder: Embedder) -> Iterator[tuple[Document, list[Chunk]]]:
    for source in read_sources([folder], MAX_BYTES):
        if not isinstance(source, SourceDocument):
            continue
        kind = DocumentKind(source.kind)
        try:
            parsed = load(source.data, source.media_type, kind)
        except UnreadableDocument:
            continue  # the sample has empty tickets on purpose
        document = Document(
            source.id,
            source.title or parsed.title,
            source.uri,
            kind,
            source.labels,
            source.media_type,
            "",
            updated_at=source.updated_at,
        )
        passages = cut(document.title, parsed.sections, embedder.count_tokens)
        yield document, make_chunks(document, passages)
