"""How right retrieval is on mtRAG's multi-turn questions (Cloud), beside its own parts and published figures.

    python -m benchmarks.retrieval

Each question is a conversation's last user turn. The peers are the store's text side, its vectors and its plain hybrid
search, on the same index; ours is the retriever, which is given the conversation and leaves duplicates out. Runs on the
embedded store with the default embedder and, where they are named, also with

    NIGHTDESK_BENCH_MINILM     a folder with an ONNX embedder, by fastembed
    NIGHTDESK_BENCH_WEAVIATE   "host:port,host:grpcport" of a Weaviate without a key; its tenant is left behind
    NIGHTDESK_BENCH_CACHE      a folder that keeps the passages' vectors between runs
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from benchmarks.indexes import embedded_store, index_passages, passage_vectors
from benchmarks.machine import machine
from benchmarks.mtrag import DEPTH, Measures, Question, measure, read_mtrag, shared_data
from server.domain import SearchQuery
from server.embedders.fastembed import FastEmbedEmbedder
from server.embedders.wordllama import WordLlamaEmbedder
from server.knowledge.retrieve import RetrievalOptions, Retriever
from server.ports import Embedder, VectorStore
from server.vector_stores.weaviate import WeaviateVectorStore
from server.vector_stores.weaviate_connection import NodeAddress

TENANT = "mtrag-cloud"
RESAMPLES = 10_000

PUBLISHED = """\
Published for the whole benchmark, all four domains (Katsis et al., "MTRAG", 2025), last turn, Recall@5 / nDCG@5:
  BM25 0.20 / 0.18, BGE-base 0.30 / 0.27, ELSER 0.49 / 0.45"""

Ask = Callable[[Question], Awaitable[list[str]]]
"""The ids that a question finds, best first."""


async def main() -> None:
    logging.disable(logging.INFO)
    folder = shared_data() / "mtrag" / "cloud"
    if not folder.is_dir():
        print(f"skipped: {folder} is not there; NIGHTDESK_SHARED_DATA names the folder with mtrag/cloud")
        return
    passages, questions = read_mtrag(folder)
    held = {passage.id for passage in passages}
    relevant = {passage for question in questions for passage in question.relevant}
    print(machine("nightdesk", "wordllama", "fastembed", "numpy"))
    print(f"{len(questions)} questions, {len(passages)} passages,", end=" ")
    print(f"{sum(passage not in held for passage in relevant)} of {len(relevant)} relevant ones not among them")
    for embedder in embedders():
        vectors = await passage_vectors(embedder, passages)
        async with embedded_store(embedder) as store:
            await index_passages(store, TENANT, passages, vectors)
            await compare(f"{embedder.name}, embedded store", store, embedder, questions)
        if addresses := os.environ.get("NIGHTDESK_BENCH_WEAVIATE"):
            async with weaviate(embedder, addresses) as store:
                await index_passages(store, TENANT, passages, vectors)
                await compare(f"{embedder.name}, Weaviate", store, embedder, questions)
        await embedder.close()
    print(f"\n{PUBLISHED}")


def embedders() -> Sequence[Embedder]:
    minilm = os.environ.get("NIGHTDESK_BENCH_MINILM")
    return [WordLlamaEmbedder(), *([FastEmbedEmbedder("", Path(minilm))] if minilm else [])]


@asynccontextmanager
async def weaviate(embedder: Embedder, addresses: str) -> AsyncIterator[VectorStore]:
    http, grpc = addresses.split(",")
    store = await WeaviateVectorStore.connect(
        [NodeAddress(http, grpc)], "", embedder_name=embedder.name, dimension=embedder.dimension
    )
    try:
        yield store
    finally:
        await store.close()


async def compare(title: str, store: VectorStore, embedder: Embedder, questions: Sequence[Question]) -> None:
    """Print each way's measures, and the 95 % interval of ours minus each peer's over the same questions."""
    print(f"\n{title}: Recall@5, nDCG@5, [95 % interval of ours minus this], median ms a question")
    ways = {
        "text only": plain(store, embedder, 0.0),
        "vectors only": plain(store, embedder, 1.0),
        "plain hybrid": plain(store, embedder, 0.5),
        "ours": ours(store, embedder),
    }
    results = {name: await asked(ask, questions) for name, ask in ways.items()}
    mine = results["ours"][0]
    for name, (measures, milliseconds) in results.items():
        recall, ndcg = measures.mean(axis=0)
        print(f"  {name:13} {recall:.3f} {ndcg:.3f}", end="")
        if name != "ours":
            for low, high in bootstrap(mine - measures):
                print(f"  [{low:+.3f}, {high:+.3f}]", end="")
        print(f"  {milliseconds:.1f} ms")


def plain(store: VectorStore, embedder: Embedder, vector_weight: float) -> Ask:
    async def ask(question: Question) -> list[str]:
        query = SearchQuery(question.text, DEPTH, vector_weight)
        found = await store.search(TENANT, query, (await embedder.embed([question.text]))[0])
        return [hit.document_id for hit in found.hits]

    return ask


def ours(store: VectorStore, embedder: Embedder) -> Ask:
    retriever = Retriever(store, embedder)

    async def ask(question: Question) -> list[str]:
        retrieval = await retriever.retrieve(
            TENANT, question.text, question.messages, options=RetrievalOptions(limit=DEPTH)
        )
        return [hit.document_id for hit in retrieval.hits]

    return ask


async def asked(ask: Ask, questions: Sequence[Question]) -> tuple[Measures, float]:
    """Every question's measures, shape (n, 2), and the median time of one in milliseconds."""
    await ask(questions[0])
    measures, seconds = [], []
    for question in questions:
        begun = time.perf_counter()
        ranked = await ask(question)
        seconds.append(time.perf_counter() - begun)
        measures.append(measure(ranked, question.relevant))
    return np.array(measures), float(np.median(seconds)) * 1000


def bootstrap(differences: Measures) -> list[tuple[float, float]]:
    """The percentile interval, 95 %, of each column's mean over resampled questions."""
    random = np.random.default_rng(0)
    chosen = random.integers(len(differences), size=(RESAMPLES, len(differences)))
    low, high = np.percentile(differences[chosen].mean(axis=1), [2.5, 97.5], axis=0)
    return [(float(one), float(other)) for one, other in zip(low, high, strict=True)]


if __name__ == "__main__":
    asyncio.run(main())
