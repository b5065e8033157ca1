"""How long each stage of a turn took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Writes seconds by stage into `timings`."""

    def __init__(self, timings: dict[str, float]) -> None:
        self._timings = timings
        self._start = perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block; also when it raises."""
        start = perf_counter()
        try:
            yield
        finally:
            self._timings[name] = perf_counter() - start

    def mark(self, name: str) -> None:
        """Note the time since the turn began, the first time only."""
        self._timings.setdefault(name, perf_counter() - self._start)
