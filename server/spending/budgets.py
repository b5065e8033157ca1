"""The budgets in force, and how a call comes under them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from prometheus_client import Counter

from server.domain import Account, Budget, BudgetState
from server.errors import BudgetExhausted, NotFound, Unavailable
from server.ledger.budgets import BudgetStore
from server.ledger.charges import ChargeLedger
from server.ports import SpendAmounts, SpendCounters
from server.spending.ledger_sums import LedgerSums
from server.spending.limits import Limit
from server.spending.unsettled import Unsettled

WITHOUT_COUNTERS = Counter(
    "nightdesk_soft_limits_without_counters_total", "Soft limits' checks while the shared counters were out of reach."
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a soft limit is passed, and which budget's: its id, empty where none is."""

    soft_limit_passed: bool
    budget: str = ""


class Budgets:
    """Every tenant's budgets, kept in memory, with their counters.

    Counters are seeded from the ledger of charges where they do not know a window: at its first call, for a new budget,
    and where they were lost. A seed leaves out what is still to be settled, so that no call counts twice.
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
        self._unsettled = Unsettled()
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
        return await self._states([Limit.at(budget, now) for budget in budgets])

    async def set(self, budget: Budget, set_by: str) -> BudgetState:
        """Make a budget, or give it other limits, from the next call on."""
        await self._store.put(budget, set_by)
        self._keep(budget)
        [state] = await self._states([Limit.at(budget, self._clock())])
        return state

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
            spent = [await self._sums.spent_nanos(limit) for limit in limits]
        for limit, nanos in zip(limits, spent, strict=True):
            soft = limit.budget.soft_nanos
            if soft is not None and nanos >= soft:
                return Standing(soft_limit_passed=True, budget=limit.budget.id)
        return Standing(soft_limit_passed=False)

    async def reserve(
        self, account: Account, reservation: str, nanos: int, moment: datetime, *, seconds: float
    ) -> list[Limit]:
        """Hold `nanos` for a call made at `moment` under every limit of the account, and return these.

        Nothing is asked of the counters where the account has no budget. Raises BudgetExhausted, and Unavailable where
        the counters cannot be reached and one of the windows has a hard limit: money that cannot be checked against it
        is not spent. Without one nothing is held, and what is spent is settled when they are back.
        """
        limits = self._limits(account, moment)
        windows = [limit.window for limit in limits]
        if not limits:
            return []
        try:
            refused = await self._asking(
                limits, lambda: self._counters.reserve(reservation, nanos, windows, seconds=seconds)
            )
        except Unavailable:
            if any(window.hard_nanos is not None for window in windows):
                raise
            WITHOUT_COUNTERS.inc()
            return limits
        if refused is not None:
            budget = next(limit.budget for limit in limits if limit.window.key == refused.key)
            raise BudgetExhausted(budget.id, refused.ends_at)
        return limits

    def settling(self, reservation: str) -> AbstractContextManager[None]:
        """A call is written into the ledger, and settled after that, in this block."""
        return self._unsettled.waiting(reservation)

    async def settle(
        self, account: Account, reservation: str, nanos: int, moment: datetime, reserved: Sequence[Limit]
    ) -> None:
        """Spend `nanos` under the limits that reserved it, and those of budgets that were made meanwhile."""

        def choose() -> list[Limit]:
            limits = {limit.window.key: limit for limit in (*reserved, *self._limits(account, moment))}
            return list(limits.values())

        limits = self._unsettled.limits(reservation, choose)
        if limits:
            windows = [limit.window for limit in limits]
            await self._asking(limits, lambda: self._counters.settle(reservation, nanos, windows))

    def _keep(self, budget: Budget) -> None:
        self._by_tenant.setdefault(budget.tenant, {})[budget.id] = budget

    def _limits(self, account: Account, moment: datetime) -> list[Limit]:
        budgets = self._by_tenant.get(account.tenant, {}).values()
        return [Limit.at(budget, moment) for budget in budgets if budget.key in ("", account.key)]

    async def _states(self, limits: Sequence[Limit]) -> list[BudgetState]:
        """By the counters, or where these are out of reach by the ledger, which knows of no reservation."""
        try:
            amounts = await self._amounts(limits)
        except Unavailable:
            return [
                BudgetState(limit.budget, await self._sums.spent_nanos(limit), None, limit.window.ends_at)
                for limit in limits
            ]
        return [
            BudgetState(limit.budget, amount.spent_nanos, amount.reserved_nanos, limit.window.ends_at)
            for limit, amount in zip(limits, amounts, strict=True)
        ]

    async def _amounts(self, limits: Sequence[Limit]) -> list[SpendAmounts]:
        if not limits:
            return []
        return await self._asking(limits, lambda: self._counters.amounts([limit.window for limit in limits]))

    async def _asking(self, limits: Sequence[Limit], ask: Callable[[], Awaitable[T]]) -> T:
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

    async def _seed(self, limit: Limit) -> None:
        budget, window = limit.budget, limit.window
        to_come = self._unsettled.to_come(window.key)
        spent = await self._charges.spent_nanos(budget.tenant, budget.key, limit.start, window.ends_at, without=to_come)
        await self._counters.seed(window, spent)
