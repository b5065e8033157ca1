"""What is searched for when a question leans on the conversation before it."""

from __future__ import annotations

from server.domain import Message, MessageRole
from server.knowledge.search_question import build_search_question


def user(text: str) -> Message:
    return Message(MessageRole.USER, text)


def assistant(text: str) -> Message:
    return Message(MessageRole.ASSISTANT, text)


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
