"""How often a semantic cache answers, how often wrongly, and how fast: by similarity alone and with our guard.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.models.semantic_cache

It uses one thread for numpy, as the server does. The pairs are about the sample's product and support in general
(`paraphrases.jsonl`, `look_alikes.jsonl`); each pair is asked one after the other, and a hit is the second getting the
first one's answer. The peer, a floor on the cosine alone, is how GPTCache decides in its basic form (its default is
0.8). The passages are those that our retriever finds in the sample knowledge base.

Further questions that must not share an answer come from public data (banking77, CLINC): those of other intents. For
the floor alone each question's nearest are counted, for the guard all pairs. The sets label like intents apart, so that
some of these ask the same after all; what passes is printed, to be judged by a reader.

    NIGHTDESK_BENCH_MINILM     a folder with an ONNX embedder, by fastembed: a second table
    NIGHTDESK_SHARED_DATA      the folder with safety/ for the public sets, else ../shared/data
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import beta

from benchmarks.indexes import embedded_store
from benchmarks.larkbook import index_larkbook
from benchmarks.machine import machine
from benchmarks.models.question_pairs import (
    INTENT_SETS,
    Pair,
    alike_by_words,
    nearest_of_other_intents,
    read_pairs,
    read_questions,
)
from benchmarks.mtrag import shared_data
from server.caching.look_alikes import ask_the_same
from server.caching.question import CacheQuestion, plain
from server.caching.reading import read
from server.caching.semantic import SemanticAnswers, same_passages
from server.embedders.fastembed import FastEmbedEmbedder
from server.embedders.wordllama import WordLlamaEmbedder
from server.knowledge.retrieve import RetrievalOptions, Retriever
from server.ports import Embedder, Vectors
from server.vector_stores.sqlite import SqliteVectorStore

FLOORS = (0.0, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99)
OPTIONS = RetrievalOptions(limit=8)
BATCH = 256

TENANT = "bench"


@dataclass(frozen=True, slots=True)
class Asked:
    """Two questions: how close their vectors are, and what each part of the guard says to them."""

    pair: Pair
    similarity: float
    same_words: bool
    same_passages: bool


Way = Callable[[Asked], bool]

WAYS: dict[str, Way] = {
    "floor alone": lambda _: True,
    "and words": lambda asked: asked.same_words,
    "and passages": lambda asked: asked.same_words and asked.same_passages,
}


async def main() -> None:
    print(machine("nightdesk", "wordllama", "fastembed", "numpy"), f"load {os.getloadavg()[0]:.1f}", sep=", ")
    await print_times(WordLlamaEmbedder())
    for embedder in embedders():
        print(f"\n{embedder.name}")
        paraphrases, look_alikes = await ask_pairs(embedder)
        for title, held_out in (("chosen with", False), ("held out", True)):
            print_rates(
                title,
                [asked for asked in paraphrases if asked.pair.held_out is held_out],
                [asked for asked in look_alikes if asked.pair.held_out is held_out],
            )
        print_wrong(look_alikes)
        await print_other_intents(embedder)
        await embedder.close()


def embedders() -> Sequence[Embedder]:
    minilm = os.environ.get("NIGHTDESK_BENCH_MINILM")
    known = "sentence-transformers/all-MiniLM-L6-v2"
    return [WordLlamaEmbedder(), *([FastEmbedEmbedder(known, Path(minilm))] if minilm else [])]


async def ask_pairs(embedder: Embedder) -> tuple[list[Asked], list[Asked]]:
    """The paraphrases and the look-alikes, with what is retrieved for them in the sample knowledge base."""
    async with embedded_store(embedder) as store:
        await index_larkbook(store, embedder, TENANT)
        retriever = Retriever(store, embedder)

        async def ask(pair: Pair) -> Asked:
            one, other = await embedder.embed([pair.one, pair.other])
            found = [
                [hit.chunk_id for hit in (await retriever.retrieve(TENANT, text, options=OPTIONS)).hits]
                for text in (pair.one, pair.other)
            ]
            return Asked(pair, float(one @ other), ask_the_same(pair.one, pair.other), same_passages(*found))

        return [await ask(pair) for pair in read_pairs("paraphrases")], [
            await ask(pair) for pair in read_pairs("look_alikes")
        ]


def print_rates(title: str, paraphrases: Sequence[Asked], look_alikes: Sequence[Asked]) -> None:
    """For each floor and way the share of paraphrases that hit, and of look-alikes that do, with its upper bound."""
    print(f"  {title}: {len(paraphrases)} paraphrases: hits; {len(look_alikes)} look-alikes: wrong hits, bound (95 %)")
    print("    floor " + "".join(f"{name:>26}" for name in WAYS))
    for floor in FLOORS:
        cells = []
        for way in WAYS.values():
            hits, wrong = counted(paraphrases, floor, way), counted(look_alikes, floor, way)
            bound = upper_bound(wrong, len(look_alikes))
            cells.append(f"{hits / len(paraphrases):12.1%} {wrong:4} ≤{bound:6.1%}")
        print(f"    {floor:5.2f} " + "".join(f"{cell:>26}" for cell in cells))


def print_wrong(look_alikes: Sequence[Asked]) -> None:
    wrong = [asked.pair for asked in look_alikes if asked.same_words]
    for pair in wrong:
        print(f"    passes the words: {pair.category}: {pair.one} | {pair.other}")


def counted(asked: Iterable[Asked], floor: float, way: Way) -> int:
    return sum(one.similarity >= floor and way(one) for one in asked)


def upper_bound(found: int, among: int) -> float:
    """The one-sided 95 % bound of a share (Clopper and Pearson, 1934); 3 / n, roughly, where none was found."""
    return 1.0 if found == among else float(beta.ppf(0.95, found + 1, among - found))


async def print_other_intents(embedder: Embedder) -> None:
    """Wrong hits among the nearest questions of other intents, for each public set."""
    for name, apart in INTENT_SETS.items():
        path = shared_data() / "safety" / name
        if not path.exists():
            print(f"  skipped: {path} is not there")
            continue
        questions = read_questions(path)
        vectors = await vectors_of(embedder, questions)
        near = [similarity for _, _, similarity in nearest_of_other_intents(vectors, apart)]
        alike = sorted(
            (float(vectors[one] @ vectors[other]), one, other) for one, other in alike_by_words(questions, apart)
        )
        pairs = sum(range(len(questions) - apart))
        print(f"  {name}: {len(questions):,} questions; hits between other intents ({pairs / 1e6:.0f} million pairs)")
        spelt, said = len(set(map(plain, questions))), len(set(map(read, questions)))
        print(f"    asked in turn, {len(questions) - spelt} repeat one exactly and {spelt - said} in other words")
        for floor in FLOORS:
            alone, guarded = (sum(one >= floor for one in found) for found in (near, [one for one, _, _ in alike]))
            print(f"    {floor:5.2f} floor alone {alone:6,} of {len(near):,} nearest   and words {guarded:4} of all")
        for similarity, one, other in alike:
            print(f"    {similarity:.2f} passes the words: {questions[one]} | {questions[other]}")


async def vectors_of(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    parts = [await embedder.embed(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
    return np.concatenate(parts)


async def print_times(embedder: Embedder) -> None:
    """Milliseconds a find in the embedded store, for questions that were kept and for others."""
    paths = [shared_data() / "safety" / name for name in INTENT_SETS]
    texts = list(dict.fromkeys(text for path in paths if path.exists() for text in read_questions(path)))
    if len(texts) < 10_200:
        print(f"times skipped: {paths[0].parent} does not hold the public sets")
        return
    print(f"\n{embedder.name}, embedded store: median ms a find (in brackets: CPU)")
    for kept in (1_000, 10_000):
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteVectorStore.open(
                Path(folder) / "answers.db", embedder_name=embedder.name, dimension=embedder.dimension
            )
            answers = SemanticAnswers(store, embedder, floor=0.7, seconds=3600, timeout=60)
            begun = time.perf_counter()
            for start in range(0, kept, BATCH):
                batch = texts[start : min(start + BATCH, kept)]
                await asyncio.gather(*(answers.keep(question(text), "turn") for text in batch))
            a_keep = (time.perf_counter() - begun) / kept
            hits = await milliseconds(answers, texts[: kept : kept // 200])
            misses = await milliseconds(answers, texts[-200:])
            print(f"  {kept:6,} kept: asked before {hits}, new {misses}; {a_keep * 1000:.1f} a keep, {BATCH} at once")
            await answers.close()


async def milliseconds(answers: SemanticAnswers, texts: Sequence[str]) -> str:
    """The median of all finds, and the mean of the process's CPU time."""
    await answers.find(question("warm up"))
    taken = []
    cpu = time.process_time()
    for text in texts:
        begun = time.perf_counter()
        await answers.find(question(text))
        taken.append(time.perf_counter() - begun)
    cpu = time.process_time() - cpu
    return f"{float(np.median(taken)) * 1000:.2f} [{cpu / len(texts) * 1000:.2f}]"


def question(text: str) -> CacheQuestion:
    return CacheQuestion(TENANT, prompt_version=1, index_version="1", question=text, citations=("one",))


if __name__ == "__main__":
    asyncio.run(main())
