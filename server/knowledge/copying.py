"""Copies one index into another: to another engine with the same vectors, or to another embedder with new ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import numpy as np

from server.domain import IndexedDocument, StoredDocument
from server.ports import Embedder, Vectors, VectorStore

PAGE = 500
BATCH_DOCUMENTS, BATCH_CHUNKS = 64, 512
"""What is held in memory and embedded at once."""


@dataclass(frozen=True, slots=True)
class Change:
    """A document that the target lacks, holds in another state, or (`removed`) holds without the source."""

    tenant: str
    document_id: str
    chunk_count: int
    removed: bool = False


async def differences(source: VectorStore, target: VectorStore) -> AsyncIterator[Change]:
    """What has to happen to `target` so that it holds what `source` holds, tenant by tenant, in the order of the ids.

    A document is in the same state where its fields and counts are the same and the target's was written later.
    """
    for tenant in sorted({*await source.list_tenants(), *await target.list_tenants()}):
        ours = documents(target, tenant)
        held = await anext(ours, None)
        async for wanted in documents(source, tenant):
            while held is not None and held.document.id < wanted.document.id:
                yield _removed(tenant, held)
                held = await anext(ours, None)
            if held is None or held.document.id > wanted.document.id:
                yield Change(tenant, wanted.document.id, wanted.chunk_count)
                continue
            if not _same_state(wanted, held):
                yield Change(tenant, wanted.document.id, wanted.chunk_count)
            held = await anext(ours, None)
        while held is not None:
            yield _removed(tenant, held)
            held = await anext(ours, None)


async def copy_index(
    source: VectorStore, target: VectorStore, embedder: Embedder | None = None
) -> AsyncIterator[Sequence[Change]]:
    """Bring `target` to the state of `source`, whose writers may go on; yields what was done, batch by batch.

    With `embedder`, chunks get its vectors, else those of the source. Raises what the stores and the embedder raise;
    run again, it goes on where it stopped. What is written to the source meanwhile is found by the next run.
    """
    batch: list[Change] = []
    async for change in differences(source, target):
        batch.append(change)
        if len(batch) >= BATCH_DOCUMENTS or sum(change.chunk_count for change in batch) >= BATCH_CHUNKS:
            await _apply(batch, source, target, embedder)
            yield batch
            batch = []
    if batch:
        await _apply(batch, source, target, embedder)
        yield batch


async def _apply(batch: Sequence[Change], source: VectorStore, target: VectorStore, embedder: Embedder | None) -> None:
    await asyncio.gather(*(target.delete(change.tenant, change.document_id) for change in batch if change.removed))
    waiting = [change for change in batch if not change.removed]
    while waiting:
        read = await asyncio.gather(*(source.read(change.tenant, change.document_id) for change in waiting))
        found = [(change, stored) for change, stored in zip(waiting, read, strict=True) if stored is not None]
        vectors = await _vectors([stored for _, stored in found], embedder)
        await asyncio.gather(
            *(
                target.replace(change.tenant, stored.indexed.document, stored.chunks, rows)
                for (change, stored), rows in zip(found, vectors, strict=True)
            )
        )
        waiting = await _changed_meanwhile(found, source)


async def _changed_meanwhile(copied: Sequence[tuple[Change, StoredDocument]], source: VectorStore) -> list[Change]:
    """Those that the source wrote again between our reading and our writing: the target's later date would hide it."""
    now = await asyncio.gather(*(source.get(change.tenant, change.document_id) for change, _ in copied))
    return [
        change
        for (change, stored), indexed in zip(copied, now, strict=True)
        if indexed is not None and indexed != stored.indexed
    ]


async def _vectors(documents: Sequence[StoredDocument], embedder: Embedder | None) -> list[Vectors]:
    if embedder is None:
        return [stored.vectors for stored in documents]
    texts = [chunk.search_text for stored in documents for chunk in stored.chunks]
    if not texts:
        return [np.zeros((0, embedder.dimension), dtype=np.float32) for _ in documents]
    rows = await embedder.embed(texts)
    ends = np.cumsum([len(stored.chunks) for stored in documents])[:-1]
    return np.split(rows, ends)


def _removed(tenant: str, held: IndexedDocument) -> Change:
    return Change(tenant, held.document.id, held.chunk_count, removed=True)


def _same_state(wanted: IndexedDocument, held: IndexedDocument) -> bool:
    return (
        wanted.document == held.document
        and wanted.chunk_count == held.chunk_count
        and wanted.quarantined_chunk_count == held.quarantined_chunk_count
        and wanted.indexed_at <= held.indexed_at
    )


async def documents(store: VectorStore, tenant: str) -> AsyncIterator[IndexedDocument]:
    """All of a tenant's documents, by id, read page by page."""
    after = ""
    while page := await store.list_documents(tenant, after=after, limit=PAGE):
        for indexed in page:
            yield indexed
        after = page[-1].document.id
