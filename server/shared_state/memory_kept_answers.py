"""Kept answers of one process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class MemoryKeptAnswers:
    """The `most` answers that were used last; each is gone when its time is over."""

    def __init__(self, most: int = 50_000, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds from any start."""
        self._most = most
        self._clock = clock
        self._turns: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def get(self, key: str) -> str | None:
        turn_id, ends = self._turns.get(key, ("", 0.0))
        if not turn_id:
            return None
        if ends <= self._clock():
            del self._turns[key]
            return None
        self._turns.move_to_end(key)
        return turn_id

    async def put(self, key: str, turn_id: str, *, seconds: float) -> None:
        self._turns[key] = turn_id, self._clock() + seconds
        self._turns.move_to_end(key)
        while len(self._turns) > self._most:
            self._turns.popitem(last=False)

    async def close(self) -> None:
        """Nothing is held but memory."""
