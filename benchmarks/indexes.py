"""Indexes to measure on: an embedded store of its own, filled with mtRAG's passages."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from benchmarks.mtrag import Passage, as_document
from server.ports import Embedder, Vectors, VectorStore
from server.vector_stores.sqlite import SqliteVectorStore

BATCH = 256


@asynccontextmanager
async def embedded_store(embedder: Embedder) -> AsyncIterator[VectorStore]:
    """An empty embedded store, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        store = SqliteVectorStore.open(path, embedder_name=embedder.name, dimension=embedder.dimension)
        try:
            yield store
        finally:
            await store.close()


async def index_passages(store: VectorStore, tenant: str, passages: Sequence[Passage], vectors: Vectors) -> None:
    """Put each passage in as a document of its own. `vectors` has shape (len(passages), dimension)."""
    for passage, vector in zip(passages, vectors, strict=True):
        document, chunks = as_document(passage)
        await store.replace(tenant, document, chunks, vector[np.newaxis])


async def passage_vectors(embedder: Embedder, passages: Sequence[Passage]) -> Vectors:
    """The passages' vectors, shape (n, dimension), kept between runs in the folder NIGHTDESK_BENCH_CACHE, if any."""
    cache = os.environ.get("NIGHTDESK_BENCH_CACHE")
    file = Path(cache or ".") / f"mtrag-cloud-{embedder.name.replace('/', '-')}.npy"
    if cache and file.exists():
        kept: Vectors = np.load(file)
        if kept.shape == (len(passages), embedder.dimension):
            return kept
    # Texts of like length together: an ONNX model pads a batch to its longest.
    order = np.argsort([len(passage.search_text) for passage in passages])
    vectors = np.zeros((len(passages), embedder.dimension), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        vectors[chosen] = await embedder.embed([passages[number].search_text for number in chosen])
    if cache:
        np.save(file, vectors)
    return vectors
