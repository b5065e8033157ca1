"""The semantic cache over every vector store."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from server.caching.question import CacheQuestion
from server.caching.semantic import SemanticAnswers
from server.domain import CacheKind, Found, Message, MessageRole, SearchQuery
from server.embedders.wordllama import WordLlamaEmbedder
from server.errors import Unavailable
from server.ports import Embedder, Vectors, VectorStore
from tests.contracts.conftest import OpenStore


class Clock:
    """Seconds since 1970 that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return WordLlamaEmbedder()


@pytest.fixture
async def store(open_store: OpenStore, embedder: Embedder) -> AsyncIterator[VectorStore]:
    opened = await open_store(f"answers/{embedder.name}", embedder.dimension)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers(store: VectorStore, embedder: Embedder, clock: Clock) -> SemanticAnswers:
    return SemanticAnswers(store, embedder, floor=0.7, seconds=3600, timeout=10, clock=clock)


@pytest.fixture
def question() -> CacheQuestion:
    """In a tenant that no other test uses."""
    return CacheQuestion(
        tenant=f"acme-{uuid.uuid4()}",
        prompt_version=1,
        index_version="7",
        question="How do I cancel my plan?",
        access_groups=("staff",),
        labels=("billing",),
        citations=("chunk-1", "chunk-2", "chunk-3", "chunk-4"),
    )


async def test_other_words_find_the_answer(answers: SemanticAnswers, question: CacheQuestion) -> None:
    await answers.keep(question, "turn_1")

    hit = await answers.find(replace(question, question="how can I cancel our plan"))

    assert hit is not None
    assert (hit.kind, hit.turn_id) == (CacheKind.SEMANTIC, "turn_1")
    assert 0.7 <= hit.similarity < 1.0


@pytest.mark.parametrize(
    "look_alike", ["How do I upgrade my plan?", "How do I not cancel my plan?", "Can I cancel my plan?"]
)
async def test_a_look_alike_does_not(answers: SemanticAnswers, question: CacheQuestion, look_alike: str) -> None:
    await answers.keep(question, "turn_1")

    assert await answers.find(replace(question, question=look_alike)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": "other"},
        {"prompt_version": 2},
        {"index_version": "8"},
        {"access_groups": ()},
        {"labels": ()},
        {"customer_tier": "gold"},
    ],
)
async def test_nothing_leaves_its_scope(
    answers: SemanticAnswers, question: CacheQuestion, change: dict[str, Any]
) -> None:
    await answers.keep(question, "turn_1")

    assert await answers.find(replace(question, **change)) is None
    assert await answers.find(question) is not None


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (("chunk-2", "chunk-1", "chunk-9", "chunk-8"), True),
        (("chunk-9", "chunk-8", "chunk-2", "chunk-1"), False),
        (("chunk-1", "chunk-7", "chunk-8", "chunk-9"), False),
        ((), False),
    ],
)
async def test_the_answers_passages_must_be_there_again(
    answers: SemanticAnswers, question: CacheQuestion, now: tuple[str, ...], found: bool
) -> None:
    await answers.keep(question, "turn_1")

    hit = await answers.find(replace(question, citations=now))

    assert (hit is not None) is found


async def test_an_answer_without_passages_is_never_given(answers: SemanticAnswers, question: CacheQuestion) -> None:
    await answers.keep(replace(question, citations=()), "turn_1")

    assert await answers.find(question) is None


@pytest.mark.parametrize(
    "change",
    [
        {"history": (Message(MessageRole.USER, "Hello"),)},
        {"has_personal_data": True},
        {"question": "How do I cancel my plan? " * 30},
    ],
)
async def test_what_is_neither_kept_nor_found(
    answers: SemanticAnswers, store: VectorStore, question: CacheQuestion, change: dict[str, Any]
) -> None:
    changed = replace(question, **change)
    await answers.keep(changed, "turn_1")
    assert (await store.stats(question.tenant)).document_count == 0

    await answers.keep(question, "turn_2")
    assert await answers.find(changed) is None


async def test_the_answer_kept_last_is_given(answers: SemanticAnswers, question: CacheQuestion) -> None:
    for number in (1, 2, 3):
        await answers.keep(question, f"turn_{number}")

    hit = await answers.find(question)
    assert hit is not None
    assert hit.turn_id == "turn_3"


async def test_an_answer_ends_with_its_time(answers: SemanticAnswers, question: CacheQuestion, clock: Clock) -> None:
    await answers.keep(question, "turn_1")
    clock.now += 3590
    assert await answers.find(question) is not None

    clock.now += 20
    assert await answers.find(question) is None


async def test_old_answers_are_dropped_by_new_ones(
    answers: SemanticAnswers, store: VectorStore, question: CacheQuestion, clock: Clock
) -> None:
    await answers.keep(question, "turn_1")
    clock.now += 4000
    await answers.keep(replace(question, question="How do I export my data?"), "turn_2")

    [left] = await store.list_documents(question.tenant)
    assert left.document.uri == "turn:turn_2"


async def test_answers_of_an_earlier_index_are_dropped(
    answers: SemanticAnswers, store: VectorStore, question: CacheQuestion
) -> None:
    await answers.keep(question, "turn_1")
    await answers.keep(replace(question, index_version="8"), "turn_2")

    [left] = await store.list_documents(question.tenant)
    assert left.document.uri == "turn:turn_2"


async def test_no_tenant_keeps_more_than_its_number(
    store: VectorStore, embedder: Embedder, question: CacheQuestion, clock: Clock
) -> None:
    answers = SemanticAnswers(store, embedder, floor=0.7, seconds=3600, most=3, timeout=10, clock=clock)
    for number in range(6):
        await answers.keep(replace(question, question=f"How do I add {number} seats?"), f"turn_{number}")

    left = [held.document.uri for held in await store.list_documents(question.tenant)]
    assert left == ["turn:turn_3", "turn:turn_4", "turn:turn_5"]


class BrokenStore:
    """A vector store that fails, or says nothing at all, until it is mended."""

    def __init__(self, store: VectorStore, *, silent: bool) -> None:
        self._store = store
        self._silent = silent
        self.broken = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def search(self, tenant: str, query: SearchQuery, vector: Vectors) -> Found:
        if self.broken and self._silent:
            await asyncio.Event().wait()
        if self.broken:
            raise Unavailable("It is down.")
        return await self._store.search(tenant, query, vector)


@pytest.mark.parametrize("silent", [False, True])
async def test_a_store_that_fails_is_a_miss_logged_once_an_outage(
    store: VectorStore, embedder: Embedder, question: CacheQuestion, silent: bool
) -> None:
    broken = BrokenStore(store, silent=silent)
    answers = SemanticAnswers(broken, embedder, floor=0.7, seconds=3600, timeout=0.5)
    await answers.keep(question, "turn_1")
    with capture_logs() as logs:
        assert await answers.find(question) is None
        assert await answers.find(question) is None
    assert [entry["event"] for entry in logs] == ["semantic_cache_failing"]

    broken.broken = False
    assert await answers.find(question) is not None
    broken.broken = True
    with capture_logs() as logs:
        assert await answers.find(question) is None
    assert len(logs) == 1


async def test_a_store_that_cannot_be_written_to_is_no_error(
    store: VectorStore, embedder: Embedder, question: CacheQuestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise Unavailable("It is down.")

    monkeypatch.setattr(store, "replace", refuse)
    answers = SemanticAnswers(store, embedder, floor=0.7, seconds=3600)
    with capture_logs() as logs:
        await answers.keep(question, "turn_1")

    assert [entry["event"] for entry in logs] == ["semantic_cache_failing"]


async def test_a_question_without_a_direction_finds_nothing(
    store: VectorStore, question: CacheQuestion, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(texts: list[str]) -> Vectors:
        return np.zeros((len(texts), embedder.dimension), dtype=np.float32)

    answers = SemanticAnswers(store, embedder, floor=0.0, seconds=3600, timeout=10)
    await answers.keep(question, "turn_1")
    monkeypatch.setattr(embedder, "embed", nowhere)

    assert await answers.find(question) is None
