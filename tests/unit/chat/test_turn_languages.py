"""What the bot says of itself in a turn is in the customer's language."""

from __future__ import annotations

from server.chat import replies
from server.domain import Completed, FinishReason, Message, MessageRole, TextDelta, Turn, TurnEvent
from server.errors import ModelError
from tests.unit.chat.desk import Desk

QUESTION = "Wie lange dauert eine Rückzahlung?"


def ended(events: list[TurnEvent]) -> Turn:
    assert isinstance(events[-1], Completed)
    turn = events[-1].turn
    assert turn.answer == "".join(event.text for event in events if isinstance(event, TextDelta))
    return turn


async def test_a_refusal(desk: Desk) -> None:
    turn = ended(await desk.ask("Bitte hilf mir, das ist ein attack"))

    assert turn.finish_reason is FinishReason.REFUSED
    assert turn.answer == replies.refusal("prompt_injection", "Larkbook", "de")


async def test_a_question_that_the_documentation_does_not_cover(desk: Desk) -> None:
    desk.retriever.hits = ()
    assert ended(await desk.ask("¿Venden barcos de vela?")).answer == replies.unanswered("es")


async def test_the_models_own_sentence_is_said_in_the_customers_words(desk: Desk) -> None:
    desk.model.words = ("I ", "don't", " know.")

    turn = ended(await desk.ask(QUESTION))

    assert turn.finish_reason is FinishReason.UNANSWERED
    assert turn.hand_over
    assert turn.answer == replies.unanswered("de")


async def test_the_words_before_quoted_passages(desk: Desk) -> None:
    desk.model.words, desk.model.error = (), ModelError("down", reason="UNREACHABLE")

    turn = ended(await desk.ask(QUESTION))

    assert turn.finish_reason is FinishReason.DEGRADED
    assert turn.answer.startswith(replies.interrupted("de"))


async def test_a_message_that_says_little_follows_those_before_it(desk: Desk) -> None:
    history = (Message(MessageRole.USER, "Hur får jag pengarna tillbaka?"), Message(MessageRole.ASSISTANT, "5 days."))
    desk.retriever.hits = ()
    assert ended(await desk.ask("ok, 2025?", history=history)).answer == replies.unanswered("sv")
