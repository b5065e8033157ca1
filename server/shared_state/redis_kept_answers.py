"""Kept answers that all replicas share, in Redis or Valkey."""

from __future__ import annotations

from redis.asyncio import Redis

from server.shared_state.redis_reach import OutOfReach, RedisReach

PREFIX = "nightdesk:answer:"


class RedisKeptAnswers:
    """One string a question, which Redis lets expire. Where Redis fails or is slow every question is new."""

    def __init__(self, client: Redis, *, timeout: float = 0.25) -> None:
        """`timeout` is in seconds. The client belongs to the caller."""
        self._client = client
        self._reach = RedisReach("kept_answers", effect="every question is new", timeout=timeout)

    async def get(self, key: str) -> str | None:
        try:
            async with self._reach.asking():
                found = await self._client.get(PREFIX + key)
        except OutOfReach:
            return None
        return found.decode() if isinstance(found, bytes) else found

    async def put(self, key: str, turn_id: str, *, seconds: float) -> None:
        try:
            async with self._reach.asking():
                await self._client.set(PREFIX + key, turn_id, px=max(1, round(seconds * 1000)))
        except OutOfReach:
            return

    async def close(self) -> None:
        """The client is closed by whom it belongs to."""
