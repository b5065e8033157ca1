"""Breakers of this process alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from server.ports import BreakerPosition, BreakerState
from server.shared_state.breaker_policy import BreakerPolicy


@dataclass(slots=True)
class _Slice:
    number: int
    calls: int = 0
    failures: int = 0
    under_way: int = 0
    """Those that were admitted in it, less those that ended in it."""


@dataclass(slots=True)
class _Breaker:
    """One deployment's. `open_until` is 0 while closed; in the past, it is half open."""

    slices: list[_Slice] = field(default_factory=list)
    failures_in_a_row: int = 0
    open_until: float = 0.0
    openings: int = 0
    probes: list[float] = field(default_factory=list)
    """When each call that is let through while half open runs out."""
    good_probes: int = 0


class MemoryBreakers:
    """The port's Breakers for one process; `clock` gives seconds that never go back."""

    def __init__(self, policy: BreakerPolicy | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy or BreakerPolicy()
        self._clock = clock
        self._breakers: dict[str, _Breaker] = {}

    async def admit(self, deployment: str) -> bool:
        breaker = self._breakers.setdefault(deployment, _Breaker())
        now = self._clock()
        if not breaker.open_until:
            self._newest(breaker, now).under_way += 1
            return True
        if now < breaker.open_until:
            return False
        breaker.probes = [runs_out for runs_out in breaker.probes if runs_out > now]
        if len(breaker.probes) >= self._policy.probes:
            return False
        breaker.probes.append(now + self._policy.probe_seconds)
        return True

    async def report(self, deployment: str, ok: bool | None) -> None:
        breaker = self._breakers.setdefault(deployment, _Breaker())
        now = self._clock()
        if breaker.open_until:
            self._report_probe(breaker, ok, now)
        else:
            newest = self._newest(breaker, now)
            newest.under_way -= 1
            newest.calls += ok is not None
            if ok is not None:
                self._judge(breaker, ok, now)

    async def report_broken_off(self, deployment: str) -> None:
        breaker = self._breakers.setdefault(deployment, _Breaker())
        now = self._clock()
        if not breaker.open_until:
            self._newest(breaker, now)
            self._judge(breaker, False, now)
        elif now >= breaker.open_until and breaker.good_probes:
            self._open(breaker, now)

    async def states(self, deployments: Sequence[str]) -> list[BreakerState]:
        return [self._state(self._breakers.get(deployment)) for deployment in deployments]

    async def close(self) -> None:
        """Nothing is open."""

    def _newest(self, breaker: _Breaker, now: float) -> _Slice:
        """The slice that `now` lies in, after those that the window has left are dropped."""
        number = int(now / self._policy.slice_seconds)
        breaker.slices = [each for each in breaker.slices if each.number > number - self._policy.slices]
        if not breaker.slices or breaker.slices[-1].number != number:
            breaker.slices.append(_Slice(number))
        return breaker.slices[-1]

    def _judge(self, breaker: _Breaker, ok: bool, now: float) -> None:
        """Whether what is known now opens the breaker."""
        policy = self._policy
        breaker.slices[-1].failures += not ok
        breaker.failures_in_a_row = 0 if ok else breaker.failures_in_a_row + 1
        calls = sum(each.calls for each in breaker.slices)
        failures = sum(each.failures for each in breaker.slices)
        under_way = max(0, sum(each.under_way for each in breaker.slices))
        in_a_row, share = breaker.failures_in_a_row, policy.failure_share
        row_opens = max(policy.consecutive, policy.consecutive_share * calls, share * under_way)
        if in_a_row >= row_opens or (not ok and calls >= policy.minimum and failures >= share * (calls + under_way)):
            self._open(breaker, now)

    def _report_probe(self, breaker: _Breaker, ok: bool | None, now: float) -> None:
        """Calls that were let through before the breaker opened, and end now, say nothing new."""
        if now < breaker.open_until or not breaker.probes:
            return
        breaker.probes.pop(0)
        if ok is False:
            self._open(breaker, now)
        elif ok:
            breaker.good_probes += 1
            if breaker.good_probes >= self._policy.good_probes:
                self._close(breaker)

    def _open(self, breaker: _Breaker, now: float) -> None:
        seconds = min(self._policy.open_seconds * 2**breaker.openings, self._policy.longest_open_seconds)
        breaker.open_until = now + seconds
        breaker.openings += 1
        breaker.probes, breaker.good_probes = [], 0

    def _close(self, breaker: _Breaker) -> None:
        breaker.open_until, breaker.openings, breaker.failures_in_a_row = 0.0, 0, 0
        breaker.slices, breaker.probes, breaker.good_probes = [], [], 0

    def _state(self, breaker: _Breaker | None) -> BreakerState:
        if breaker is None or not breaker.open_until:
            return BreakerState(BreakerPosition.CLOSED)
        remaining = breaker.open_until - self._clock()
        if remaining <= 0:
            return BreakerState(BreakerPosition.HALF_OPEN)
        return BreakerState(BreakerPosition.OPEN, datetime.now(UTC) + timedelta(seconds=remaining))
