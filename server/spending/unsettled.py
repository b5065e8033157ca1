"""Calls that the ledger has, or will have in a moment, and the counters do not have yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from server.spending.limits import Limit


class Unsettled:
    """By reservation, the limits that a call is to be settled in: None until they are chosen.

    They are chosen once. So a window that is seeded knows which calls are still to come to it, whose cost its seed must
    leave out, and which will not, because its budget was made after their choice.
    """

    def __init__(self) -> None:
        self._limits: dict[str, Sequence[Limit] | None] = {}

    @contextmanager
    def waiting(self, reservation: str) -> Iterator[None]:
        """For as long as the call may be in the ledger and not in the counters; begun before it is written down."""
        if reservation in self._limits:
            yield
            return
        self._limits[reservation] = None
        try:
            yield
        finally:
            del self._limits[reservation]

    def limits(self, reservation: str, choose: Callable[[], Sequence[Limit]]) -> Sequence[Limit]:
        """What was chosen for it, by `choose` the first time."""
        chosen = self._limits.get(reservation)
        if chosen is None:
            chosen = choose()
            if reservation in self._limits:
                self._limits[reservation] = chosen
        return chosen

    def to_come(self, window: str) -> list[str]:
        """The calls that are still to be settled in the window of this key."""
        return [
            reservation
            for reservation, limits in self._limits.items()
            if limits is None or any(limit.window.key == window for limit in limits)
        ]
