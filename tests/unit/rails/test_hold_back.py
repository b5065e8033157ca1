"""The hold-back: whatever the cut, the same text comes out, and nothing private with it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails_config.personal_data.segments import may_grow
from guardrails_config.personal_data.spans import find_private_spans
from server.rails.hold_back import LONGEST_SEGMENT, MaskingStream
from server.rails.masking import PublicTexts

PRIVATE = (
    "jane.doe@example.com",
    "+49 30 901820 17",
    "(415) 555-2671",
    "4242 4242 4242 4242",
    "4111-1111-1111-1111",
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "536-90-4399",
    "390.533.447-05",
    "12 Baker Street",
    "Hauptstraße 12",
    "12 rue de la Paix",
    "sk_live_abcdefghijklmnop123",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
)
WORDS = (
    "Hello",
    "write",
    "to",
    "us:",
    "the",
    "fee",
    "is",
    "19",
    "EUR.",
    "Open",
    "\n",
    "\n\n",
    "Settings,",
    "2026",
    "(see",
    "below)",
    "—",
    "予約は",
    "ok?",
)

texts = st.lists(st.sampled_from(WORDS + PRIVATE), min_size=1, max_size=14).map(" ".join)
cuts = st.lists(st.integers(0, 10_000), max_size=25)


def stream(public: tuple[str, ...] = ()) -> MaskingStream:
    return MaskingStream(find_private_spans, may_grow, PublicTexts(public, ["secret"]))


def masked(pieces: list[str], public: tuple[str, ...] = ()) -> str:
    held = stream(public)
    return "".join([held.push(piece).text for piece in pieces] + [held.finish().text])


def cut(text: str, at: list[int]) -> list[str]:
    places = sorted({place % (len(text) + 1) for place in at})
    return [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)], strict=True)]


@given(texts, cuts)
@settings(max_examples=150, deadline=None)
def test_every_cut_gives_the_same_text(text: str, at: list[int]) -> None:
    assert masked(cut(text, at)) == masked([text])


@given(st.text(max_size=200), cuts)
@settings(max_examples=150, deadline=None)
def test_every_cut_of_any_text_gives_the_same_text(text: str, at: list[int]) -> None:
    assert masked(cut(text, at)) == masked([text])


@given(
    st.lists(st.sampled_from(WORDS[:8] + WORDS[9:13]), max_size=4),
    st.sampled_from(PRIVATE),
    st.lists(st.sampled_from(WORDS), max_size=4),
)
@settings(max_examples=200, deadline=None)
def test_nothing_private_comes_out_at_single_characters(before: list[str], value: str, after: list[str]) -> None:
    text = " ".join([*before, "contact:", value, *after])
    assert value not in masked(list(text))


def test_prose_is_let_go_word_by_word() -> None:
    held = stream()
    assert [held.push(token).text for token in ("Open", " Settings", " and", " save", ".")] == [
        "",
        "Open ",
        "Settings ",
        "and ",
        "",
    ]
    assert held.finish().text == "save."


def test_a_number_waits_for_the_beginning_of_its_next_word_only() -> None:
    held = stream()
    assert held.push("It takes 5 ").text == "It takes "
    assert held.push("we").text == "5 "
    assert held.push("eks or").text == "weeks "


def test_a_word_waits_for_the_beginning_of_its_next_word_only() -> None:
    held = stream()
    assert held.push("Write to jane ").text == "Write to "
    assert held.push("a").text == ""
    assert held.push("nd ").text == "jane "
    assert held.push("jo at example dot com.").text == "and "
    assert held.finish().text == "[email]."


def test_text_without_blanks_is_let_go_letter_by_letter() -> None:
    assert stream().push("設定を開く").text == "設定を開く"


def test_the_customers_own_data_may_be_repeated_but_no_secret() -> None:
    public = ("I am jane@example.com, my key is sk_live_abcdefghijklmnop123",)
    answer = "We wrote to jane@example.com and not to ane@example.com. Key: sk_live_abcdefghijklmnop123"
    assert masked([answer], public) == "We wrote to jane@example.com and not to [email]. Key: [secret]"


@given(st.integers(LONGEST_SEGMENT - 3, LONGEST_SEGMENT * 3), cuts)
@settings(max_examples=20, deadline=None)
def test_what_never_ends_is_left_out_whatever_the_cut(length: int, at: list[int]) -> None:
    text = f"before {'x' * length} after"
    out = masked(cut(text, at))
    assert out == masked([text])
    assert out in (text, "before [unbroken] after")
    assert (out == text) == (length < LONGEST_SEGMENT)


def test_what_is_held_is_bounded() -> None:
    held = stream()
    for _ in range(100):
        held.push("1" * 1000)
        assert len(held._held) <= LONGEST_SEGMENT
