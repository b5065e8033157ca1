"""The exact cache first, then the semantic one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from server.caching.answers import MOST_WAITING, AnswerCache
from server.caching.question import CacheQuestion
from server.caching.semantic import SemanticAnswers
from server.domain import CacheHit, CacheKind, Message, MessageRole
from server.embedders.wordllama import WordLlamaEmbedder
from server.shared_state.memory_kept_answers import MemoryKeptAnswers
from server.vector_stores.sqlite import SqliteVectorStore

QUESTION = CacheQuestion("acme", 1, "7", "How do I cancel my plan?", citations=("one",))
OTHER_WORDS = replace(QUESTION, question="How can I cancel my subscription?")


def semantic(folder: Path) -> SemanticAnswers:
    embedder = WordLlamaEmbedder()
    store = SqliteVectorStore.open(
        folder / "answers.db", embedder_name=f"answers/{embedder.name}", dimension=embedder.dimension
    )
    return SemanticAnswers(store, embedder, floor=0.7, seconds=60, timeout=10)


async def test_the_same_words_find_the_turn() -> None:
    cache = AnswerCache(MemoryKeptAnswers(), seconds=60)
    assert await cache.find(QUESTION) is None

    await cache.keep(QUESTION, "turn_1")

    assert await cache.find(QUESTION) == CacheHit(CacheKind.EXACT, "turn_1", 1.0)
    assert await cache.find(OTHER_WORDS) is None


async def test_an_answer_ends_with_its_time() -> None:
    now = [0.0]
    cache = AnswerCache(MemoryKeptAnswers(clock=lambda: now[0]), seconds=60)
    await cache.keep(QUESTION, "turn_1")

    now[0] = 61.0

    assert await cache.find(QUESTION) is None


async def test_other_words_find_it_by_meaning(tmp_path: Path) -> None:
    cache = AnswerCache(MemoryKeptAnswers(), semantic(tmp_path), seconds=60)
    await cache.keep(QUESTION, "turn_1")
    await cache.close()  # waits for what is on its way

    cache = AnswerCache(MemoryKeptAnswers(), semantic(tmp_path), seconds=60)
    hit = await cache.find(OTHER_WORDS)
    await cache.close()

    assert hit is not None
    assert (hit.kind, hit.turn_id) == (CacheKind.SEMANTIC, "turn_1")


async def test_in_a_conversation_only_the_exact_cache_answers(tmp_path: Path) -> None:
    history = (Message(MessageRole.USER, "I have the Solo plan."),)
    cache = AnswerCache(MemoryKeptAnswers(), semantic(tmp_path), seconds=60)
    await cache.keep(replace(QUESTION, history=history), "turn_1")

    assert await cache.find(replace(QUESTION, history=history)) is not None
    assert await cache.find(replace(OTHER_WORDS, history=history)) is None
    await cache.close()


async def test_personal_data_is_neither_kept_nor_found() -> None:
    cache = AnswerCache(MemoryKeptAnswers(), seconds=60)
    await cache.keep(replace(QUESTION, has_personal_data=True), "turn_1")
    assert await cache.find(QUESTION) is None

    await cache.keep(QUESTION, "turn_2")
    assert await cache.find(replace(QUESTION, has_personal_data=True)) is None


async def test_a_slow_store_holds_up_neither_turns_nor_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = semantic(tmp_path)
    stuck, started = asyncio.Event(), 0

    async def keep(question: CacheQuestion, turn_id: str) -> None:
        nonlocal started
        started += 1
        await stuck.wait()

    monkeypatch.setattr(answers, "keep", keep)
    cache = AnswerCache(MemoryKeptAnswers(), answers, seconds=60)
    for number in range(MOST_WAITING + 10):
        await cache.keep(replace(QUESTION, question=f"Question {number}"), "turn")
    await asyncio.sleep(0)

    assert started == MOST_WAITING
    stuck.set()
    await cache.close()
