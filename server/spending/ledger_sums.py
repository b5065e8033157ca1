"""What the ledger has of a budget's period, for the time that counters are out of reach."""

from __future__ import annotations

import time
from collections.abc import Callable

from server.ledger.charges import ChargeLedger
from server.spending.limits import Limit

KEPT_SECONDS = 5.0
"""A month's sum is not worth a query for each turn."""


class LedgerSums:
    """Sums of charges, each read at most every KEPT_SECONDS; `clock` gives seconds that never go back."""

    def __init__(self, charges: ChargeLedger, clock: Callable[[], float] = time.monotonic) -> None:
        self._charges = charges
        self._clock = clock
        self._sums: dict[str, tuple[float, int]] = {}

    async def spent_nanos(self, limit: Limit) -> int:
        """What the budget's account has spent in the limit's period."""
        budget, window = limit.budget, limit.window
        now = self._clock()
        self._sums = {key: kept for key, kept in self._sums.items() if kept[0] > now - KEPT_SECONDS}
        if window.key not in self._sums:
            spent = await self._charges.spent_nanos(budget.tenant, budget.key, limit.start, window.ends_at)
            self._sums[window.key] = now, spent
        return self._sums[window.key][1]
