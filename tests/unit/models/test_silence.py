"""First-token and idle timeouts over any stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from server.errors import ModelError
from server.models.timeouts import limit_silence

FOREVER = 3600.0


class Words:
    """Yields words after their waits and remembers that it was closed."""

    def __init__(self, *waits: float) -> None:
        self.closed = False
        self._waits = waits

    async def stream(self) -> AsyncGenerator[str]:
        try:
            for wait in self._waits:
                await asyncio.sleep(wait)
                yield "word"
        finally:
            self.closed = True


async def test_a_stream_in_time_passes_unchanged() -> None:
    words = Words(0, 0, 0)
    assert [word async for word in limit_silence(words.stream(), 10, 10)] == ["word"] * 3


@pytest.mark.parametrize(
    ("waits", "limits", "seen", "message"),
    [
        ((FOREVER,), (0.01, FOREVER), 0, "The model did not begin to answer within 0.01 s."),
        ((0, FOREVER), (FOREVER, 0.01), 1, "The model did not go on within 0.01 s."),
    ],
)
async def test_silence_ends_the_stream(
    waits: tuple[float, ...], limits: tuple[float, float], seen: int, message: str
) -> None:
    words, heard = Words(*waits), []
    with pytest.raises(ModelError) as caught:
        async for word in limit_silence(words.stream(), *limits):
            heard.append(word)  # noqa: PERF401 - what came before the error counts

    assert (caught.value.reason, caught.value.message) == ("TIMED_OUT", message)
    assert len(heard) == seen
    assert words.closed


async def test_a_slow_reader_is_no_silence() -> None:
    async for _ in limit_silence(Words(0, 0, 0).stream(), 0.05, 0.05):
        await asyncio.sleep(0.1)


async def test_closing_closes_the_stream_below() -> None:
    words = Words(0, FOREVER)
    async with aclosing(limit_silence(words.stream(), FOREVER, FOREVER)) as events:
        await anext(events)
    assert words.closed
