"""A Redis that fails or hangs is left alone, so that it costs one turn a moment and not every turn."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from server.shared_state.redis_reach import OUTAGE_SECONDS, OutOfReach, RedisReach


class Redis:
    """What is behind a RedisReach here: it works, is away, or hangs."""

    def __init__(self, *, failures: int = 1) -> None:
        self.now = 0.0
        self.state = "works"
        self.asked = 0
        self.reach = RedisReach(
            "counters", effect="nothing is counted", timeout=0.01, failures=failures, clock=lambda: self.now
        )

    async def ask(self) -> bool:
        """Whether it answered."""
        try:
            async with self.reach.asking():
                self.asked += 1
                if self.state == "hangs":
                    await asyncio.Event().wait()
                if self.state == "away":
                    raise RedisConnectionError("refused")
        except OutOfReach:
            return False
        return True


@pytest.mark.parametrize("state", ["away", "hangs"])
async def test_after_a_failure_it_is_not_asked_for_a_while(state: str) -> None:
    redis = Redis()
    redis.state = state

    assert [await redis.ask() for _ in range(5)] == [False] * 5
    assert redis.asked == 1
    redis.now += OUTAGE_SECONDS
    assert [await redis.ask() for _ in range(5)] == [False] * 5
    assert redis.asked == 2


async def test_in_an_outage_one_asks_and_the_others_do_not_wait_for_it() -> None:
    redis = Redis()
    redis.state = "hangs"
    await redis.ask()
    redis.now += OUTAGE_SECONDS

    await asyncio.gather(*(redis.ask() for _ in range(20)))

    assert redis.asked == 2


async def test_an_outage_is_logged_once_and_so_is_its_end() -> None:
    redis = Redis()
    redis.state = "away"

    with capture_logs() as logs:
        for _ in range(3):
            await redis.ask()
            redis.now += OUTAGE_SECONDS
        redis.state = "works"
        assert await redis.ask()
        assert await redis.ask()

    assert [(entry["event"], entry["log_level"]) for entry in logs] == [
        ("counters_out_of_reach", "warning"),
        ("counters_within_reach", "info"),
    ]


async def test_only_failures_in_a_row_are_an_outage_where_it_is_told_so() -> None:
    redis = Redis(failures=3)
    for state in ("away", "away", "works", "away", "away"):
        redis.state = state
        assert await redis.ask() is (state == "works")
    assert redis.asked == 5

    redis.state = "away"
    assert [await redis.ask() for _ in range(3)] == [False] * 3
    assert redis.asked == 6


async def test_an_error_of_the_caller_is_no_outage() -> None:
    redis = Redis()
    with pytest.raises(LookupError):
        async with redis.reach.asking():
            raise LookupError("window")

    assert await redis.ask()
