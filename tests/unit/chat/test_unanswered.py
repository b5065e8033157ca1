from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from server.chat.generation import Generation
from server.chat.unanswered import without_unanswered_sentence


async def texts(*pieces: str) -> AsyncGenerator[str, None]:
    for piece in pieces:
        yield piece


async def passed(*pieces: str) -> tuple[list[str], str]:
    """What comes through, and the finish that is noted."""
    generation = Generation("stop")
    return [text async for text in without_unanswered_sentence(texts(*pieces), generation)], generation.finish


@pytest.mark.parametrize(
    "pieces",
    [("I don't know.",), ("I", " don", "'t", " know", "."), ("I don\u2019t know.\n",), (" I don't know.", "\n")],
)
async def test_the_sentence_is_told_and_not_shown(pieces: tuple[str, ...]) -> None:
    assert await passed(*pieces) == ([], "unanswered")


async def test_an_answer_comes_through_as_it_comes() -> None:
    assert await passed("Refunds", " take", " 5 days.") == (["Refunds", " take", " 5 days."], "stop")


async def test_what_only_begins_like_it_is_an_answer() -> None:
    assert await passed("I", " don't", " know", " of any fee", " [1].") == (
        ["I don't know of any fee", " [1]."],
        "stop",
    )
    assert await passed("I don't know.", " But see [1].") == (["I don't know. But see [1]."], "stop")


async def test_an_answer_that_breaks_off_is_shown() -> None:
    assert await passed("I don't") == (["I don't"], "stop")
    assert await passed() == ([], "stop")
