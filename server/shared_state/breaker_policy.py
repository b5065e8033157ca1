"""When a breaker opens and closes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """A breaker opens when of the calls that ended in the last `window` seconds, at least `minimum` of them, the share
    `failure_share` failed, or when `consecutive` failed in a row, and `consecutive_share` of the window's calls: this
    tells a dead deployment soon at low traffic, and chance seldom makes it at high traffic.
    Calls under way may still go well: the failures must be that share of them and the others together. In a rush the
    first that is heard of is a few quick refusals, before any answer can have begun.

    It stays open for `open_seconds`, twice as long each time that its probes fail, at most `longest_open_seconds`.
    Then at most `probes` calls at a time are let through; `good_probes` that go well close it, one that fails opens it.
    A probe that nobody reports runs out after `probe_seconds`, which must be longer than a call may take.
    Source of the three positions: M. Nygard, "Release It!", 2007.
    """

    window: float = 30.0
    minimum: int = 10
    failure_share: float = 0.5
    consecutive: int = 5
    consecutive_share: float = 0.2
    open_seconds: float = 10.0
    longest_open_seconds: float = 60.0
    probes: int = 2
    good_probes: int = 2
    probe_seconds: float = 120.0

    slices: int = 10
    """The window moves on by a slice of it at a time."""

    @property
    def slice_seconds(self) -> float:
        return self.window / self.slices
