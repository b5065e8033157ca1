"""What two answers do not share."""

from __future__ import annotations

import re

from workbench.components.difference import similarity, word_difference


def marked(html: str, tag: str) -> list[str]:
    """The texts inside of these tags."""
    return re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", html)


def test_the_words_of_one_side_only_are_marked() -> None:
    left, right = word_difference("Refunds take 5 days.", "Refunds take 10 business days.")

    assert marked(left, "del") == ["5"]
    assert marked(right, "ins") == ["10 business"]
    assert marked(left, "ins") == marked(right, "del") == []


def test_equal_texts_have_no_mark() -> None:
    left, right = word_difference("The same.", "The same.")

    assert left == right
    assert marked(left, "del") == marked(right, "ins") == []


def test_markup_in_an_answer_is_shown_and_not_run() -> None:
    left, right = word_difference("<img src=x onerror=alert(1)>", "</del><script>")

    assert "<img" not in left
    assert "<script" not in right
    assert "&lt;" in left


def test_similarity_is_the_share_of_common_words() -> None:
    assert similarity("a b", "a b") == 1.0
    assert similarity("alpha", "beta") == 0.0
    assert 0 < similarity("alpha beta gamma", "alpha beta delta") < 1
