"""Answers composed from the passages' own sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from server.domain import (
    ComponentState,
    DocumentKind,
    Hit,
    ModelEvent,
    ModelFinished,
    ModelRequest,
    ModelStarted,
    TextDelta,
    Usage,
)
from server.embedders.wordllama import WordLlamaEmbedder
from server.models.extractive import MAX_WORDS, ExtractiveModel

OLD, NEW = datetime(2025, 1, 7, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def model() -> ExtractiveModel:
    return ExtractiveModel(WordLlamaEmbedder())


def hit(
    title: str, text: str, kind: DocumentKind = DocumentKind.DOC, score: float = 0.8, updated_at: datetime | None = None
) -> Hit:
    return Hit(title, title, title, "", kind, (), text, (), score, score, score, score, updated_at)


async def ask(
    model: ExtractiveModel, question: str, *passages: Hit, search_question: str = "", max_output_tokens: int = 800
) -> tuple[str, str]:
    request = ModelRequest("", (), question, search_question or question, passages, max_output_tokens)
    events: Sequence[ModelEvent] = [event async for event in model.stream(request)]
    started, *deltas, finished = events
    assert isinstance(started, ModelStarted)
    assert isinstance(finished, ModelFinished)
    assert finished.usage == Usage("nightdesk", "extractive", cost_nanos=0)
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)), finished.reason


REFUNDS = hit(
    "Refunds",
    "You can refund any payment. Card refunds take up to 5 business days. Bank debits take up to 7 business days.\n\n"
    "## Calendar\n\nThe calendar shows a week.",
)


async def test_the_answer_is_the_sentence_that_fits_with_its_citation(model: ExtractiveModel) -> None:
    other = hit("Gift cards", "A gift card is valid for 24 months.", score=0.3)
    text, reason = await ask(model, "How long does a card refund take?", other, REFUNDS)

    assert reason == "stop"
    assert "Card refunds take up to 5 business days. [2]" in text
    assert "calendar" not in text.lower()


async def test_a_question_that_the_passages_do_not_touch_is_declined_without_text(model: ExtractiveModel) -> None:
    assert await ask(model, "who founded the company and where were they born", REFUNDS) == ("", "unanswered")


async def test_a_name_that_no_passage_mentions_is_declined(model: ExtractiveModel) -> None:
    assert (await ask(model, "How long do refunds take with Shopify?", REFUNDS))[1] == "unanswered"
    assert (await ask(model, "How long do refunds take with cards?", REFUNDS))[1] == "stop"


async def test_without_passages_there_is_no_answer(model: ExtractiveModel) -> None:
    assert await ask(model, "How long does a refund take?") == ("", "unanswered")
    blank = hit("Only what a customer said", "Customer: how long does it take?", DocumentKind.TICKET)
    assert await ask(model, "How long does a refund take?", blank) == ("", "unanswered")


async def test_a_poorly_ranked_ticket_is_better_than_nothing(model: ExtractiveModel) -> None:
    ticket = hit("lock", "Agent: The sign-in lock ends after 20 minutes.", DocumentKind.TICKET, score=-2.0)
    text, _ = await ask(model, "when does the sign-in lock end", ticket)
    assert text == "The sign-in lock ends after 20 minutes. [1]"


async def test_the_search_question_helps_a_follow_up(model: ExtractiveModel) -> None:
    text, _ = await ask(model, "And bank debits?", REFUNDS, search_question="How long do refunds of bank debits take?")
    assert "Bank debits take up to 7 business days. [1]" in text


async def test_a_newer_statement_replaces_the_one_it_corrects(model: ExtractiveModel) -> None:
    old = hit("Prices", "The Studio plan costs $42 a month.", updated_at=OLD, score=0.9)
    new = hit("News", "The Studio plan costs $49 a month.", updated_at=NEW, score=0.6)

    assert await ask(model, "What does the Studio plan cost?", old, new) == (
        "The Studio plan costs $49 a month. [2]",
        "stop",
    )


async def test_a_newer_ticket_does_not_replace_a_document(model: ExtractiveModel) -> None:
    document = hit("Prices", "The Studio plan costs $49 a month.", updated_at=OLD, score=0.7)
    ticket = hit("price", "Agent: The Studio plan costs $42 a month.", DocumentKind.TICKET, updated_at=NEW, score=0.9)

    text, _ = await ask(model, "What does the Studio plan cost?", document, ticket)

    assert text == "The Studio plan costs $49 a month. [1]"


async def test_an_faq_is_shown_with_its_question_so_that_its_no_is_not_misread(model: ExtractiveModel) -> None:
    faq = hit("Can I refund to another card?", "No, always to the card that was charged.", DocumentKind.FAQ)
    text, _ = await ask(model, "may a refund go to some other card", faq)
    assert text == "Can I refund to another card? No, always to the card that was charged. [1]"


async def test_a_sentence_that_refers_back_brings_what_it_refers_to(model: ExtractiveModel) -> None:
    page = hit("Payouts", "An instant payout goes to a debit card. It arrives within 30 minutes. Nothing else matters.")
    text, _ = await ask(model, "how fast: arrives within how many minutes", page)
    assert text.startswith("An instant payout goes to a debit card. [1] It arrives within 30 minutes. [1]")


async def test_the_answer_stays_short(model: ExtractiveModel) -> None:
    ways = ("card of the client", "bank account that was debited", "gift card of the buyer", "cash drawer at the desk")
    sentences = [f"A refund to the {way} takes {len(way)} days{', at times longer' * 12}." for way in ways]
    long = hit("Refunds", " ".join(sentences))

    text, _ = await ask(model, "How many days does a refund take?", long)
    assert 0 < len(text.split()) <= MAX_WORDS + 10

    short, _ = await ask(model, "How many days does a refund take?", long, max_output_tokens=70)
    assert 0 < len(short.split()) < len(text.split())


async def test_the_check_names_the_embedder(model: ExtractiveModel) -> None:
    status = await model.check()
    assert status.state is ComponentState.OK
    assert "wordllama" in status.detail
