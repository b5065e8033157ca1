"""What is spent and reserved, in Redis or Valkey: for any number of replicas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from server.errors import Unavailable
from server.ports import SpendAmounts, SpendWindow
from server.shared_state.redis_reach import OutOfReach, RedisReach

PREFIX = "nightdesk:{spend-by-ledger}:"
"""The braces put all keys into one slot of a cluster: a script wants the keys of its call together."""
KEPT_AFTER_END_MS = 24 * 3600 * 1000
"""A window is kept so long after its end, so that calls that were under way then are still settled in it; a reservation
is known as settled for as long."""
MAX_NANOS = 2**53 - 1
"""Scripts compare numbers as doubles, which hold every integer up to here (9,007,199 dollars). The sums themselves are
kept by Redis in 64 bits; one beyond this bound is still greater than any limit, so that rounding lets no call pass."""
OUTAGE_FAILURES = 3
"""So many in a row before Redis is left alone: a call under a hard limit is refused then without asking."""

_ALLOWED = 0
_UNKNOWN = -1

# A window has three keys: a hash of its sums and each ledger's seed, a hash of nanos by reservation, and the
# reservations by the time of the server at which they run out. Amounts stay the strings that they came as: a number
# that Lua writes loses digits.
_COMMON = """
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function release(sums, held, ends, reservation)
  local nanos = redis.call('HGET', held, reservation)
  if nanos then
    redis.call('HDEL', held, reservation)
    redis.call('ZREM', ends, reservation)
    if nanos ~= '0' then redis.call('HINCRBY', sums, 'reserved', '-' .. nanos) end
  end
end

local function drop_ended(sums, held, ends)
  for _, reservation in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now())) do
    release(sums, held, ends, reservation)
  end
end
"""

# KEYS: sums. ARGV: ledger, nanos, when to forget (ms).
_SEED = """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'spent', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'reserved', '0')
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
end
"""

# KEYS: settled, then sums, held, ends of each window. ARGV: reservation, nanos, ms to hold, ledger, then hard limit (or
# empty) and when to forget (ms) of each window. Returns 0, -1 where a window is unknown, or the place of the one that
# refused.
_RESERVE = (
    _COMMON
    + """
for place = 2, #KEYS, 3 do
  if redis.call('HEXISTS', KEYS[place], ARGV[4]) == 0 then return -1 end
end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for place = 2, #KEYS, 3 do
  drop_ended(KEYS[place], KEYS[place + 1], KEYS[place + 2])
  local window = (place + 1) / 3
  local hard = ARGV[3 + 2 * window]
  if hard ~= '' and redis.call('HEXISTS', KEYS[place + 1], ARGV[1]) == 0 then
    local sums = redis.call('HMGET', KEYS[place], 'spent', 'reserved')
    if tonumber(sums[1]) + tonumber(sums[2]) + tonumber(ARGV[2]) > tonumber(hard) then return window end
  end
end
for place = 2, #KEYS, 3 do
  local forget_at = ARGV[4 + 2 * (place + 1) / 3]
  if redis.call('HSETNX', KEYS[place + 1], ARGV[1], ARGV[2]) == 1 then
    redis.call('ZADD', KEYS[place + 2], now() + ARGV[3], ARGV[1])
    redis.call('HINCRBY', KEYS[place], 'reserved', ARGV[2])
    redis.call('PEXPIREAT', KEYS[place + 1], forget_at)
    redis.call('PEXPIREAT', KEYS[place + 2], forget_at)
  end
end
return 0
"""
)

# KEYS: settled, then sums, held, ends of each window. ARGV: reservation, nanos, ms to know it as settled, ledger.
# Returns 0, or -1 where a window is unknown.
_SETTLE = (
    _COMMON
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for place = 2, #KEYS, 3 do
  if redis.call('HEXISTS', KEYS[place], ARGV[4]) == 0 then return -1 end
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[3])
for place = 2, #KEYS, 3 do
  release(KEYS[place], KEYS[place + 1], KEYS[place + 2], ARGV[1])
  redis.call('HINCRBY', KEYS[place], 'spent', ARGV[2])
end
return 0
"""
)

# KEYS: sums, held, ends of each window. ARGV: ledger. Returns spent and reserved of each, as strings; false where it is
# unknown.
_AMOUNTS = (
    _COMMON
    + """
local amounts = {}
for place = 1, #KEYS, 3 do
  drop_ended(KEYS[place], KEYS[place + 1], KEYS[place + 2])
  local sums = redis.call('HMGET', KEYS[place], 'spent', 'reserved', ARGV[1])
  amounts[#amounts + 1] = sums[3] and sums[1]
  amounts[#amounts + 1] = sums[3] and sums[2]
end
return amounts
"""
)


class RedisSpendCounters:
    """Counters that replicas share. Every change is one script, and may be sent twice without harm.

    `client` is closed by whoever made it. `ledger` is the id of the ledger that this process seeds from:
    servers with ledgers of their own each add their sum to a window. Every method raises Unavailable where Redis cannot
    be asked.
    """

    def __init__(self, client: Redis, *, ledger: str) -> None:
        self._ledger = f"ledger:{ledger}"
        self._seed, self._reserve, self._settle, self._amounts = (
            client.register_script(script) for script in (_SEED, _RESERVE, _SETTLE, _AMOUNTS)
        )
        self._reach = RedisReach(
            "spend_counters",
            effect="soft limits go by the ledger, hard limits refuse",
            # In a rush calls wait for one another: a limit for all of it would take that for an outage.
            timeout=None,
            failures=OUTAGE_FAILURES,
        )

    async def seed(self, window: SpendWindow, spent_nanos: int) -> None:
        await self._run(self._seed, _keys([window])[:1], [self._ledger, spent_nanos, _forget_at(window)])

    async def reserve(
        self, reservation: str, nanos: int, windows: Sequence[SpendWindow], *, seconds: float
    ) -> SpendWindow | None:
        """Raises ValueError for an amount or a limit above MAX_NANOS."""
        arguments: list[str | int] = [reservation, _checked(nanos), int(seconds * 1000), self._ledger]
        for window in windows:
            arguments += ["" if window.hard_nanos is None else _checked(window.hard_nanos), _forget_at(window)]
        refused = await self._run(self._reserve, [_settled_key(reservation), *_keys(windows)], arguments)
        if refused == _UNKNOWN:
            raise LookupError(windows[0].key)
        return None if refused == _ALLOWED else windows[refused - 1]

    async def settle(self, reservation: str, nanos: int, windows: Sequence[SpendWindow]) -> None:
        keys = [_settled_key(reservation), *_keys(windows)]
        arguments: list[str | int] = [reservation, _checked(nanos), KEPT_AFTER_END_MS, self._ledger]
        if await self._run(self._settle, keys, arguments) == _UNKNOWN:
            raise LookupError(windows[0].key)

    async def amounts(self, windows: Sequence[SpendWindow]) -> list[SpendAmounts]:
        told = await self._run(self._amounts, _keys(windows), [self._ledger])
        if None in told:
            raise LookupError(windows[told.index(None) // 2].key)
        return [SpendAmounts(int(spent), int(reserved)) for spent, reserved in zip(told[::2], told[1::2], strict=True)]

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def _run(self, script: AsyncScript, keys: list[str], arguments: Sequence[str | int]) -> Any:
        try:
            async with self._reach.asking():
                return await script(keys=keys, args=arguments)
        except OutOfReach as error:
            raise Unavailable(
                f"The spending counters cannot be reached: {error}.",
                reason="SPEND_COUNTERS_UNAVAILABLE",
                fix="Check NIGHTDESK_REDIS_URL and what is behind it; no call under a hard limit is made until then.",
            ) from error


def _keys(windows: Sequence[SpendWindow]) -> list[str]:
    """The three keys of each window, in order."""
    return [f"{PREFIX}{window.key}:{part}" for window in windows for part in ("sums", "held", "ends")]


def _settled_key(reservation: str) -> str:
    return f"{PREFIX}settled:{reservation}"


def _forget_at(window: SpendWindow) -> int:
    return int(window.ends_at.timestamp() * 1000) + KEPT_AFTER_END_MS


def _checked(nanos: int) -> int:
    if not 0 <= nanos <= MAX_NANOS:
        raise ValueError(f"{nanos} billionths are not from 0 to {MAX_NANOS}.")
    return nanos
