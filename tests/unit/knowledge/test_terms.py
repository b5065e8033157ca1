"""Words, and how alike two are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.knowledge.terms import content_terms, held_stems, stem

WORDS = st.lists(
    st.sampled_from(
        [
            "refund",
            "refunds",
            "Refunded",
            "re-fund",
            "don't",
            "customer's",
            "wi-fi",
            "fi",
            "3.5",
            "v2",
            "it\u2019s",
            "_x",
            "é",
        ]
    ),
    max_size=12,
)
GLUE = st.sampled_from([" ", ", ", "-", ".", "'", "_", "\n"])


def test_forms_of_a_word_meet() -> None:
    assert held_stems("We refunded it; see our policies.", {stem("refund"), stem("policy"), "lamp"}) == {
        stem("refund"),
        stem("policies"),
    }


@pytest.mark.parametrize("text", ["prefund", "re-fund", "refund-able", "3.5"])
def test_a_part_of_a_word_is_not_the_word(text: str) -> None:
    assert held_stems(text, {"refund", "fund", "5"}) == set()


@given(WORDS, GLUE, WORDS)
def test_what_is_held_is_what_all_stems_would_show(words: list[str], glue: str, asked: list[str]) -> None:
    text = glue.join(words)
    wanted = {stem(term) for term in content_terms(" ".join(asked))}

    assert held_stems(text, wanted) == wanted & {stem(term) for term in _all_terms(text)}


def _all_terms(text: str) -> list[str]:
    """Every word, found one by one: a function word that stands alone is no content term."""
    from server.knowledge.terms import _words

    return _words(text)
