"""A budget in one of its periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from server.domain import Budget
from server.ports import SpendWindow


@dataclass(frozen=True, slots=True)
class Limit:
    """A budget with its window of one period, which begins at `start`."""

    budget: Budget
    start: datetime
    window: SpendWindow

    @classmethod
    def at(cls, budget: Budget, moment: datetime) -> Limit:
        """In the period that `moment` lies in."""
        start = budget.period.start(moment)
        key = f"{quote(budget.tenant, safe='')}/{budget.id}/{start:%Y-%m-%d}"
        return cls(budget, start, SpendWindow(key, budget.hard_nanos, budget.period.end(moment)))
