"""A streamed text cut into sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rails.sentences import LONGEST_SENTENCE, Sentences, split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Open it. Save it! Done", ["Open it. ", "Save it! ", "Done"]),
        ("It costs $3.50 a month.", ["It costs $3.50 a month."]),
        ('He said "No." Then he left.', ['He said "No." ', "Then he left."]),
        ("- one\n- two\n", ["- one\n", "- two\n"]),
        ("\u3053\u308c\u3002\u305d\u308c\u3002", ["\u3053\u308c\u3002", "\u305d\u308c\u3002"]),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_what_has_no_end_is_cut_at_a_blank() -> None:
    first, *rest = split("word " * 200)
    assert (len(first), first[-1]) == (LONGEST_SENTENCE, " ")
    assert "".join((first, *rest)) == "word " * 200
    assert [len(part) for part in split("x" * 1500)] == [600, 600, 300]


@given(st.lists(st.text(alphabet='ab .!?"\n\u3002\u300d', max_size=40), max_size=30))
def test_sentences_do_not_depend_on_how_the_text_was_cut(pieces: list[str]) -> None:
    sentences = Sentences()
    streamed = [sentence for piece in pieces for sentence in sentences.push(piece)] + sentences.finish()
    assert streamed == split("".join(pieces))
