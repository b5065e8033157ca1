"""Whatever is planted and however it is cut: nothing private comes out at any moment, and nothing else is lost."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rails.planted_data import INVISIBLE, KINDS, make
from guardrails_config.personal_data.segments import may_grow
from guardrails_config.personal_data.spans import find_private_spans
from server.rails.hold_back import LONGEST_SEGMENT, MaskingStream
from server.rails.masking import PublicTexts, mask

FILLERS = (
    *(
        "Hello",
        "meet us at",
        "dot",
        "the 2",
        "(see",
        "below)",
        "—",
        "予約は",
        "です。",
        "ok?",
        "\n",
        "\n\n",
        "- ",
        "| ",
        "**",
    ),
    *(
        '{"a": "',
        '"}',
        "born",
        "12",
        "No. 7,",
        "via",
        "St",
        "Main",
        "+",
        "at 10:30",
        "en 2026,",
        "ติดต่อ",
        "@",
        "#4",
        "\u200b",
    ),
)

seeds = st.integers(0, 2**32)
fillers = st.lists(st.sampled_from(FILLERS), max_size=5)
cuts = st.lists(st.integers(0, 100_000), max_size=12)


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text, and the values in it: each stands between words that are set apart by blanks or line breaks."""
    parts, values = draw(fillers), []
    for seed in draw(st.lists(seeds, min_size=1, max_size=3)):
        r = random.Random(seed)
        cue, value = make(r.choice(list(KINDS)), r)
        values.append(value)
        parts += ["contact us:", f"{cue}{value}.", *draw(fillers)]
    return draw(st.sampled_from((" ", "\n"))).join(parts), values


def cut(text: str, at: list[int]) -> list[str]:
    places = sorted({place % (len(text) + 1) for place in at})
    return [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)], strict=True)]


def stream() -> MaskingStream:
    return MaskingStream(find_private_spans, may_grow, PublicTexts())


def moments(pieces: list[str]) -> list[str]:
    """What has been let out after each piece, and at the end."""
    held, out = stream(), [""]
    for piece in pieces:
        out.append(out[-1] + held.push(piece).text)
    return [*out, out[-1] + held.finish().text]


def solid(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@given(planted(), cuts)
@settings(max_examples=300, deadline=None)
def test_a_stream_is_masked_like_the_whole_text_and_only_grows(case: tuple[str, list[str]], at: list[int]) -> None:
    text, _ = case
    seen = moments(cut(text, at))
    assert seen[-1] == mask(find_private_spans, text).text
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))


@given(planted())
@settings(max_examples=200, deadline=None)
def test_no_value_nor_its_beginning_is_let_out_at_any_moment(case: tuple[str, list[str]]) -> None:
    text, values = case
    shown = solid(moments(list(text))[-1])
    for value in values:
        plain = solid(value)
        rest = solid(text.replace(value, " "))
        for length in range(min(6, len(plain)), len(plain) + 1):
            assert shown.count(plain[:length]) <= rest.count(plain[:length])


@given(planted(), cuts)
@settings(max_examples=200, deadline=None)
def test_what_is_not_masked_comes_out_in_order_and_nothing_is_added(case: tuple[str, list[str]], at: list[int]) -> None:
    text, _ = case
    spans = find_private_spans(text)
    expected, position = [], 0
    for begin, end, kind in spans:
        expected += [text[position:begin], f"[{kind}]"]
        position = end
    assert moments(cut(text, at))[-1] == "".join([*expected, text[position:]])


@given(st.text(st.sampled_from("ab12 .,@-+()/:\n\u200b\u0301四"), max_size=120), cuts)
@settings(max_examples=400, deadline=None)
def test_any_jumble_is_let_out_alike_at_every_cut(text: str, at: list[int]) -> None:
    assert moments(cut(text, at))[-1] == moments([text])[-1] == moments(list(text))[-1]


@given(st.sampled_from(("jane.doe@example.com", "4242 4242 4242 4242", "+49 30 901820 17")), st.data())
@settings(max_examples=150, deadline=None)
def test_invisible_signs_within_hide_nothing(value: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(value) - 1))
    sign = data.draw(st.sampled_from(INVISIBLE))
    out = moments(list(f"Write: {value[:at]}{sign}{value[at:]} today"))[-1]
    assert out in ("Write: [email] today", "Write: [card] today", "Write: [phone] today")


@given(
    st.lists(
        st.sampled_from(("9", "12 ", "4242 ", "x", "-----BEGIN PRIVATE KEY-----\n", " at ", "born ")), max_size=4000
    )
)
@settings(max_examples=15, deadline=None)
def test_what_is_held_is_bounded(pieces: list[str]) -> None:
    held = stream()
    for piece in pieces:
        held.push(piece)
        assert len(held._held) <= LONGEST_SEGMENT + len(piece)


def test_prose_is_held_for_the_current_word_and_the_beginning_of_the_next() -> None:
    text = "Open the settings page and choose how long before a visit customers may cancel for free. " * 3
    held, shown, behind = stream(), 0, []
    for index, letter in enumerate(text, 1):
        shown += len(held.push(letter).text)
        behind.append(index - shown)
    assert max(behind) <= len("customers may")
    assert sum(behind) / len(behind) < 5
