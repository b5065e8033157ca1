"""What callers' last messages looked like, in this process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from server.ports import MOST_ENTRIES

MOST_IN_ALL = 100_000
"""Entries of all callers together: some 35 MB."""


class MemoryCallerHistory:
    """The port's CallerHistory for one process; `clock` gives seconds that never go back."""

    def __init__(self, most_in_all: int = MOST_IN_ALL, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_in_all = most_in_all
        self._clock = clock
        self._callers: OrderedDict[str, deque[tuple[float, bytes]]] = OrderedDict()
        self._count = 0

    async def add(self, caller: str, entry: bytes, *, seconds: float) -> Sequence[bytes]:
        now = self._clock()
        entries = self._callers.setdefault(caller, deque())
        self._callers.move_to_end(caller)
        entries.append((now, entry))
        self._count += 1
        while len(entries) > MOST_ENTRIES or entries[0][0] <= now - seconds:
            entries.popleft()
            self._count -= 1
        while self._count > self._most_in_all and len(self._callers) > 1:
            _, forgotten = self._callers.popitem(last=False)
            self._count -= len(forgotten)
        return [kept for _, kept in entries]

    async def close(self) -> None:
        """Nothing is held but memory."""
