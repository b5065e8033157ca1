"""First-token, idle and total timeouts of one stream."""

from __future__ import annotations

import asyncio

import pytest

from server.errors import ModelError
from server.models.endpoint import Timeouts
from server.models.timeouts import StreamClock

FOREVER = 3600.0


def clock(first_token: float = FOREVER, idle: float = FOREVER, total: float = FOREVER) -> StreamClock:
    return StreamClock(Timeouts(first_token, idle, total), "strong (gpt-5)")


async def timed_out(watch: StreamClock) -> str:
    with pytest.raises(ModelError) as caught:
        await watch.wait(asyncio.sleep(FOREVER))
    assert caught.value.reason == "TIMED_OUT"
    assert isinstance(caught.value, ModelError)
    return caught.value.message


async def test_what_comes_in_time_passes() -> None:
    watch = clock(1, 1, 1)
    assert await watch.wait(asyncio.sleep(0, "text")) == "text"
    watch.stop()


async def test_silence_before_the_first_text() -> None:
    assert await timed_out(clock(first_token=0.01)) == "strong (gpt-5) did not begin to answer within 0.01 s."


async def test_silence_between_two_texts_counts_from_the_last_one() -> None:
    watch = clock(idle=0.02)
    await watch.wait(asyncio.sleep(0.05))
    watch.heard()
    assert await timed_out(watch) == "strong (gpt-5) did not go on within 0.02 s."


async def test_pings_are_no_text() -> None:
    watch = clock(first_token=0.05)
    with pytest.raises(ModelError):
        for _ in range(100):
            await watch.wait(asyncio.sleep(0.005))


async def test_a_stream_that_never_pauses_ends_with_the_total() -> None:
    watch = clock(idle=0.5, total=0.05)
    with pytest.raises(ModelError) as caught:
        for _ in range(100):
            await watch.wait(asyncio.sleep(0.005))
            watch.heard()
    assert "did not finish within 0.05 s" in str(caught.value)


async def test_a_slow_reader_is_no_silence() -> None:
    watch = clock(0.05, 0.05, 0.1)
    for _ in range(3):
        await watch.wait(asyncio.sleep(0))
        watch.heard()
        await asyncio.sleep(0.1)
    watch.stop()


async def test_the_timer_of_the_first_token_does_not_make_the_idle_one_late() -> None:
    watch = clock(first_token=FOREVER, idle=0.01)
    await watch.wait(asyncio.sleep(0))
    watch.heard()
    async with asyncio.timeout(1):
        assert "did not go on" in await timed_out(watch)


async def test_a_cancelled_reader_is_cancelled_and_not_timed_out() -> None:
    watch = clock()
    reading = asyncio.create_task(watch.wait(asyncio.sleep(FOREVER)))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    watch.stop()


async def test_after_a_timeout_the_task_goes_on_as_if_never_cancelled() -> None:
    await timed_out(clock(first_token=0.01))
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_each_wait_may_be_of_another_task() -> None:
    watch = clock(first_token=0.5, idle=0.02)
    await asyncio.create_task(watch.wait(asyncio.sleep(0)))
    watch.heard()
    assert "did not go on" in await asyncio.create_task(timed_out(watch))
