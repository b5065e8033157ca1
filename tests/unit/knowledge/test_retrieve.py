"""What a question finds, with and without a conversation before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain import Chunk, DocumentKind, Hit, Message, MessageRole
from server.knowledge.near_duplicates import without_near_duplicates
from server.knowledge.retrieve import RetrievalOptions, Retriever
from server.knowledge.search_question import build_search_question
from tests.unit.knowledge.fakes import FakeEmbedder, FakeStore, make_document

TENANT = "acme"
TEXTS = {
    "refunds": "A card refund reaches the client within five business days.",
    "payouts": "A payout to the bank account takes two business days.",
    "reader": "The Lark Reader 2 costs 59 dollars and has a battery.",
    "calendar": "Google Calendar is connected two-way with a delay of two minutes.",
    "outlook": "Outlook is read every fifteen minutes.",
}


def user(text: str) -> Message:
    return Message(MessageRole.USER, text)


def assistant(text: str) -> Message:
    return Message(MessageRole.ASSISTANT, text)


@pytest.fixture
async def retriever() -> Retriever:
    store, embedder = FakeStore(), FakeEmbedder()
    for name, text in TEXTS.items():
        chunk = Chunk(f"{name}#0", name, 0, (), text, text, 10)
        document = make_document(name, title=name.title(), kind=DocumentKind.DOC)
        await store.replace(TENANT, document, [chunk], await embedder.embed([text]))
    return Retriever(store, embedder)


async def test_a_question_finds_what_covers_it(retriever: Retriever) -> None:
    found = await retriever.retrieve(TENANT, "When does a card refund arrive?", options=RetrievalOptions(2))

    assert found.hits[0].document_id == "refunds"
    assert len(found.hits) == 2
    assert found.search_question == "When does a card refund arrive?"
    assert found.index_version == "5"


async def test_a_question_that_leans_on_the_conversation_takes_its_words_along(retriever: Retriever) -> None:
    history = [user("Is Google Calendar connected in both directions?"), assistant("Yes, two-way.")]
    alone = await retriever.retrieve(TENANT, "And how long is it delayed?", options=RetrievalOptions(1))
    within = await retriever.retrieve(TENANT, "And how long is it delayed?", history, options=RetrievalOptions(1))

    assert "google" not in alone.search_question
    assert within.search_question.startswith("And how long is it delayed? google calendar")
    assert within.hits[0].document_id == "calendar"


def test_a_question_that_stands_alone_stays_as_it_is() -> None:
    history = [user("How do refunds work?")]
    question = "Does the Lark Reader need charging before the first payment?"

    searched = build_search_question(question, history)

    assert (searched.text, searched.context) == (question, ())


def test_what_is_known_already_is_not_added_again_and_the_last_user_message_counts_most() -> None:
    history = [user("Do you sell a reader?"), assistant("The Lark Reader."), user("What about its warranty?")]

    searched = build_search_question("And the reader's price?", history)

    assert searched.text == "And the reader's price? warranty lark sell"
    weights = dict(searched.context)
    assert weights["What about its warranty?"] > weights["The Lark Reader."] > 0


async def test_covered_questions_are_more_answerable_than_others(retriever: Retriever) -> None:
    async def answerability(question: str) -> float:
        return (await retriever.retrieve(TENANT, question, options=RetrievalOptions(3))).answerability

    covered = await answerability("How many days does a card refund to the client take?")
    near_miss = await answerability("Does a card refund to Iceland go through SWIFT?")
    stranger = await answerability("Who painted the ceiling of the Sistine Chapel?")

    assert 1.0 >= covered > near_miss > stranger >= 0.0
    assert covered > 0.5 > stranger


async def test_nothing_indexed_or_nothing_asked_is_not_answerable(retriever: Retriever) -> None:
    elsewhere = await retriever.retrieve("another tenant", "When does a refund arrive?", options=RetrievalOptions(3))
    empty = await retriever.retrieve(TENANT, "?!", options=RetrievalOptions(3))

    assert (elsewhere.hits, elsewhere.answerability) == ((), 0.0)
    assert empty.answerability == 0.0


def test_a_text_that_a_better_hit_has_already_is_left_out() -> None:
    words = [f"word{number}" for number in range(200)]
    first = hit("a", " ".join(words))
    nearly = hit("b", " ".join([*words[:-1], "changed"]).title())
    part = hit("c", " ".join(words[:50]))
    short, again = hit("d", "Five days."), hit("e", "five days")

    kept = without_near_duplicates([first, nearly, part, short, again], limit=10)

    assert [item.document_id for item in kept] == ["a", "c", "d"]
    assert without_near_duplicates([first, nearly, part, short], limit=2) == [first, part]


def hit(document_id: str, text: str) -> Hit:
    template = Hit("", "", "", "", DocumentKind.DOC, (), "", (), 0.0, 0.0, 0.0, 0.0)
    return replace(template, document_id=document_id, text=text)
