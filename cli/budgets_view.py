"""Shows budgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.console import Console
from rich.markup import escape

from cli.output import day_and_time, exact_money, money
from nightdesk.v1 import operations_pb2

Limit = Literal["soft_limit", "hard_limit"]
BY_THE_LEDGER = "by this server's ledger (the counters cannot be reached; what is reserved is unknown)"


def print_budgets(budgets: Sequence[operations_pb2.Budget], console: Console) -> None:
    if not budgets:
        console.print("No budget is set: nothing limits what models cost. `nightdesk budgets set` makes one.")
        return
    for budget in budgets:
        console.print(f"[bold]{escape(budget.budget_id)}[/]", soft_wrap=True)
        console.print(f"  {_spent(budget)}, begins anew {day_and_time(budget.reset_time)}", soft_wrap=True)
        console.print(f"  {_limits(budget)}", soft_wrap=True)


def budget_line(budget: operations_pb2.Budget) -> str:
    """ "tenant/day: soft limit $5, hard limit $10, $1.25 spent"."""
    by = "" if budget.HasField("reserved") else f" {BY_THE_LEDGER}"
    return f"{budget.budget_id}: {_limits(budget)}, {money(budget.spent)} spent{by}"


def _spent(budget: operations_pb2.Budget) -> str:
    if not budget.HasField("reserved"):
        return f"{exact_money(budget.spent)} spent {BY_THE_LEDGER}"
    return f"{exact_money(budget.spent)} spent, {exact_money(budget.reserved)} reserved"


def _limits(budget: operations_pb2.Budget) -> str:
    return f"soft limit {_limit(budget, 'soft_limit')}, hard limit {_limit(budget, 'hard_limit')}"


def _limit(budget: operations_pb2.Budget, name: Limit) -> str:
    return money(getattr(budget, name)) if budget.HasField(name) else "none"
