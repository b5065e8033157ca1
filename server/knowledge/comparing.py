"""Whether a copied index holds and answers what its source does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain import SearchQuery, StoredDocument
from server.knowledge.copying import documents
from server.knowledge.sentences import split_sentences
from server.ports import VectorStore

SAMPLE = 50
"""Questions a tenant, each made from a document of its own."""

TOP = 5

MAX_LOST = 0.02
"""The share of questions whose own chunk the source finds and the copy may miss: engines break ties differently."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One tenant in both indexes.

    `found_in_…` count the questions whose own chunk is among the first TOP hits; `overlap`, 0 to 1, is the mean share
    of the source's first TOP hits that the copy's hold too, which other vectors lower by their nature.
    """

    tenant: str
    source_documents: int
    source_chunks: int
    target_documents: int
    target_chunks: int
    questions: int
    found_in_source: int
    found_in_target: int
    overlap: float

    @property
    def problems(self) -> list[str]:
        """What is wrong, for a person; empty where the copy may serve."""
        problems = []
        if (self.source_documents, self.source_chunks) != (self.target_documents, self.target_chunks):
            problems.append(
                f"Tenant {self.tenant!r} has {self.target_documents} documents with {self.target_chunks} chunks "
                f"instead of {self.source_documents} with {self.source_chunks}."
            )
        if self.found_in_source - self.found_in_target > MAX_LOST * self.questions:
            problems.append(
                f"Of {self.questions} questions of tenant {self.tenant!r}, {self.found_in_target} find their chunk "
                f"instead of {self.found_in_source}."
            )
        return problems


@dataclass(frozen=True, slots=True)
class _Question:
    document: StoredDocument
    position: int

    @property
    def chunk_id(self) -> str:
        return self.document.chunks[self.position].id


async def compare(tenant: str, source: VectorStore, target: VectorStore) -> Comparison:
    """Counts, and a sample of answers: the first sentence of a chunk with its vector, asked of both."""
    held, copied = await source.stats(tenant), await target.stats(tenant)
    sample = await _sample(tenant, source)
    theirs = [await _ask(tenant, source, question, question.document) for question in sample]
    ours = [await _ask(tenant, target, question, await target.read(tenant, _id(question))) for question in sample]
    overlaps = [len(one & other) / len(one) for one, other in zip(theirs, ours, strict=True) if one]
    return Comparison(
        tenant=tenant,
        source_documents=held.document_count,
        source_chunks=held.chunk_count,
        target_documents=copied.document_count,
        target_chunks=copied.chunk_count,
        questions=len(sample),
        found_in_source=_own(sample, theirs),
        found_in_target=_own(sample, ours),
        overlap=sum(overlaps) / len(overlaps) if overlaps else 1.0,
    )


async def _sample(tenant: str, source: VectorStore) -> list[_Question]:
    """Documents drawn evenly (reservoir sampling, the same ones each time), a searchable chunk of each."""
    draw = random.Random(tenant)
    kept: list[str] = []
    seen = 0
    async for indexed in documents(source, tenant):
        if indexed.chunk_count == indexed.quarantined_chunk_count:
            continue
        place = seen if seen < SAMPLE else draw.randrange(seen + 1)
        if place < SAMPLE:
            kept[place:] = [indexed.document.id, *kept[place + 1 :]]
        seen += 1
    read = await asyncio.gather(*(source.read(tenant, document_id) for document_id in kept))
    return [_question(stored, draw) for stored in read if stored is not None and _searchable(stored)]


def _question(stored: StoredDocument, draw: random.Random) -> _Question:
    return _Question(stored, draw.choice(_searchable(stored)))


def _searchable(stored: StoredDocument) -> list[int]:
    return [position for position, chunk in enumerate(stored.chunks) if not chunk.quarantine_reason]


async def _ask(tenant: str, store: VectorStore, question: _Question, held: StoredDocument | None) -> frozenset[str]:
    """The ids of the first TOP hits; none where the store does not hold the document as the question saw it."""
    if held is None or len(held.chunks) <= question.position:
        return frozenset()
    text = split_sentences(question.document.chunks[question.position].text)[0]
    query = SearchQuery(text, limit=TOP, access_groups=question.document.indexed.document.access_groups)
    found = await store.search(tenant, query, held.vectors[question.position])
    return frozenset(hit.chunk_id for hit in found.hits)


def _own(sample: Sequence[_Question], answers: Sequence[frozenset[str]]) -> int:
    return sum(question.chunk_id in answer for question, answer in zip(sample, answers, strict=True))


def _id(question: _Question) -> str:
    return question.document.indexed.document.id
