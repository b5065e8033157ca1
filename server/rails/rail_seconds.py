"""For how long each rail held the event loop, as a histogram of /metrics."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client import Counter
from prometheus_client.core import REGISTRY, HistogramMetricFamily
from prometheus_client.registry import Collector

BOUNDS = (0.0001, 0.001, 0.01, 0.1, 1.0)
"""Upper bounds of the buckets, in seconds."""
NAME = "nightdesk_rail_hold_seconds"

OVERRUNS = Counter("nightdesk_rail_overruns_total", "Rails that were ended for holding the event loop.", ["rail"])


class RailSeconds(Collector):
    """Counts in plain lists: rails run some two hundred times an answer, and prometheus_client's own histogram takes
    longer than most of them. Written by the event loop's thread alone."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def add(self, rail: str, seconds: float) -> None:
        try:
            self._counts[rail][0 if seconds <= BOUNDS[0] else bisect_left(BOUNDS, seconds)] += 1
            self._sums[rail] += seconds
        except KeyError:
            self._counts[rail], self._sums[rail] = [0] * (len(BOUNDS) + 1), 0.0
            self.add(rail, seconds)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """As of now, each bucket with those below it."""
        family = HistogramMetricFamily(
            NAME, "How long a rail computed in one go, while everything else waited.", labels=["rail"]
        )
        for rail, counts in list(self._counts.items()):
            below, buckets = 0, []
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
                below += count
                buckets.append((bound, float(below)))
            family.add_metric([rail], buckets, self._sums[rail])
        yield family


SECONDS = RailSeconds()
REGISTRY.register(SECONDS)
