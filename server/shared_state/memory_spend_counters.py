"""What is spent and reserved, in this process: for one server."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from server.ports import SpendAmounts, SpendWindow

KEPT_AFTER_END = 24 * 3600.0
"""Seconds that a window is kept after its end, so that calls that were under way then are still settled in it."""
KEPT_SETTLED = 3600.0
"""Seconds that a reservation is known as settled: nothing here is settled late, as a try never fails."""
SWEEP_SECONDS = 60.0


@dataclass(slots=True)
class _Window:
    spent_nanos: int
    forget_at: float
    reserved_nanos: int = 0
    held: dict[str, int] = field(default_factory=dict)
    """Nanos by reservation."""
    ends: list[tuple[float, str]] = field(default_factory=list)
    """A heap of when each reservation runs out; released ones stay in it until then."""

    def hold(self, reservation: str, nanos: int, until: float) -> None:
        if reservation not in self.held:
            self.held[reservation] = nanos
            self.reserved_nanos += nanos
            heapq.heappush(self.ends, (until, reservation))

    def release(self, reservation: str) -> None:
        self.reserved_nanos -= self.held.pop(reservation, 0)

    def drop_ended(self, now: float) -> None:
        while self.ends and self.ends[0][0] <= now:
            self.release(heapq.heappop(self.ends)[1])


class MemorySpendCounters:
    """Counters of one event loop: no method awaits anything, which makes each of them atomic.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._settled: dict[str, float] = {}
        """When each settled reservation may be forgotten."""
        self._swept_at = clock()

    async def seed(self, window: SpendWindow, spent_nanos: int) -> None:
        if window.key not in self._windows:
            self._windows[window.key] = _Window(spent_nanos, window.ends_at.timestamp() + KEPT_AFTER_END)

    async def reserve(
        self, reservation: str, nanos: int, windows: Sequence[SpendWindow], *, seconds: float
    ) -> SpendWindow | None:
        now = self._now()
        counts = [self._known(window, now) for window in windows]
        if reservation in self._settled:
            return None
        for window, count in zip(windows, counts, strict=True):
            wanted = 0 if reservation in count.held else nanos
            limit = window.hard_nanos
            if limit is not None and count.spent_nanos + count.reserved_nanos + wanted > limit:
                return window
        for count in counts:
            count.hold(reservation, nanos, now + seconds)
        return None

    async def settle(self, reservation: str, nanos: int, windows: Sequence[SpendWindow]) -> None:
        now = self._now()
        if reservation in self._settled:
            return
        counts = [self._known(window, now) for window in windows]
        self._settled[reservation] = now + KEPT_SETTLED
        for count in counts:
            count.release(reservation)
            count.spent_nanos += nanos

    async def amounts(self, windows: Sequence[SpendWindow]) -> list[SpendAmounts]:
        now = self._now()
        counts = [self._known(window, now) for window in windows]
        return [SpendAmounts(count.spent_nanos, count.reserved_nanos) for count in counts]

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _now(self) -> float:
        now = self._clock()
        if now >= self._swept_at + SWEEP_SECONDS:
            self._swept_at = now
            self._settled = {name: until for name, until in self._settled.items() if until > now}
            self._windows = {key: count for key, count in self._windows.items() if count.forget_at > now}
        return now

    def _known(self, window: SpendWindow, now: float) -> _Window:
        count = self._windows.get(window.key)
        if count is None:
            raise LookupError(window.key)
        count.drop_ended(now)
        return count
