"""How fast documents become searchable, against what the embedder alone could do, and what that costs.

    python -m benchmarks.ingest [--chunks 10000] [--documents 0]

Streams copies of the sample knowledge base, each with words of its own, and then long manuals through a real server
over gRPC. Prints documents and chunks a second beside the embedder's own rate on the same chunks, CPU by stage, the
server's memory at the start, in the middle and at the end, and how large the chunks are. With `--documents N`, N tiny
documents are sent as fast as they can be instead, to see what a flood does to the server's memory. Further runs are
made where these are set:

    NIGHTDESK_BENCH_MINILM     a folder with an ONNX model and its tokenizer, for the fastembed embedder
    NIGHTDESK_BENCH_WEAVIATE   host:port,host:port of a Weaviate's HTTP and gRPC
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import psutil

import nightdesk
from benchmarks.corpora import SAMPLE, copies, manuals, tickets, tiny_documents
from benchmarks.ingest_stages import CHUNKED, Embedders, chunk_sizes, embed_rate, stage_costs
from benchmarks.server_process import ServerProcess, environment, running
from cli.ingest_stream import IngestStream
from cli.source_documents import Source, SourceDocument
from nightdesk.v1 import ingest_pb2
from server.ports import Embedder

ADDRESS = "127.0.0.1:20400"
MINILM_CHUNKS = 400
"""MiniLM takes some 80 ms a chunk on two cores."""


MANUAL_CHUNKS = 398
"""Of one made-up manual."""


class Corpus(NamedTuple):
    """`make` gives so many documents, the same in every run."""

    name: str
    make: Callable[[int], Iterator[SourceDocument]]
    documents: int


@dataclass(slots=True)
class Measured:
    """What one run came to. Memory is in bytes, of the server process alone."""

    seconds: float = 0.0
    documents: int = 0
    chunks: int = 0
    memory: list[int] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--chunks", type=int, default=10_000)
    options.add_argument("--documents", type=int, default=0)
    given = options.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", end=", ")
    print(", ".join(f"{name} {version(name)}" for name in ("nightdesk", "grpcio", "wordllama", "tokenizers")))
    print(f"load average at the start: {os.getloadavg()[0]:.1f}")
    if given.documents:
        flood(given.documents)
        return
    for name, samples in (
        ("sample knowledge base", copies(SAMPLE)),
        ("made-up manual", manuals(1)),
        ("made-up tickets", tickets(50)),
    ):
        print(f"{name}: {chunk_sizes(list(samples))}")
    for embedder in Embedders.available():
        compare(embedder, given.chunks if embedder.name == "wordllama" else min(given.chunks, MINILM_CHUNKS))


def compare(embedder: Embedders, chunk_count: int) -> None:
    """Each corpus through the server, and its chunks through the embedder alone."""
    model = embedder.load()
    for corpus in corpora(chunk_count):
        sample = list(islice(corpus.make(corpus.documents), SAMPLE))
        print(f"\n{embedder.name}, {corpus.name}")
        for store, settings in stores():
            compare_store(model, corpus, sample, store, {**embedder.settings, **settings})
        if embedder.name == "wordllama":
            costs = asyncio.run(stage_costs(model, sample))
            print("  CPU ms/chunk by stage: " + ", ".join(f"{stage} {cost * 1e3:.2f}" for stage, cost in costs.items()))


def corpora(chunk_count: int) -> Iterator[Corpus]:
    """Small documents of about one chunk each, and long ones of hundreds, with about `chunk_count` chunks."""
    yield Corpus("small documents", copies, round(chunk_count / CHUNKED))
    yield Corpus("manuals", manuals, max(1, round(chunk_count / MANUAL_CHUNKS)))


def compare_store(
    model: Embedder, corpus: Corpus, sample: Sequence[SourceDocument], store: str, settings: dict[str, str]
) -> None:
    before = embed_rate(model, sample)
    measured = run_server(corpus, settings)
    rate = measured.chunks / measured.seconds
    after = embed_rate(model, sample)
    own = statistics.mean((before, after))
    print(
        f"  {store}: {measured.documents} documents, {measured.chunks} chunks in {measured.seconds:.1f} s: "
        f"{measured.documents / measured.seconds:.1f} documents/s, {rate:.0f} chunks/s; "
        f"embedder alone {own:.0f} texts/s ({before:.0f} before, {after:.0f} after): ratio {rate / own:.2f}"
    )
    print("    CPU ms/chunk: " + ", ".join(f"{k} {v / measured.chunks * 1e3:.2f}" for k, v in measured.cpu.items()))
    print("    memory MB at start, middle, end: " + ", ".join(f"{size / 1e6:.0f}" for size in measured.memory))


def stores() -> Iterator[tuple[str, dict[str, str]]]:
    yield "sqlite", {}
    addresses = os.environ.get("NIGHTDESK_BENCH_WEAVIATE", "")
    if addresses:
        http, grpc = addresses.split(",")
        yield (
            "weaviate",
            {
                "NIGHTDESK_VECTOR_STORE": "weaviate",
                "NIGHTDESK_WEAVIATE_HTTP_ADDRESS": http,
                "NIGHTDESK_WEAVIATE_GRPC_ADDRESS": grpc,
            },
        )


def run_server(corpus: Corpus, settings: dict[str, str]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        given = environment(Path(folder), ADDRESS, **settings)
        with running(given, Path(folder) / "server.log") as server:
            # The parsers start with the first documents, and are not what is measured.
            send(server, copies(4, first=10_000_000), 8)
            return send(server, corpus.make(corpus.documents), corpus.documents)


def send(server: ServerProcess, sources: Iterator[Source], count: int) -> Measured:
    """Ingest `sources`; memory is taken before, at half of `count` outcomes, and after."""
    measured = Measured(memory=[server.memory()])
    cpu, own = server.cpu_seconds(), psutil.Process().cpu_times()
    began = time.perf_counter()
    with nightdesk.Client(server.address, "") as client:
        for event in IngestStream(client, partial(_all, sources)).run():
            if isinstance(event, ingest_pb2.DocumentOutcome):
                measured.documents += 1
                measured.chunks += event.chunk_count
                if measured.documents == count // 2:
                    measured.memory.append(server.memory())
    measured.seconds = time.perf_counter() - began
    measured.memory.append(server.memory())
    measured.cpu = {name: seconds - cpu[name] for name, seconds in server.cpu_seconds().items()}
    after = psutil.Process().cpu_times()
    measured.cpu["this client"] = after.user + after.system - own.user - own.system
    return measured


def flood(count: int) -> None:
    """Tiny documents as fast as the connection takes them, whatever the server asks."""
    with tempfile.TemporaryDirectory() as folder:
        given = environment(Path(folder), ADDRESS)
        with running(given, Path(folder) / "server.log") as server:
            send(server, tiny_documents(500, first=10_000_000), 500)
            memory = [server.memory()]
            outcomes = 0
            began = time.perf_counter()
            with nightdesk.Client(server.address, "") as client:
                for response in client.ingest(_requests(tiny_documents(count))):
                    outcomes += response.HasField("outcome")
                    if response.HasField("outcome") and outcomes % (count // 4) == 0:
                        memory.append(server.memory())
            seconds = time.perf_counter() - began
    print(f"{outcomes} of {count} tiny documents concluded: {outcomes / seconds:.0f} documents/s")
    print("memory MB at the start and after each quarter: " + ", ".join(f"{size / 1e6:.0f}" for size in memory))


def _requests(sources: Iterator[SourceDocument]) -> Iterator[ingest_pb2.IngestRequest]:
    yield ingest_pb2.IngestRequest(start=ingest_pb2.IngestStart())
    for source in sources:
        header = ingest_pb2.DocumentHeader(document_id=source.id, media_type=source.media_type)
        yield ingest_pb2.IngestRequest(document=header)
        yield ingest_pb2.IngestRequest(part=ingest_pb2.DocumentPart(data=source.data))
        yield ingest_pb2.IngestRequest(document_end=ingest_pb2.DocumentEnd())
    yield ingest_pb2.IngestRequest(stop=ingest_pb2.IngestStop())


def _all(sources: Iterator[Source], _max_bytes: int) -> Iterator[Source]:
    yield from sources


if __name__ == "__main__":
    main()
