"""What the customer reads when there is no answer: polite, without internals, with a way to a person.

Each text comes in the languages of server.chat.languages; `language` is the code of one of them.
"""

from __future__ import annotations

from server.chat.languages import ENGLISH, LANGUAGES, Replies
from server.domain import RAIL_ERROR


def hand_over(language: str) -> str:
    """The offer of a person."""
    return _replies(language).hand_over


def unanswered(language: str) -> str:
    """The documentation does not cover the question; with the hand-over."""
    replies = _replies(language)
    return f"{replies.unanswered} {replies.hand_over}"


def interrupted(language: str) -> str:
    """Before quoted passages, where no answer could be written or one broke off."""
    return _replies(language).interrupted


def nothing_to_fall_back_on(language: str) -> str:
    """No answer could be written and there was nothing to quote; with the hand-over."""
    return _replies(language).trouble


def refusal(category: str, product: str, language: str) -> str:
    """The refusal of a message for a rail's category, with the hand-over.

    Every other category gets the general one: attacks, model extraction, a model's own refusal. Whoever attacks learns
    nothing of what was seen.
    """
    replies = _replies(language)
    text = _refusals(replies).get(category, replies.declined)
    return f"{text.replace('{product}', product)} {replies.hand_over}"


def withheld(category: str, language: str) -> str:
    """In place of an answer, or of its rest, that a rail of answers blocked for a category; with the hand-over.

    The fault is the answer's: no word says that of the customer's request.
    """
    replies = _replies(language)
    return f"{_of_answers(replies).get(category, replies.withheld)} {replies.hand_over}"


def _replies(language: str) -> Replies:
    return LANGUAGES.get(language, ENGLISH).replies


def _refusals(replies: Replies) -> dict[str, str]:
    return {
        "off_topic": replies.off_topic,
        "harmful": replies.harmful,
        "self_harm": replies.self_harm,
        "personal_data": replies.personal_data,
        "too_long": replies.too_long,
        "repetitive": replies.unreadable,
        "harvesting": replies.too_many,
        RAIL_ERROR: replies.not_checked,
    }


def _of_answers(replies: Replies) -> dict[str, str]:
    return {
        "self_harm": replies.self_harm,
        "personal_data": replies.personal_data,
        "ungrounded": replies.not_covered,
        RAIL_ERROR: replies.not_checked,
    }
