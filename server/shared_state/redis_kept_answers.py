"""Kept answers that all replicas share, in Redis or Valkey."""

from __future__ import annotations

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

PREFIX = "nightdesk:answer:"

log = structlog.get_logger()


class RedisKeptAnswers:
    """One string a question, which Redis lets expire. Where Redis fails or is slow every question is new, which is
    logged once an outage."""

    def __init__(self, client: Redis, *, timeout: float = 0.25) -> None:
        """`timeout` is in seconds. The client belongs to the caller."""
        self._client = client
        self._timeout = timeout
        self._failing: set[str] = set()

    async def get(self, key: str) -> str | None:
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._client.get(PREFIX + key)
        except (RedisError, OSError, TimeoutError) as error:
            self._note_failure("get", error)
            return None
        self._failing.discard("get")
        return found.decode() if isinstance(found, bytes) else found

    async def put(self, key: str, turn_id: str, *, seconds: float) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await self._client.set(PREFIX + key, turn_id, px=max(1, round(seconds * 1000)))
        except (RedisError, OSError, TimeoutError) as error:
            self._note_failure("put", error)
            return
        self._failing.discard("put")

    async def close(self) -> None:
        """The client is closed by whom it belongs to."""

    def _note_failure(self, doing: str, error: Exception) -> None:
        if doing not in self._failing:
            self._failing.add(doing)
            log.warning("kept_answers_failing", doing=doing, error=str(error) or type(error).__name__)
