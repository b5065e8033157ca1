"""When a deployment that failed is asked again, and how often all turns together may do so."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from server.errors import ModelError

RETRYABLE = frozenset({"RATE_LIMITED", "UNAVAILABLE"})
"""What may be gone in a moment. A timeout is not among them: it has cost the customer's patience already."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter: before try n, a random wait of up to `base` * 2**(n-1), at most `ceiling`.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. Seconds throughout.
    `attempts` are those of one deployment in one turn, the first included. A provider that asks for a wait of more than
    `longest_wait` is not asked again.
    """

    attempts: int = 3
    base: float = 0.25
    ceiling: float = 2.0
    longest_wait: float = 3.0

    def wait(self, error: ModelError, attempts_made: int) -> float | None:
        """Seconds until the deployment may be asked again; None where it should not be."""
        if error.reason not in RETRYABLE or attempts_made >= self.attempts:
            return None
        asked_for = error.retry_after or 0.0
        if asked_for > self.longest_wait:
            return None
        # On top of what was asked for, so that all who were told the same do not come back at once.
        return asked_for + random.uniform(0, min(self.ceiling, self.base * 2 ** (attempts_made - 1)))


class RetryBudget:
    """A token bucket that all turns share: retries are at most `share` of the calls, and `floor` a second besides.

    Every call puts `share` of a token in, every retry takes one out; the bucket holds what `seconds` of the floor and
    `largest` calls put in. So a provider that is down is not asked three times as often as one that is well.
    Source: Finagle's RetryBudget (20 % and a floor a second, 10 s); gRPC's retry throttling (A6) is its sibling.
    """

    def __init__(
        self,
        share: float = 0.2,
        floor: float = 1.0,
        seconds: float = 10.0,
        largest: int = 500,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._share = share
        self._floor = floor
        self._capacity = floor * seconds + share * largest
        self._clock = clock
        self._tokens = floor * seconds
        self._counted_at = clock()

    def deposit(self) -> None:
        """A call is made that is no retry."""
        self._tokens = min(self._capacity, self._tokens + self._share)

    def withdraw(self) -> bool:
        """Whether one retry may be made; it is counted."""
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + self._floor * (now - self._counted_at))
        self._counted_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
