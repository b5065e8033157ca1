"""Breakers that replicas share through Redis or Valkey: what one of them learns, all know."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from server.ports import BreakerPosition, BreakerState
from server.shared_state.breaker_policy import BreakerPolicy
from server.shared_state.redis_reach import OutOfReach, RedisReach

KEY_PREFIX = "nightdesk:breaker:"
LONGEST_WAIT = 0.25
"""Seconds that Redis may take before a call is made without it."""

# A breaker is one key with one JSON object, so that any number of them fit a cluster. The clock is the server's, so
# that replicas agree. Arguments: window, slice seconds, slices, minimum, share, consecutive, open seconds, longest open
# seconds, probes, good probes, probe seconds, seconds to live, the row's share.
_COMMON = """
local window, slice, slices, minimum, share, consecutive = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]),
  tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local open_seconds, longest, probes, good_probes = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]),
  tonumber(ARGV[10])
local probe_seconds, live, consecutive_share = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local kept = redis.call('GET', KEYS[1])
local b = kept and cjson.decode(kept) or {slices = {}, row = 0, open_until = 0, openings = 0, probes = {}, good = 0}
local function save() redis.call('SET', KEYS[1], cjson.encode(b), 'EX', live) end
-- A slice is its number, calls, failures, and calls under way: those admitted in it less those that ended in it.
local function newest()
  local number = math.floor(now / slice)
  local recent = {}
  for _, each in ipairs(b.slices) do if each[1] > number - slices then table.insert(recent, each) end end
  if #recent == 0 or recent[#recent][1] ~= number then table.insert(recent, {number, 0, 0, 0}) end
  b.slices = recent
  return recent[#recent]
end
"""
_ADMIT = (
    _COMMON
    + """
if b.open_until == 0 then
  local current = newest()
  current[4] = current[4] + 1
  save()
  return 1
end
if now < b.open_until then return 0 end
local running = {}
for _, runs_out in ipairs(b.probes) do if runs_out > now then table.insert(running, runs_out) end end
if #running >= probes then return 0 end
table.insert(running, now + probe_seconds)
b.probes = running
save()
return 1
"""
)
_REPORT = (
    _COMMON
    + """
local outcome = ARGV[14]
local function open()
  b.open_until = now + math.min(open_seconds * 2 ^ b.openings, longest)
  b.openings, b.probes, b.good = b.openings + 1, {}, 0
  save()
end
if b.open_until ~= 0 then
  if outcome == 'broken_off' then
    if now >= b.open_until and b.good > 0 then open() end
    return
  end
  if now < b.open_until or #b.probes == 0 then return end
  table.remove(b.probes, 1)
  if outcome == 'failed' then return open() end
  if outcome == 'ok' then b.good = b.good + 1 end
  if b.good >= good_probes then redis.call('DEL', KEYS[1]) else save() end
  return
end
local current = newest()
if outcome ~= 'broken_off' then
  current[4] = current[4] - 1
  if outcome == 'cancelled' then return save() end
  current[2] = current[2] + 1
end
if outcome == 'ok' then b.row = 0 else current[3], b.row = current[3] + 1, b.row + 1 end
local calls, failures, under_way = 0, 0, 0
for _, each in ipairs(b.slices) do
  calls, failures, under_way = calls + each[2], failures + each[3], under_way + each[4]
end
under_way = math.max(0, under_way)
if b.row >= math.max(consecutive, consecutive_share * calls, share * under_way)
  or (outcome ~= 'ok' and calls >= minimum and failures >= share * (calls + under_way)) then
  return open()
end
save()
"""
)
_STATE = (
    _COMMON
    + """
if b.open_until == 0 then return '' end
return tostring(b.open_until - now)
"""
)
_OUTCOMES = {True: "ok", False: "failed", None: "cancelled"}


class RedisBreakers:
    """The port's Breakers in Redis; each operation is one atomic script.

    While Redis cannot be reached every call is admitted and nothing is counted: a breaker saves time and spares a
    provider, and no answer is wrong without it. The client belongs to who made it.
    """

    def __init__(self, client: Redis, policy: BreakerPolicy | None = None, prefix: str = KEY_PREFIX) -> None:
        self._policy = policy or BreakerPolicy()
        self._prefix = prefix
        self._admit = client.register_script(_ADMIT)
        self._report = client.register_script(_REPORT)
        self._state = client.register_script(_STATE)
        self._arguments = _arguments(self._policy)
        self._reach = RedisReach("breakers", effect="every call is admitted", timeout=LONGEST_WAIT)

    async def admit(self, deployment: str) -> bool:
        answer = await self._run(self._admit, deployment)
        return answer is None or answer == 1

    async def report(self, deployment: str, ok: bool | None) -> None:
        await self._run(self._report, deployment, _OUTCOMES[ok])

    async def report_broken_off(self, deployment: str) -> None:
        await self._run(self._report, deployment, "broken_off")

    async def states(self, deployments: Sequence[str]) -> list[BreakerState]:
        return [_parsed(await self._run(self._state, deployment)) for deployment in deployments]

    async def close(self) -> None:
        """The client is closed by who made it."""

    async def _run(self, script: AsyncScript, deployment: str, *arguments: str) -> object:
        """What the script answers; None where Redis cannot be reached."""
        try:
            async with self._reach.asking():
                answer: object = await script(keys=[self._prefix + deployment], args=[*self._arguments, *arguments])
        except OutOfReach:
            return None
        return answer


def _arguments(policy: BreakerPolicy) -> list[str | int | float]:
    seconds_to_live = 2 * (policy.window + policy.longest_open_seconds + policy.probe_seconds)
    return [
        policy.window,
        policy.slice_seconds,
        policy.slices,
        policy.minimum,
        policy.failure_share,
        policy.consecutive,
        policy.open_seconds,
        policy.longest_open_seconds,
        policy.probes,
        policy.good_probes,
        policy.probe_seconds,
        max(1, round(seconds_to_live)),
        policy.consecutive_share,
    ]


def _parsed(answer: object) -> BreakerState:
    """Seconds until a probe is let through, in decimal digits; empty where the breaker is closed."""
    text = answer.decode() if isinstance(answer, bytes) else str(answer or "")
    if not text:
        return BreakerState(BreakerPosition.CLOSED)
    remaining = float(text)
    if remaining <= 0:
        return BreakerState(BreakerPosition.HALF_OPEN)
    return BreakerState(BreakerPosition.OPEN, datetime.fromtimestamp(time.time() + remaining, UTC))
