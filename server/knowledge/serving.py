"""Which index serves at a start: that of the embedder in the settings, once it holds all that its forerunner held."""

from __future__ import annotations

from contextlib import AsyncExitStack

import structlog

from server.domain import IndexInfo
from server.errors import FailedPrecondition
from server.knowledge.copying import copy_index, differences
from server.ports import Embedder, IndexCatalog, VectorStore

START_CHUNKS = 1000
"""So many chunks may be embedded at a start, so that a re-embedded index catches up with the last changes."""

log = structlog.get_logger()


async def open_serving_index(catalog: IndexCatalog, embedder: Embedder) -> VectorStore:
    """The index of this embedder, which serves from now on; made where the engine holds none at all.

    Where another embedder's index served until now, this one's first takes in what it lacks. Raises FailedPrecondition
    with reason EMBEDDER_MISMATCH where there is none, or where it lacks more than START_CHUNKS chunks.
    """
    indexes = await catalog.indexes()
    serving = next((index for index in indexes if index.serving), None)
    if serving is not None and not made_by(serving, embedder):
        if not any(made_by(index, embedder) for index in indexes):
            raise _mismatch(serving, embedder, "There is no index made with the latter.")
        await _catch_up(catalog, serving, embedder)
    store = await catalog.open(embedder.name, embedder.dimension)
    if serving is None or not made_by(serving, embedder):
        await catalog.serve(embedder.name, embedder.dimension)
    return store


def made_by(index: IndexInfo, embedder: Embedder) -> bool:
    """Whether the index holds this embedder's vectors."""
    return (index.embedder, index.dimension) == (embedder.name, embedder.dimension)


async def _catch_up(catalog: IndexCatalog, serving: IndexInfo, embedder: Embedder) -> None:
    async with AsyncExitStack() as stack:
        source = await catalog.open(serving.embedder, serving.dimension)
        stack.push_async_callback(source.close)
        target = await catalog.open(embedder.name, embedder.dimension)
        stack.push_async_callback(target.close)
        lacking = 0
        async for change in differences(source, target):
            lacking += 0 if change.removed else change.chunk_count
            if lacking > START_CHUNKS:
                raise _mismatch(serving, embedder, f"The latter's index lacks more than {START_CHUNKS:,} chunks.")
        async for batch in copy_index(source, target, embedder):
            log.info("index_catching_up", documents=len(batch))
    log.info("index_switched", served_until_now=serving.embedder, serves=embedder.name)


def _mismatch(serving: IndexInfo, embedder: Embedder, lack: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"The index that serves was made with the embedder {serving.embedder} ({serving.dimension} dimensions); the "
        f"settings say {embedder.name} ({embedder.dimension}). {lack}",
        reason="EMBEDDER_MISMATCH",
        fix="Start the server with the old setting, run `nightdesk index re-embed` with the new one beside it, and "
        "start the server with the new setting when that has ended.",
    )
