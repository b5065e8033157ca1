"""What callers' last messages looked like, for all replicas, in Redis or Valkey."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import cast

from redis.asyncio import Redis

from server.errors import Unavailable
from server.ports import MOST_ENTRIES
from server.shared_state.redis_reach import OutOfReach, RedisReach

PREFIX = "nightdesk:caller:"
_NONCE_BYTES = 6

# One sorted set a caller, by the server's time in microseconds, so that replicas agree. ARGV: entry, seconds, most.
_ADD = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2] * 1000000)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -(ARGV[3] + 1))
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[2] * 1000))
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""


class RedisCallerHistory:
    """The port's CallerHistory in Redis, which forgets a caller when the window has passed since its last message."""

    def __init__(self, client: Redis, *, timeout: float = 0.1) -> None:
        """`timeout`: the seconds that Redis may take. The client belongs to the caller."""
        self._add = client.register_script(_ADD)
        self._reach = RedisReach("caller_history", effect="callers are not watched", timeout=timeout)

    async def add(self, caller: str, entry: bytes, *, seconds: float) -> Sequence[bytes]:
        # Members of a set are unique, entries need not be.
        member = secrets.token_bytes(_NONCE_BYTES) + entry
        try:
            async with self._reach.asking():
                kept = await self._add(keys=[PREFIX + caller], args=[member, seconds, MOST_ENTRIES])
        except OutOfReach as error:
            raise Unavailable(
                f"Redis cannot be reached: {error}.",
                reason="REDIS_UNAVAILABLE",
                fix="Start it, or correct NIGHTDESK_REDIS_URL.",
            ) from None
        return [each[_NONCE_BYTES:] for each in cast("list[bytes]", kept)]

    async def close(self) -> None:
        """The client is closed by whom it belongs to."""
