"""`python -m server.index_command`: see the indexes, make one for another embedder, move to another engine.

It opens the vector stores beside a running server, whose index it only reads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any

from server.adapters import open_catalog, open_embedder
from server.domain import IndexInfo
from server.errors import FailedPrecondition, NightdeskError, NotFound
from server.knowledge.comparing import compare
from server.knowledge.copying import copy_index
from server.knowledge.serving import made_by
from server.logs import configure_logging
from server.ports import Embedder, IndexCatalog, VectorStore
from server.settings import Settings, load_settings

PASSES = 5
"""The server may write while we copy; each pass takes in what changed during the one before."""

Report = Callable[[str, dict[str, Any]], None]
"""Tells one event: a line for a person, and the same as fields."""


def main(arguments: list[str] | None = None) -> int:
    """Run one of `show`, `re-embed`, `move --to ENGINE` and `drop EMBEDDER`.

    Returns the exit code: 1 for an error or a bad copy.
    """
    parser = argparse.ArgumentParser(prog="nightdesk index")
    parser.add_argument("--json", action="store_true")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("show")
    commands.add_parser("re-embed")
    commands.add_parser("drop").add_argument("embedder")
    commands.add_parser("move").add_argument("--to", choices=("sqlite", "weaviate"), required=True)
    chosen = parser.parse_args(arguments)
    report: Report = (lambda _, fields: print(json.dumps(fields))) if chosen.json else (lambda line, _: print(line))
    try:
        settings = load_settings()
        configure_logging(settings.log_format, settings.log_level)
        match chosen.command:
            case "show":
                return asyncio.run(_show(settings, report))
            case "re-embed":
                return asyncio.run(_re_embed(settings, report))
            case "drop":
                return asyncio.run(_drop(settings, chosen.embedder, report))
            case _:
                return asyncio.run(_move(settings, chosen.to, report))
    except NightdeskError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


async def _show(settings: Settings, report: Report) -> int:
    async with AsyncExitStack() as stack:
        catalog = _catalog(stack, settings, settings.vector_store)
        for index in await catalog.indexes():
            store = await _open(stack, catalog, index)
            counts = [await store.stats(tenant) for tenant in await store.list_tenants()]
            documents, chunks = sum(c.document_count for c in counts), sum(c.chunk_count for c in counts)
            report(
                f"{settings.vector_store}  {index.embedder} ({index.dimension} dimensions)  {documents} documents, "
                f"{chunks} chunks{'  serves' if index.serving else ''}",
                {"engine": settings.vector_store, **asdict(index), "documents": documents, "chunks": chunks},
            )
    return 0


async def _re_embed(settings: Settings, report: Report) -> int:
    async with AsyncExitStack() as stack:
        catalog = _catalog(stack, settings, settings.vector_store)
        embedder = await open_embedder(settings)
        stack.push_async_callback(embedder.close)
        serving = await _serving(catalog, settings.vector_store)
        if made_by(serving, embedder):
            raise FailedPrecondition(
                f"The index that serves is already made with {embedder.name}.",
                reason="NOTHING_TO_DO",
                fix="Give this command the new embedder: NIGHTDESK_EMBEDDER and what belongs to it.",
            )
        source = await _open(stack, catalog, serving)
        target = await catalog.open(embedder.name, embedder.dimension)
        stack.push_async_callback(target.close)
        sound = await _copy(source, target, embedder, report)
    if sound:
        report(f"Start the server with the embedder {embedder.name}: its index is ready.", {"event": "ready"})
    return 0 if sound else 1


async def _move(settings: Settings, engine: str, report: Report) -> int:
    other = "sqlite" if engine == "weaviate" else "weaviate"
    async with AsyncExitStack() as stack:
        left = _catalog(stack, settings, other)
        serving = await _serving(left, other)
        source = await _open(stack, left, serving)
        entered = _catalog(stack, settings, engine)
        target = await _open(stack, entered, serving)
        sound = await _copy(source, target, None, report)
        if sound:
            await entered.serve(serving.embedder, serving.dimension)
    if sound:
        report(f"Start the server with NIGHTDESK_VECTOR_STORE={engine}.", {"event": "ready", "engine": engine})
    return 0 if sound else 1


async def _drop(settings: Settings, embedder: str, report: Report) -> int:
    async with AsyncExitStack() as stack:
        catalog = _catalog(stack, settings, settings.vector_store)
        found = [index for index in await catalog.indexes() if index.embedder == embedder]
        if not found:
            raise NotFound(
                f"There is no index of the embedder {embedder!r}.",
                reason="INDEX_NOT_FOUND",
                fix="`nightdesk index show` lists those there are.",
            )
        for index in found:
            if index.serving:
                raise FailedPrecondition(
                    f"The index of {embedder} serves.", reason="INDEX_IN_USE", fix="Let another one serve first."
                )
            await catalog.drop(index.embedder, index.dimension)
            report(f"dropped the index of {index.embedder}", {"event": "dropped", **asdict(index)})
    return 0


async def _copy(source: VectorStore, target: VectorStore, embedder: Embedder | None, report: Report) -> bool:
    """Copy until a pass finds nothing, then compare. Whether the target may serve."""
    for _ in range(PASSES):
        done = 0
        async for batch in copy_index(source, target, embedder):
            done += len(batch)
            report(f"{done} documents", {"event": "progress", "documents": done})
        if not done:
            break
    sound = True
    for tenant in await source.list_tenants():
        found = await compare(tenant, source, target)
        report(
            f"{tenant}: {found.target_documents} of {found.source_documents} documents, {found.target_chunks} of "
            f"{found.source_chunks} chunks; of {found.questions} questions {found.found_in_target} find their chunk "
            f"({found.found_in_source} before); {found.overlap:.0%} of the first hits are the same",
            {"event": "compared", **asdict(found), "problems": found.problems},
        )
        for problem in found.problems:
            print(f"error: {problem}", file=sys.stderr)
        sound = sound and not found.problems
    return sound


def _catalog(stack: AsyncExitStack, settings: Settings, engine: str) -> IndexCatalog:
    catalog = open_catalog(settings, engine)
    stack.push_async_callback(catalog.close)
    return catalog


async def _open(stack: AsyncExitStack, catalog: IndexCatalog, index: IndexInfo) -> VectorStore:
    store = await catalog.open(index.embedder, index.dimension)
    stack.push_async_callback(store.close)
    return store


async def _serving(catalog: IndexCatalog, engine: str) -> IndexInfo:
    for index in await catalog.indexes():
        if index.serving:
            return index
    raise FailedPrecondition(
        f"There is no index in {engine}.",
        reason="INDEX_NOT_FOUND",
        fix="Look at NIGHTDESK_DATA_DIR and the NIGHTDESK_WEAVIATE_… settings; `nightdesk index show` lists indexes.",
    )


if __name__ == "__main__":
    sys.exit(main())
