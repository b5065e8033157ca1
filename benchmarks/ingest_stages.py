"""The stages of ingest one by one in this process: what each costs, and what the embedder alone could do."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from cli.source_documents import SourceDocument
from server.domain import Chunk, Document, DocumentKind
from server.embedders.wordllama import WordLlamaEmbedder
from server.knowledge.chunk import Passage, cut, fitted, make_chunks
from server.knowledge.estimate import TokenEstimate
from server.knowledge.load import load
from server.knowledge.parsed import ParsedDocument
from server.ports import Embedder
from server.rails.engine import NemoRailEngine
from server.vector_stores.sqlite import SqliteVectorStore

CHUNKED = 1.07
"""Chunks of one of the sample's documents, on average."""
TEXTS_AT_ONCE = 128
"""What the server embeds at once is about as much."""


@dataclass(frozen=True, slots=True)
class Embedders:
    """An embedder to compare with, and the settings that choose it."""

    name: str
    settings: dict[str, str]
    load: Callable[[], Embedder]

    @staticmethod
    def available() -> Iterator[Embedders]:
        yield Embedders("wordllama", {}, WordLlamaEmbedder)
        folder = os.environ.get("NIGHTDESK_BENCH_MINILM", "")
        if folder:
            from server.embedders.fastembed import FastEmbedEmbedder  # noqa: PLC0415 - brings onnxruntime

            settings = {"NIGHTDESK_EMBEDDER": "fastembed", "NIGHTDESK_EMBEDDER_PATH": folder}
            yield Embedders("MiniLM by fastembed", settings, lambda: FastEmbedEmbedder(path=Path(folder)))


def chunk_sizes(sources: Sequence[SourceDocument]) -> str:
    """Tokens of the chunks, in WordLlama's tokenizer."""
    embedder = WordLlamaEmbedder()
    tokens = [chunk.token_count for chunks in _chunks(embedder, sources) for chunk in chunks]
    p5, p50, p95 = np.percentile(tokens, [5, 50, 95])
    return f"{len(tokens)} chunks, tokens p5 {p5:.0f}, p50 {p50:.0f}, p95 {p95:.0f}, max {max(tokens)}"


def embed_rate(embedder: Embedder, sources: Sequence[SourceDocument]) -> float:
    """Texts a second of `embed` on the chunks of `sources`: the median of three rounds."""
    texts = [chunk.search_text for chunks in _chunks(embedder, sources) for chunk in chunks]
    return statistics.median(asyncio.run(_embed_all(embedder, texts)) for _ in range(3))


async def _embed_all(embedder: Embedder, texts: Sequence[str]) -> float:
    began = time.perf_counter()
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        await embedder.embed(texts[start : start + TEXTS_AT_ONCE])
    return len(texts) / (time.perf_counter() - began)


async def stage_costs(embedder: Embedder, sources: Sequence[SourceDocument]) -> dict[str, float]:
    """CPU seconds a chunk of each stage, run one after the other. Masking counts for the tickets among them only."""
    spent: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        spent[name] = time.process_time() - began

    rails = await asyncio.to_thread(NemoRailEngine.load, _guardrails())
    with stage("read"):
        parsed = [_parsed(source) for source in sources]
    with stage("mask"):
        for source, document in zip(sources, parsed, strict=True):
            if source.kind == "ticket":
                for section in document.sections:
                    rails.redact(section.text)
    with stage("cut"):
        estimate = TokenEstimate.like(embedder.count_tokens)
        passages = [list(cut(document.title, document.sections, estimate)) for document in parsed]
    with stage("count"):
        chunks = [_counted(embedder, *pair) for pair in zip(sources, passages, strict=True)]
    texts = [chunk.search_text for document in chunks for chunk in document]
    with stage("screen"):
        for text in texts:
            await rails.check_context(text)
    with stage("embed"):
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            await embedder.embed(texts[start : start + TEXTS_AT_ONCE])
    vectors = await embedder.embed(texts)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteVectorStore.open(Path(folder) / "k.db", embedder_name="bench", dimension=embedder.dimension)
        with stage("store"):
            start = 0
            writes = []
            for source, cut_up in zip(sources, chunks, strict=True):
                end = start + len(cut_up)
                writes.append(store.replace("bench", _document(source), cut_up, vectors[start:end]))
                start = end
            await asyncio.gather(*writes)
        await store.close()
    return {name: seconds / len(texts) for name, seconds in spent.items()}


def _chunks(embedder: Embedder, sources: Sequence[SourceDocument]) -> list[list[Chunk]]:
    estimate = TokenEstimate.like(embedder.count_tokens)
    passages = ((source, _parsed(source)) for source in sources)
    return [
        _counted(embedder, source, list(cut(parsed.title, parsed.sections, estimate))) for source, parsed in passages
    ]


def _parsed(source: SourceDocument) -> ParsedDocument:
    return load(source.data, source.media_type, DocumentKind(source.kind))


def _counted(embedder: Embedder, source: SourceDocument, passages: Sequence[Passage]) -> list[Chunk]:
    tokens = embedder.count_tokens_of([passage.text for passage in passages])
    return make_chunks(_document(source), fitted(passages, tokens, embedder.count_tokens))


def _document(source: SourceDocument) -> Document:
    return Document(source.id, source.title, "", DocumentKind(source.kind), (), source.media_type, "0" * 64)


def _guardrails() -> Path:
    spec = find_spec("guardrails_config")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("guardrails_config is not installed.")
    return Path(spec.submodule_search_locations[0])
