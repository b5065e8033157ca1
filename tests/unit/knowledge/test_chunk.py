"""Chunks along the structure, and what holds for every document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain import Chunk, DocumentKind, Section
from server.knowledge.chunk import MAX_TOKENS, MIN_TOKENS, OVERLAP_TOKENS, cut, fitted, make_chunks
from server.knowledge.estimate import TokenEstimate
from tests.unit.knowledge.fakes import make_document, words


def count(text: str) -> int:
    return len(words(text))


def chunks_of(*sections: Section, title: str = "Guide") -> list[Chunk]:
    document = make_document("guide", title=title, content_hash="0123456789abcdef")
    return make_chunks(document, cut(title, sections, count))


def prose(number_of_words: int, first: int = 0) -> str:
    """Sentences of ten different words."""
    numbers = range(first, first + number_of_words)
    return " ".join(f"W{number}{'.' if number % 10 == 9 else ''}" for number in numbers)


def test_a_chunk_knows_its_place_and_is_searched_with_title_and_headings() -> None:
    (chunk,) = chunks_of(Section(("Guide", "Refunds", "Cards"), "Five days."))

    assert chunk.id == "guide#0-01234567"
    assert chunk.heading_path == ("Refunds", "Cards")
    assert chunk.text == "Five days."
    assert chunk.search_text == "Guide > Refunds > Cards\nFive days."


def test_small_sections_with_the_same_parent_share_a_chunk_with_their_headings_in_it() -> None:
    sections = [Section(("Guide", "Fees", name), prose(100)) for name in ("Cards", "Debit", "Cash")]
    (chunk,) = chunks_of(*sections)

    assert chunk.heading_path == ("Fees",)
    assert chunk.text.startswith("### Cards\n\nW0 ")
    assert "\n\n### Cash\n\nW0 " in chunk.text


def test_sections_that_are_large_enough_or_strangers_stay_apart() -> None:
    large = chunks_of(Section(("A",), prose(300)), Section(("B",), prose(300)))
    strangers = chunks_of(Section(("A", "a"), prose(20)), Section(("B", "b"), prose(20)))

    assert [chunk.heading_path for chunk in large] == [("A",), ("B",)]
    assert [chunk.heading_path for chunk in strangers] == [("A", "a"), ("B", "b")]


def test_a_long_section_is_cut_evenly_with_whole_sentences_repeated() -> None:
    paragraphs = "\n\n".join(prose(100, first) for first in range(0, 800, 100))
    first, second = chunks_of(Section((), paragraphs))

    assert min(first.token_count, second.token_count) >= MIN_TOKENS
    repeated = count(first.text) + count(second.text) - 800
    assert 0 < repeated <= OVERLAP_TOKENS
    assert first.text.endswith(second.text.split("\n\n")[0])


def test_a_table_is_kept_whole_and_one_too_large_repeats_its_header() -> None:
    def table(rows: int) -> str:
        return "\n".join(("| Name | Price |", "|---|---|", *(f"| Item{row} | {row} |" for row in range(rows))))

    small = chunks_of(Section((), f"{prose(400)}\n\n{table(100)}"))
    large = chunks_of(Section((), table(600)))

    assert small[-1].text.endswith(f"\n\n{table(100)}")
    assert len(large) > 1
    assert all(chunk.text.startswith("| Name | Price |\n|---|---|\n| Item") for chunk in large)


def test_code_too_large_stays_code_in_every_part() -> None:
    lines = "\n".join(f"call_{number}()" for number in range(1200))
    parts = chunks_of(Section((), f"```python\n{lines}\n```"))

    assert len(parts) > 1
    assert all(chunk.text.startswith("```python\n") and chunk.text.endswith("\n```") for chunk in parts)


def test_a_ticket_is_cut_between_messages() -> None:
    messages = [Section((), f"Customer: {prose(120)}") for _ in range(6)]
    parts = chunks_of(*messages)

    assert len(parts) > 1
    assert all(chunk.text.startswith("Customer: W0 ") for chunk in parts)


def test_an_faq_is_one_chunk_found_by_its_question() -> None:
    document = make_document("faq-1", title="How long?", kind=DocumentKind.FAQ, content_hash="ab" * 32)
    sections = [Section(("How long?",), "Five days.")]
    (chunk,) = make_chunks(document, cut("How long?", sections, count))

    assert (chunk.text, chunk.search_text) == ("Five days.", "How long?\nFive days.")


def test_endless_headings_and_titles_leave_room_for_text() -> None:
    sections = Section(tuple(prose(150) for _ in range(6)), prose(900))
    parts = chunks_of(sections, title=prose(400))

    assert all(count(chunk.search_text) <= MAX_TOKENS for chunk in parts)


def test_what_was_cut_by_an_estimate_is_counted_and_cut_again_where_it_is_too_large() -> None:
    sections = [Section((), prose(800))]
    estimated = list(cut("Guide", sections, TokenEstimate(0.1)))
    assert len(estimated) == 1

    tokens = [characters(passage.text) for passage in estimated]
    parts = make_chunks(make_document("guide", content_hash="0" * 64), fitted(estimated, tokens, characters))

    assert len(parts) > 1
    assert all(characters(chunk.search_text) <= MAX_TOKENS for chunk in parts)
    assert all(characters(chunk.text) == chunk.token_count for chunk in parts)
    assert {chunk.search_text.split("\n")[0] for chunk in parts} == {"Guide"}


def test_an_estimate_is_near_the_tokenizer_that_it_is_like() -> None:
    estimate = TokenEstimate.like(characters)

    text = (Path(__file__).parents[3] / "README.md").read_text()
    assert 0.7 < estimate(text) / characters(text) < 1.4
    assert estimate("x" * 200_000) == pytest.approx(estimate("x" * 100_000) * 2, rel=0.01)
    assert estimate("") == 0


@st.composite
def documents(draw: st.DrawFn) -> tuple[Section, ...]:
    """Sections of paragraphs, lists, tables and code whose words are all different."""
    number = 0

    def fresh(amount: int) -> list[str]:
        nonlocal number
        number += amount
        return [f"w{index}" for index in range(number - amount, number)]

    def block() -> str:
        terms = fresh(draw(st.integers(1, 700)))
        form = draw(st.sampled_from(["prose", "list", "table", "code", "lines", "one"]))
        match form:
            case "prose":
                return ". ".join(" ".join(terms[start : start + 9]).capitalize() for start in range(0, len(terms), 9))
            case "list":
                return "\n".join(f"- {term}" for term in terms)
            case "table":
                return "\n".join(["| head |", "|---|", *(f"| {term} |" for term in terms)])
            case "code":
                return "\n".join(["```", *terms, "```"])
            case "lines":
                return "\n".join(terms)
            case _:
                return "_".join(terms)

    paths = st.lists(st.sampled_from(["Alpha", "Beta", "Gamma"]), max_size=3).map(tuple)
    return tuple(
        Section(draw(paths), "\n\n".join(block() for _ in range(draw(st.integers(1, 4)))))
        for _ in range(draw(st.integers(1, 5)))
    )


def characters(text: str) -> int:
    return len(text) // 4 + 1


@given(documents())
@settings(max_examples=60, deadline=None)
def test_no_text_is_lost_order_is_kept_and_no_chunk_is_too_large(sections: tuple[Section, ...]) -> None:
    for counter in (count, characters):
        document = make_document("d", title="Guide", content_hash="0" * 64)
        parts = make_chunks(document, cut("Guide", sections, counter))

        assert all(counter(chunk.search_text) <= MAX_TOKENS for chunk in parts)
        assert all(counter(chunk.text) == chunk.token_count for chunk in parts)
        assert [chunk.ordinal for chunk in parts] == list(range(len(parts)))
        assert len({chunk.id for chunk in parts}) == len(parts)
        assert list(dict.fromkeys(numbered_words(parts))) == numbered_words(sections)


def numbered_words(texts: list[Chunk] | tuple[Section, ...]) -> list[str]:
    """The numbered words in their order; the pieces of a word that had to be cut do not count."""
    return [word for item in texts for word in re.findall(r"(?<![\w])w\d+(?![\w])", item.text.lower())]
