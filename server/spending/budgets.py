"""The budgets in force, and how a call comes under them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

from prometheus_client import Counter

from server.domain import Account, Budget, BudgetState
from server.errors import BudgetExhausted, NotFound, Unavailable
from server.ledger.budgets import BudgetStore
from server.ledger.charges import ChargeLedger
from server.ports import SpendAmounts, SpendCounters, SpendWindow
from server.spending.ledger_sums import LedgerSums

WITHOUT_COUNTERS = Counter(
    "nightdesk_soft_limits_without_counters_total", "Soft limits' checks while the shared counters were out of reach."
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a soft limit is passed, and which budget's: its id, empty where none is."""

    soft_limit_passed: bool
    budget: str = ""


@dataclass(frozen=True, slots=True)
class _Limit:
    """A budget with its window of one period, which begins at `start`."""

    budget: Budget
    start: datetime
    window: SpendWindow


class Budgets:
    """Every tenant's budgets, kept in memory, with their counters.

    Counters are seeded from the ledger of charges where they do not know a window: at its first call, for a new budget,
    and where they were lost.
    """

    def __init__(
        self,
        store: BudgetStore,
        charges: ChargeLedger,
        counters: SpendCounters,
        budgets: Sequence[Budget],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._charges = charges
        self._sums = LedgerSums(charges)
        self._counters = counters
        self._clock = clock
        self._by_tenant: dict[str, dict[str, Budget]] = {}
        self._seeding = asyncio.Lock()
        for budget in budgets:
            self._keep(budget)

    @classmethod
    async def open(
        cls,
        store: BudgetStore,
        charges: ChargeLedger,
        counters: SpendCounters,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Budgets:
        """With the budgets of `store`."""
        return cls(store, charges, counters, await store.load(), clock)

    async def states(self, tenant: str) -> list[BudgetState]:
        """The tenant's budgets by id, each with what its current period has seen."""
        now = self._clock()
        budgets = sorted(self._by_tenant.get(tenant, {}).values(), key=lambda budget: budget.id)
        limits = [_limit(budget, now) for budget in budgets]
        return [
            BudgetState(limit.budget, amounts.spent_nanos, amounts.reserved_nanos, limit.window.ends_at)
            for limit, amounts in zip(limits, await self._amounts(limits), strict=True)
        ]

    async def set(self, budget: Budget, set_by: str) -> BudgetState:
        """Make a budget, or give it other limits, from the next call on."""
        await self._store.put(budget, set_by)
        self._keep(budget)
        limit = _limit(budget, self._clock())
        (amounts,) = await self._amounts([limit])
        return BudgetState(budget, amounts.spent_nanos, amounts.reserved_nanos, limit.window.ends_at)

    async def delete(self, tenant: str, budget_id: str) -> None:
        """Raises NotFound."""
        budget = self._by_tenant.get(tenant, {}).get(budget_id)
        if budget is None:
            raise NotFound(
                f"There is no budget {budget_id!r}.",
                reason="BUDGET_NOT_FOUND",
                fix="`nightdesk budgets list` shows those there are.",
            )
        await self._store.delete(budget)
        self._by_tenant[tenant].pop(budget_id, None)

    async def standing(self, account: Account) -> Standing:
        """Whether what is spent and reserved has reached the soft limit of any budget of the account.

        A soft limit makes answers cheaper and refuses none. So where the counters cannot be reached it goes by what the
        ledger has of the period, without what is reserved; that is counted.
        """
        limits = [limit for limit in self._limits(account, self._clock()) if limit.budget.soft_nanos is not None]
        if not limits:
            return Standing(soft_limit_passed=False)
        try:
            spent = [amounts.spent_nanos + amounts.reserved_nanos for amounts in await self._amounts(limits)]
        except Unavailable:
            WITHOUT_COUNTERS.inc()
            spent = [await self._sums.spent_nanos(limit.budget, limit.start, limit.window) for limit in limits]
        for limit, nanos in zip(limits, spent, strict=True):
            soft = limit.budget.soft_nanos
            if soft is not None and nanos >= soft:
                return Standing(soft_limit_passed=True, budget=limit.budget.id)
        return Standing(soft_limit_passed=False)

    async def reserve(
        self, account: Account, reservation: str, nanos: int, moment: datetime, *, seconds: float
    ) -> list[SpendWindow]:
        """Hold `nanos` for a call made at `moment` in every window of the account, and return these.

        Nothing is asked of the counters where the account has no budget. Raises BudgetExhausted, and Unavailable where
        the counters cannot be reached and one of the windows has a hard limit: money that cannot be checked against it
        is not spent. Without one nothing is held, and what is spent is settled when they are back.
        """
        limits = self._limits(account, moment)
        windows = [limit.window for limit in limits]
        if not windows:
            return []
        try:
            refused = await self._asking(
                limits, lambda: self._counters.reserve(reservation, nanos, windows, seconds=seconds)
            )
        except Unavailable:
            if any(window.hard_nanos is not None for window in windows):
                raise
            WITHOUT_COUNTERS.inc()
            return windows
        if refused is not None:
            budget = next(limit.budget for limit in limits if limit.window.key == refused.key)
            raise BudgetExhausted(budget.id, refused.ends_at)
        return windows

    async def settle(
        self, account: Account, reservation: str, nanos: int, moment: datetime, reserved: Sequence[SpendWindow]
    ) -> None:
        """Spend `nanos` in the windows that reserved it, and in those of budgets that were made meanwhile."""
        windows = {window.key: window for window in reserved}
        windows |= {limit.window.key: limit.window for limit in self._limits(account, moment)}
        if windows:
            if self._seeding.locked():
                # A window that is not known yet would pass it over, and its seed was summed up before.
                async with self._seeding:
                    pass
            await self._counters.settle(reservation, nanos, list(windows.values()))

    def _keep(self, budget: Budget) -> None:
        self._by_tenant.setdefault(budget.tenant, {})[budget.id] = budget

    def _limits(self, account: Account, moment: datetime) -> list[_Limit]:
        budgets = self._by_tenant.get(account.tenant, {}).values()
        return [_limit(budget, moment) for budget in budgets if budget.key in ("", account.key)]

    async def _amounts(self, limits: Sequence[_Limit]) -> list[SpendAmounts]:
        if not limits:
            return []
        return await self._asking(limits, lambda: self._counters.amounts([limit.window for limit in limits]))

    async def _asking(self, limits: Sequence[_Limit], ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` returns, after seeding the limits' windows where it raises LookupError."""
        try:
            return await ask()
        except LookupError:
            async with self._seeding:
                # Of many calls that come at once, one has seeded for all.
                try:
                    return await ask()
                except LookupError:
                    for limit in limits:
                        await self._seed(limit)
            return await ask()

    async def _seed(self, limit: _Limit) -> None:
        budget = limit.budget
        spent = await self._charges.spent_nanos(budget.tenant, budget.key, limit.start, limit.window.ends_at)
        await self._counters.seed(limit.window, spent)


def _limit(budget: Budget, moment: datetime) -> _Limit:
    start = budget.period.start(moment)
    key = f"{quote(budget.tenant, safe='')}/{budget.id}/{start:%Y-%m-%d}"
    return _Limit(budget, start, SpendWindow(key, budget.hard_nanos, budget.period.end(moment)))
