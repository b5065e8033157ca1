"""One model goes on with what another began: no word is lost and none comes twice."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from server.domain import ModelEvent, ModelFinished, ModelRequest, TextDelta, Usage
from server.errors import ModelError
from server.routing.chain import ModelChain
from server.routing.continuation import Continuation, WholeWords
from tests.unit.routing.fakes import REQUEST, NotedBreakers

ANSWER = (
    "Yearly plans are refunded in full within 14 days. [1]\n\nAfter that:\n"
    "- yearly renewals are not refundable, [2]\n- monthly plans end with the month that is paid. [2]\n\n"
    "| plan | price |\n| Pro | $1,200 |\n| Team | $12,000 |\n| all | all | all |\n\n"
    "Write to support@larkbook.example (we answer within a day), or see https://larkbook.example/refunds."
)
MANNERS = ("exact", "tail", "tail_inside_a_word", "anew", "large_letter", "no_blank", "extra_blank")


def shown(pieces: list[str]) -> WholeWords:
    """The answer after these pieces, broken off."""
    answer = WholeWords()
    for piece in pieces:
        answer.add(piece)
    answer.break_off()
    return answer


def joined(said: str, pieces: list[str]) -> str:
    continuation = Continuation(said)
    return said + "".join(continuation.feed(piece) for piece in pieces) + continuation.finish()


def cut(text: str, sizes: list[int]) -> list[str]:
    """`text` in pieces of these sizes, over and over."""
    pieces: list[str] = []
    start = 0
    while start < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[start : start + size])
        start += size
    return pieces


def in_manner(manner: str, text: str, said: str, place: float) -> str:
    """How a model may go on with `text` behind `said`."""
    rest = text[len(said) :]
    # A repeat of marks alone ("- ") is not told from new ones.
    words = [match.start() for match in re.finditer(r"(?:(?<=\s)|^)\S(?=.*\w|(?<=\w))", said, re.DOTALL)]
    tail = text[words[int(place * (len(words) - 1))] :]
    return {
        "exact": rest,
        "tail": tail,
        "tail_inside_a_word": text[int(place * max(0, len(said.rstrip()) - 5)) :].lstrip(),
        "anew": text,
        "large_letter": tail[0].upper() + tail[1:],
        "no_blank": rest.lstrip(),
        "extra_blank": f" {rest}",
    }[manner]


def words_of(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
def test_wherever_the_answer_breaks_off_it_is_completed(manner: str, place: float) -> None:
    for position in range(1, len(ANSWER)):
        said = shown(cut(ANSWER[:position], [4])).said
        if said.strip():
            pieces = cut(in_manner(manner, ANSWER, said, place), [3])
            whole = joined(said, pieces)
            if manner == "no_blank":
                # Where the break lies between two line breaks, the second one is a blank that the model left out.
                assert words_of(whole) == words_of(ANSWER)
            else:
                assert whole == ANSWER


WORD = st.text("abcdefgh0123", min_size=1, max_size=9)
TEXT = st.lists(
    st.tuples(WORD, st.sampled_from([" ", " ", " ", ", ", ". ", "\n", "\n\n", "\n- ", " (", ": "])), min_size=4
)
SIZES = st.lists(st.integers(1, 12), min_size=1, max_size=5)


@settings(deadline=None)
@given(
    parts=TEXT,
    position=st.floats(0, 1),
    place=st.floats(0, 1),
    manner=st.sampled_from(MANNERS),
    sizes=SIZES,
    more=SIZES,
)
@example([("no", " "), ("no", " "), ("a", " "), ("b", " ")], 0.0, 0.0, "anew", [1], [1])
def test_no_word_is_lost_and_none_comes_twice(
    parts: list[tuple[str, str]], position: float, place: float, manner: str, sizes: list[int], more: list[int]
) -> None:
    text = "".join(word + behind for word, behind in parts).strip()
    said = shown(cut(text[: int(position * len(text))], sizes)).said
    assume(said.strip() != "")
    # Where the text itself says twice in a row what lies on both sides of the break, nobody can tell.
    before, after = said.casefold().rstrip(), text[len(said) :].casefold().lstrip()
    assume(not any(before.endswith(after[:length]) for length in range(1, len(after) + 1)))
    going_on = in_manner(manner, text, said, place)
    if manner.startswith("tail") or manner == "large_letter":
        # A repeat of fewer characters that begins inside of a word is taken for new text, see the module.
        start = len(text) - len(going_on)
        assume(start >= len(said) or start == 0 or text[start - 1].isspace() or len(said.rstrip()) - start >= 4)

    whole = joined(said, cut(going_on, more))

    assert words_of(whole) == words_of(text)


@settings(deadline=None)
@given(
    cuts=st.lists(st.integers(0, len(ANSWER)), min_size=1, max_size=3),
    manner=st.sampled_from([manner for manner in MANNERS if manner != "no_blank"]),
    place=st.floats(0, 1),
    sizes=SIZES,
)
async def test_however_often_an_answer_breaks_off_the_chain_completes_it(
    cuts: list[int], manner: str, place: float, sizes: list[int]
) -> None:
    async def call(name: str, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        said = request.begun
        text = in_manner(manner, ANSWER, said, place) if said.strip() else ANSWER
        number = int(name)
        if number < len(cuts):
            text = text[: cuts[number]]
        for piece in cut(text, sizes):
            yield TextDelta(piece)
        if number < len(cuts):
            raise ModelError("cut")
        yield ModelFinished("stop", Usage("fake", name))

    chain = [str(number) for number in range(len(cuts) + 1)]
    events = ModelChain(NotedBreakers()).stream(chain, REQUEST, call=call)
    whole = "".join([event.text async for event in events if isinstance(event, TextDelta)])

    assert whole == ANSWER


def test_words_are_shown_when_the_blank_behind_them_is_there() -> None:
    answer = WholeWords()
    assert [answer.add(piece) for piece in ("Ref", "unds ta", "ke", " 5", " days.")] == [
        "",
        "Refunds ",
        "",
        "take ",
        "5 ",
    ]
    assert answer.finish() == "days."
    assert answer.said == "Refunds take 5 days."


def test_tables_are_shown_row_by_row() -> None:
    answer = WholeWords()
    pieces = ("As follows:\n", "| all |", " all |", "\n| no ", "|\n", "So it ", "is.")
    assert [answer.add(piece) for piece in pieces] == [
        "As follows:\n",
        "",
        "",
        "| all | all |\n",
        "| no |\n",
        "So it ",
        "",
    ]


def test_what_has_no_blanks_is_not_held_back() -> None:
    assert WholeWords().add("退款需要五天") == "退款需要五天"
    assert WholeWords().add("x" * 60) == "x" * 60
    assert WholeWords(hold_back=False).add("Ref") == "Ref"


def test_text_without_blanks_is_continued_too() -> None:
    assert joined("退款需要五", ["天。"]) == "退款需要五天。"
    assert joined("退款需要五", ["退款需要五", "天。"]) == "退款需要五天。"


def test_a_word_that_merely_begins_like_the_last_one_is_another() -> None:
    assert joined("Look at your plan ", ["planner or calendar."]) == "Look at your plan planner or calendar."


def test_an_answer_that_was_complete_already_stays_as_it_is() -> None:
    assert joined("It takes 5 days. ", []) == "It takes 5 days. "
    assert joined("It takes 5 days. ", ["It takes 5 days."]) == "It takes 5 days. "


def test_a_preamble_cannot_be_told() -> None:
    assert joined("It takes ", ["Sure, continuing: 5 days."]) == "It takes Sure, continuing: 5 days."


def test_text_is_held_back_only_while_it_repeats() -> None:
    continuation = Continuation("You can cancel at any time. You ")
    shown_at_each = [continuation.feed(piece) for piece in ("You", " can", " al", "so", " pause")]
    assert shown_at_each == ["", "", "can al", "so", " pause"]


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("| Schedule | Made |\n", "|---|---|\n| Daily | at noon |"),
        ("Choose one:\n\n- a\n- ", "- of these"),
    ],
)
def test_marks_that_follow_each_other_are_no_repeat(said: str, rest: str) -> None:
    assert joined(said, cut(rest, [1])).split() == [*said.split(), *rest.split()]
