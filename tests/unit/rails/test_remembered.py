"""Verdicts on chunks are remembered by text and thresholds, a bounded number of them, and failures are not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from server.domain import RAIL_ERROR, Direction, RailVerdict, Verdict
from server.rails.remembered import RememberedVerdicts

ALLOWED = RailVerdict("planted instructions", Direction.CONTEXT, Verdict.ALLOW, score=0.2, threshold=0.75)
FAILED = RailVerdict("planted instructions", Direction.CONTEXT, Verdict.BLOCK, RAIL_ERROR, 1.0, 0.75)


class Rails:
    """Notes what it is asked."""

    def __init__(self, *said: RailVerdict) -> None:
        self.said = said
        self.asked: list[str] = []

    def about(self, text: str) -> Callable[[], Awaitable[tuple[RailVerdict, ...]]]:
        async def check() -> tuple[RailVerdict, ...]:
            self.asked.append(text)
            return self.said

        return check


async def test_a_chunk_is_checked_once_for_the_same_thresholds() -> None:
    remembered, rails = RememberedVerdicts(), Rails(ALLOWED)
    for thresholds in ({}, {}, {"planted instructions": 0.1}):
        assert await remembered.of("Open at nine.", thresholds, rails.about("Open at nine.")) == (ALLOWED,)
    assert rails.asked == ["Open at nine."] * 2


async def test_what_was_not_asked_for_longest_is_forgotten() -> None:
    remembered, rails = RememberedVerdicts(most=2), Rails(ALLOWED)
    for text in ("a", "b", "a", "c", "a", "b"):
        await remembered.of(text, {}, rails.about(text))
    assert rails.asked == ["a", "b", "c", "b"]


async def test_a_failure_is_not_remembered() -> None:
    remembered, rails = RememberedVerdicts(), Rails(FAILED)
    for _ in range(2):
        await remembered.of("a", {}, rails.about("a"))
    assert rails.asked == ["a", "a"]
