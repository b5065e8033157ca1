"""How fast the embedded store finds, beside the simplest thing that could work and, where there is one, Weaviate.

    python -m benchmarks.search_latency [CHUNKS ...]      10000 and 100000 where nothing is said

Prints, for each number of chunks: the cost of ingest, the disk, the time and memory to open, the latency of a hybrid
search at concurrency 1 and 8, with filters and right after a change, and the time of one replacement and one deletion.
The chunks are synthetic, with a fixed seed: 200 words by Zipf's law, the commonest of which are English function words,
the rest made up, each with a few endings. Vectors are the default embedder's up to 20,000 chunks, random above.

"FTS5 + numpy" is a table of SQLite's own full-text search (porter) beside one matrix (benchmarks/plain_index.py).
Weaviate is reached through the server's adapter where NIGHTDESK_BENCH_WEAVIATE names it, "host:port,host:grpcport".
Its memory and disk are told where NIGHTDESK_BENCH_WEAVIATE_DATA names the folder that `deploy/weaviate.sh start` keeps.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil

from benchmarks.plain_index import PlainIndex
from benchmarks.synthetic_corpus import CHUNKS_A_DOCUMENT, DIMENSION, EMBEDDER, SyntheticCorpus
from server.domain import DocumentKind, SearchQuery
from server.ports import Vectors, VectorStore
from server.vector_stores.sqlite import SqliteVectorStore
from server.vector_stores.weaviate import WeaviateVectorStore
from server.vector_stores.weaviate_connection import NodeAddress

TENANT = "benchmark"
SEARCHES = 200
CHANGES = 40
DOCUMENTS_AT_ONCE = 64
RESTED = 0.1
"""Weaviate is at rest once its latency falls by less than this share between two looks."""

Search = Callable[[SearchQuery, Vectors], Awaitable[object]]


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000]
    # As the server does, before numpy is imported in the processes that measure.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", end=", ")
    print(f"numpy {version('numpy')}, SQLite {sqlite3.sqlite_version}, load {os.getloadavg()[0]:.1f}")
    for size in sizes:
        print(f"\n{size:,} chunks, vectors of {SyntheticCorpus(size).vectors_from}")
        with tempfile.TemporaryDirectory() as folder:
            for title, phase in {
                "embedded store, ingest": ingest_embedded,
                "embedded store": search_embedded,
                "FTS5 + numpy, ingest": ingest_plain,
                "FTS5 + numpy": search_plain,
            }.items():
                alone(title, phase, Path(folder), size)
        if "NIGHTDESK_BENCH_WEAVIATE" in os.environ:
            alone("Weaviate", measure_weaviate, Path(folder), size)


def alone(title: str, phase: Callable[[Path, int], None], folder: Path, size: int) -> None:
    """Run a phase in a process of its own, so that its memory is its own."""
    print(f" {title}", flush=True)
    process = multiprocessing.get_context("spawn").Process(target=phase, args=(folder, size))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{title} failed")


def ingest_embedded(folder: Path, size: int) -> None:
    async def ingest() -> None:
        store = open_embedded(folder)
        await put_all(store, SyntheticCorpus(size))
        await store.close()
        row("disk", f"{megabytes((folder / 'index.db').stat().st_size)}")

    asyncio.run(ingest())


def search_embedded(folder: Path, size: int) -> None:
    async def measure() -> None:
        corpus = SyntheticCorpus(size)
        questions = await corpus.questions(SEARCHES)
        before, began, cpu = rss(), time.perf_counter(), time.process_time()
        store = open_embedded(folder)
        await store.search(TENANT, *questions[0])
        row("open and first search", f"{time.perf_counter() - began:.2f} s, CPU {time.process_time() - cpu:.2f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        row(
            "memory",
            f"{megabytes(rss() - before)}, {(rss() - before) / size:.0f} B a chunk; peak {megabytes(peak - before)}",
        )
        await latencies(store_search(store), questions)
        await changes(store, corpus, questions)
        await store.close()

    asyncio.run(measure())


def measure_weaviate(_folder: Path, size: int) -> None:
    async def measure() -> None:
        logging.disable(logging.INFO)
        http, grpc = os.environ["NIGHTDESK_BENCH_WEAVIATE"].split(",")
        address = NodeAddress(http, grpc)
        store = await WeaviateVectorStore.connect([address], "", embedder_name=EMBEDDER, dimension=DIMENSION)
        corpus = SyntheticCorpus(size)
        questions = await corpus.questions(SEARCHES)
        await put_all(store, corpus)
        await until_rested(store_search(store), questions[:10])
        if data := os.environ.get("NIGHTDESK_BENCH_WEAVIATE_DATA"):
            weaviate_size(Path(data))
        await store.close()
        began = time.perf_counter()
        store = await WeaviateVectorStore.connect([address], "", embedder_name=EMBEDDER, dimension=DIMENSION)
        await store.search(TENANT, *questions[0])
        row("connect and first search", f"{time.perf_counter() - began:.2f} s")
        await latencies(store_search(store), questions)
        await changes(store, corpus, questions)
        await store.close()

    asyncio.run(measure())


def weaviate_size(data: Path) -> None:
    process = psutil.Process(int((data / "pid").read_text()))
    row("memory of its process", megabytes(process.memory_info().rss))
    row("disk", megabytes(sum(file.stat().st_size for file in data.rglob("*") if file.is_file())))


async def until_rested(search: Search, questions: Sequence[tuple[SearchQuery, Vectors]]) -> None:
    last, now = np.inf, 1e9
    while now < last * (1.0 - RESTED):
        await asyncio.sleep(20)
        last, now = now, float(np.median(await timed(search, questions, 1)))


def open_embedded(folder: Path) -> SqliteVectorStore:
    return SqliteVectorStore.open(folder / "index.db", embedder_name=EMBEDDER, dimension=DIMENSION)


def store_search(store: VectorStore) -> Search:
    return lambda query, vector: store.search(TENANT, query, vector)


async def put_all(store: VectorStore, corpus: SyntheticCorpus) -> None:
    """Ingest as the indexer does: as many documents at once as it takes."""
    wall = cpu = 0.0
    for first in range(0, corpus.document_count, DOCUMENTS_AT_ONCE):
        documents = await corpus.documents(range(first, min(first + DOCUMENTS_AT_ONCE, corpus.document_count)))
        began, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*(store.replace(TENANT, *document) for document in documents))
        wall, cpu = wall + time.perf_counter() - began, cpu + time.process_time() - used
    count = corpus.chunk_count
    row("ingest", f"{wall / count * 1e3:.3f} ms a chunk, CPU {cpu / count * 1e3:.3f} ms")


async def latencies(search: Search, questions: Sequence[tuple[SearchQuery, Vectors]]) -> None:
    for concurrency in (1, 8):
        lags: list[float] = []
        watcher = asyncio.create_task(watch_loop(lags))
        used = time.process_time()
        seconds = await timed(search, questions, concurrency)
        used = time.process_time() - used
        watcher.cancel()
        row(
            f"hybrid, concurrency {concurrency}",
            f"{spread(seconds)}, CPU {used / len(questions) * 1e3:.1f} ms, "
            f"event loop held up p99 {np.percentile(lags, 99) * 1e3:.1f} ms",
        )


async def watch_loop(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(max(time.perf_counter() - began - 0.005, 0.0))


async def timed(search: Search, questions: Sequence[tuple[SearchQuery, Vectors]], concurrency: int) -> list[float]:
    """Seconds of each search, with so many of them under way."""
    seconds: list[float] = []
    waiting = iter(questions)

    async def work() -> None:
        for query, vector in waiting:
            began = time.perf_counter()
            await search(query, vector)
            seconds.append(time.perf_counter() - began)

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return seconds


async def changes(
    store: VectorStore, corpus: SyntheticCorpus, questions: Sequence[tuple[SearchQuery, Vectors]]
) -> None:
    """Filters, then single replacements each followed by a search, then deletions."""
    filters = {
        "kinds": {"kinds": (DocumentKind.FAQ,)},
        "labels": {"labels": ("label 3",)},
        "access groups": {"access_groups": ("group 1",)},
    }
    for name, fields in filters.items():
        narrowed = [(SearchQuery(query.text, query.limit, **fields), vector) for query, vector in questions[:50]]  # type: ignore[arg-type]
        row(f"hybrid with {name}", spread(await timed(store_search(store), narrowed, 1)))
    replaced, found = [], []
    for number, question in zip(range(CHANGES), questions, strict=False):
        [document] = await corpus.documents([number])
        replaced.append(await seconds_of(store.replace(TENANT, *document)))
        found.append(await seconds_of(store.search(TENANT, *question)))
    deleted = [await seconds_of(store.delete(TENANT, corpus.document_id(number))) for number in range(CHANGES)]
    row(f"replace, {CHUNKS_A_DOCUMENT} chunks", spread(replaced))
    row("search right after", spread(found))
    row("delete", spread(deleted))


async def seconds_of(call: Awaitable[object]) -> float:
    began = time.perf_counter()
    await call
    return time.perf_counter() - began


def ingest_plain(folder: Path, size: int) -> None:
    corpus = SyntheticCorpus(size)
    used = asyncio.run(PlainIndex(folder).build(corpus))
    row("ingest", f"CPU {used / corpus.chunk_count * 1e3:.3f} ms a chunk")
    row("disk", megabytes((folder / "plain.db").stat().st_size))


def search_plain(folder: Path, size: int) -> None:
    async def measure() -> None:
        questions = await SyntheticCorpus(size).questions(SEARCHES)
        before, began, cpu = rss(), time.perf_counter(), time.process_time()
        index = PlainIndex(folder)
        index.load()
        await index.search(*questions[0])
        row("open and first search", f"{time.perf_counter() - began:.2f} s, CPU {time.process_time() - cpu:.2f} s")
        row("memory", f"{megabytes(rss() - before)}, {(rss() - before) / size:.0f} B a chunk")
        await latencies(index.search, questions)

    asyncio.run(measure())


def row(name: str, value: str) -> None:
    print(f"   {name + ':':28}{value}", flush=True)


def spread(seconds: Sequence[float]) -> str:
    return f"p50 {np.percentile(seconds, 50) * 1e3:.1f} ms, p99 {np.percentile(seconds, 99) * 1e3:.1f} ms"


def rss() -> int:
    return int(psutil.Process().memory_info().rss)


def megabytes(size: float) -> str:
    return f"{size / 1e6:.0f} MB"


if __name__ == "__main__":
    main()
