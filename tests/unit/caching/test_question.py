"""What the exact cache takes for the same question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.caching.question import CacheQuestion
from server.domain import Message, MessageRole

QUESTION = CacheQuestion(
    tenant="acme",
    prompt_version=3,
    index_version="7",
    question="How do I cancel?",
    access_groups=("staff",),
    labels=("billing",),
    customer_tier="gold",
)


@pytest.mark.parametrize(
    "written", ["how do i CANCEL?", "  How  do I\ncancel ", "How do I cancel!", "Ｈow do I cancel"]
)
def test_case_blanks_and_the_final_mark_do_not_matter(written: str) -> None:
    assert replace(QUESTION, question=written).key == QUESTION.key


@pytest.mark.parametrize(
    "written", ["How do I not cancel?", "How do I cancel 2?", "How do I cancel it?", "How do, I cancel?"]
)
def test_every_word_does(written: str) -> None:
    assert replace(QUESTION, question=written).key != QUESTION.key


@pytest.mark.parametrize(
    "change",
    [
        {"ledger": "another server's"},
        {"tenant": "other"},
        {"prompt_version": 4},
        {"index_version": "8"},
        {"access_groups": ()},
        {"access_groups": ("staff", "board")},
        {"labels": ("refunds",)},
        {"customer_tier": ""},
    ],
)
def test_an_answer_stays_in_its_scope(change: dict[str, Any]) -> None:
    changed = replace(QUESTION, **change)

    assert changed.key != QUESTION.key
    assert changed.scope != QUESTION.scope


def test_fields_do_not_run_into_each_other() -> None:
    one = replace(QUESTION, access_groups=("a",), labels=("b",))
    other = replace(QUESTION, access_groups=("a", "b"), labels=())

    assert one.scope != other.scope


def test_the_order_of_groups_and_labels_does_not_matter() -> None:
    one, other = (replace(QUESTION, access_groups=groups) for groups in (("a", "b"), ("b", "a", "a")))

    assert one.key == other.key


def test_the_same_words_in_another_conversation_are_another_question() -> None:
    asked = Message(MessageRole.USER, "I have the Solo plan.")
    answered = Message(MessageRole.ASSISTANT, "I have the Solo plan.")
    keys = {replace(QUESTION, history=history).key for history in ((), (asked,), (answered,), (asked, answered))}

    assert len(keys) == 4
