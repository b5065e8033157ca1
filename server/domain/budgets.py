"""How much may be spent, by whom, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Period(StrEnum):
    """Calendar periods, UTC."""

    DAY = "day"
    MONTH = "month"

    def start(self, moment: datetime) -> datetime:
        """When the period that `moment` lies in began."""
        midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight if self is Period.DAY else midnight.replace(day=1)

    def end(self, moment: datetime) -> datetime:
        """When the period that `moment` lies in ends, and what is spent counts from zero again."""
        start = self.start(moment)
        if self is Period.DAY:
            return datetime.fromordinal(start.toordinal() + 1).replace(tzinfo=UTC)
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays for a call: a tenant, and the name of the key that it came by."""

    tenant: str
    key: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What a tenant, or one of its keys, may spend in a period, in billionths of a US dollar.

    `key` is empty for all of the tenant's. From `soft_nanos` on turns are answered at less cost; no call is made that
    could pass `hard_nanos`. None means no such limit.
    """

    tenant: str
    key: str
    period: Period
    soft_nanos: int | None
    hard_nanos: int | None

    @property
    def id(self) -> str:
        """Unique within its tenant."""
        return f"key/{self.key}/{self.period}" if self.key else f"tenant/{self.period}"


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget with what its current period has seen.

    `reserved_nanos` is None where the counters are out of reach: `spent_nanos` is then what this server's ledger has.
    """

    budget: Budget
    spent_nanos: int
    reserved_nanos: int | None
    resets_at: datetime
