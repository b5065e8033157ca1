"""What a question finds, with and without a conversation before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from server.domain import Chunk, ComponentState, ComponentStatus, DocumentKind, Message, MessageRole
from server.errors import FailedPrecondition, NightdeskError, Unavailable
from server.knowledge.reranking import NOT_CONFIGURED
from server.knowledge.retrieve import RERANKED, RetrievalOptions, Retriever
from server.knowledge.search_question import SearchQuestion
from tests.unit.knowledge.fakes import FakeEmbedder, FakeStore, make_document, words

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


class WordReranker:
    """Scores a text by how many words of a list it has. Raises `failure` where there is one."""

    name = "words"

    def __init__(self, wanted: str, failure: NightdeskError | None = None) -> None:
        self.wanted = set(words(wanted))
        self.failure = failure
        self.asked: list[tuple[str, list[str]]] = []

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append((question, list(texts)))
        if self.failure:
            raise self.failure
        return [len(self.wanted & set(words(text))) / len(self.wanted) for text in texts]

    async def check(self) -> ComponentStatus:
        return ComponentStatus("reranker", "words", ComponentState.OK, "")

    async def close(self) -> None:
        return None


@pytest.fixture
async def store() -> FakeStore:
    filled = FakeStore()
    for name, text in TEXTS.items():
        await put(filled, name, text, title=name.title())
    return filled


@pytest.fixture
def retriever(store: FakeStore) -> Retriever:
    return Retriever(store, FakeEmbedder())


async def put(store: FakeStore, name: str, text: str, **fields: object) -> None:
    chunk = Chunk(f"{name}#0", name, 0, (), text, text, 10)
    await store.replace(TENANT, make_document(name, **fields), [chunk], await FakeEmbedder().embed([text]))


async def ids(retriever: Retriever, question: str, options: RetrievalOptions) -> list[str]:
    found = await retriever.retrieve(TENANT, question, options=options)
    return [hit.document_id for hit in found.hits]


async def test_a_question_finds_what_covers_it(retriever: Retriever) -> None:
    found = await retriever.retrieve(TENANT, "When does a card refund arrive?", options=RetrievalOptions(limit=2))

    assert found.hits[0].document_id == "refunds"
    assert len(found.hits) == 2
    assert found.search_question == "When does a card refund arrive?"
    assert found.index_version == "5"


async def test_a_question_that_leans_on_the_conversation_takes_its_words_along(retriever: Retriever) -> None:
    history = [user("Is Google Calendar connected in both directions?"), assistant("Yes, two-way.")]
    alone = await retriever.retrieve(TENANT, "And how long is it delayed?", options=RetrievalOptions(limit=1))
    within = await retriever.retrieve(TENANT, "And how long is it delayed?", history, options=RetrievalOptions(limit=1))

    assert "google" not in alone.search_question
    assert within.search_question.startswith("And how long is it delayed? google calendar")
    assert within.hits[0].document_id == "calendar"


async def test_covered_questions_are_more_answerable_than_others(retriever: Retriever) -> None:
    async def answerability(question: str) -> float:
        return (await retriever.retrieve(TENANT, question, options=RetrievalOptions(limit=3))).answerability

    covered = await answerability("How many days does a card refund to the client take?")
    near_miss = await answerability("Does a card refund to Iceland go through SWIFT?")
    stranger = await answerability("Who painted the ceiling of the Sistine Chapel?")

    assert 1.0 >= covered > near_miss > stranger >= 0.0
    assert covered > 0.5 > stranger


async def test_nothing_indexed_or_nothing_asked_is_not_answerable(retriever: Retriever) -> None:
    elsewhere = await retriever.retrieve(
        "another tenant", "When does a refund arrive?", options=RetrievalOptions(limit=3)
    )
    empty = await retriever.retrieve(TENANT, "?!", options=RetrievalOptions(limit=3))

    assert (elsewhere.hits, elsewhere.answerability) == ((), 0.0)
    assert empty.answerability == 0.0


async def test_a_search_question_made_elsewhere_stands_for_question_and_conversation(retriever: Retriever) -> None:
    history = [user("Is Outlook connected in both directions?")]
    made = SearchQuestion("How long is Google Calendar delayed?", ())
    options = RetrievalOptions(limit=1, searched=made)

    found = await retriever.retrieve(TENANT, "And the other one?", history, options=options)
    alone = await retriever.retrieve(TENANT, made.text, options=RetrievalOptions(limit=1))

    assert found == alone
    assert found.hits[0].document_id == "calendar"


async def test_a_text_is_found_once_however_many_documents_have_it(store: FakeStore, retriever: Retriever) -> None:
    await put(store, "copy", TEXTS["refunds"].upper())
    await put(store, "newer", TEXTS["refunds"].replace("five", "three"))

    found = await ids(retriever, "When does a card refund reach the client?", RetrievalOptions(limit=4))

    assert len({"refunds", "copy"} & set(found)) == 1
    assert "newer" in found
    assert len(found) == 4


async def test_a_kinds_weight_moves_its_documents(store: FakeStore, retriever: Retriever) -> None:
    question = "When does a card refund reach the client?"
    await put(store, "ticket", f"{TEXTS['refunds']} Thanks!", kind=DocumentKind.TICKET)
    await put(store, "faq", f"{TEXTS['refunds']} Always and on each day.", kind=DocumentKind.FAQ)

    def options(**weights: float) -> RetrievalOptions:
        return RetrievalOptions(limit=3, kind_weights=weights)

    assert await ids(retriever, question, options()) == ["refunds", "ticket", "faq"]
    assert await ids(retriever, question, options(ticket=0.5)) == ["refunds", "faq", "ticket"]
    assert (await ids(retriever, question, options(faq=2.0)))[0] == "faq"


async def test_an_older_document_loses_the_share_that_recency_has(store: FakeStore, retriever: Retriever) -> None:
    today = datetime.now(UTC)
    text = "A gift card is valid for twelve months."
    await put(store, "old", f"{text} Yes.", updated_at=today - timedelta(days=90))
    await put(store, "new", f"{text} No.", updated_at=today + timedelta(days=1))
    await put(store, "undated", f"{text} Really.")

    async def scores(recency_weight: float) -> dict[str, float]:
        options = RetrievalOptions(limit=3, recency_weight=recency_weight, recency_half_life_days=90)
        found = await retriever.retrieve(TENANT, "How long is a gift card valid?", options=options)
        return {hit.document_id: hit.score for hit in found.hits}

    plain, aged = await scores(0.0), await scores(0.4)

    assert aged["old"] == pytest.approx(plain["old"] * 0.8, rel=1e-3)
    assert aged["new"] == plain["new"]
    assert aged["undated"] == plain["undated"]


async def test_a_reranker_orders_the_best_candidates_where_it_is_wanted(store: FakeStore) -> None:
    reranker = WordReranker("bank account")
    retriever = Retriever(store, FakeEmbedder(), reranker)
    question = "When does a card refund arrive?"

    plain = await retriever.retrieve(TENANT, question, options=RetrievalOptions(limit=2))
    assert (plain.hits[0].document_id, plain.hits[0].rerank_score, plain.reranked) == ("refunds", None, False)
    assert reranker.asked == []

    found = await retriever.retrieve(TENANT, question, options=RetrievalOptions(limit=2, rerank=True))
    assert (found.hits[0].document_id, found.hits[0].rerank_score) == ("payouts", 1.0)
    assert (found.reranked, found.rerank_failure) == (True, "")
    assert len(found.hits) == 2
    assert f"Payouts\n{TEXTS['payouts']}" in reranker.asked[0][1]


async def test_a_reranker_reads_a_bounded_number_of_texts(store: FakeStore) -> None:
    for number in range(40):
        await put(store, f"page-{number}", f"Refund rule number {number}.")
    reranker = WordReranker("refund")

    options = RetrievalOptions(limit=2, rerank=True)
    await Retriever(store, FakeEmbedder(), reranker).retrieve(TENANT, "refund rule", options=options)

    assert len(reranker.asked[0][1]) == RERANKED


async def test_kind_and_age_count_after_reranking_too(store: FakeStore) -> None:
    await put(store, "ticket", "A payout to the bank account may take long.", kind=DocumentKind.TICKET)
    retriever = Retriever(store, FakeEmbedder(), WordReranker("bank account long"))

    best = await ids(retriever, "bank account", RetrievalOptions(limit=1, rerank=True))
    weighed = await ids(retriever, "bank account", RetrievalOptions(limit=1, rerank=True, kind_weights={"ticket": 0.5}))

    assert (best, weighed) == (["ticket"], ["payouts"])


@pytest.mark.parametrize("failure", [Unavailable("It is down."), FailedPrecondition("It refuses.", reason="NO_KEY")])
async def test_a_reranker_that_fails_leaves_the_order_and_is_told(store: FakeStore, failure: NightdeskError) -> None:
    question, before = "When does a card refund arrive?", counted(failure.reason)
    expected = await ids(Retriever(store, FakeEmbedder()), question, RetrievalOptions(limit=4))

    broken = Retriever(store, FakeEmbedder(), WordReranker("bank", failure))
    found = await broken.retrieve(TENANT, question, options=RetrievalOptions(limit=4, rerank=True))

    assert [hit.document_id for hit in found.hits] == expected
    assert (found.reranked, found.rerank_failure) == (False, failure.reason)
    assert counted(failure.reason) == before + 1


async def test_a_reranker_that_is_wanted_and_not_there_is_told(retriever: Retriever) -> None:
    found = await retriever.retrieve(TENANT, "refund", options=RetrievalOptions(limit=4, rerank=True))

    assert (found.reranked, found.rerank_failure) == (False, NOT_CONFIGURED)
    assert found.hits


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("nightdesk_reranks_total", {"outcome": outcome}) or 0.0
