"""How much of a budget is spent and reserved, as a bar with its limits marked."""

from __future__ import annotations

import html

from nightdesk.v1 import operations_pb2
from workbench.components.formatting import clock, exact_money, percentage, whole_money

UNKNOWN = "unknown, the counters cannot be reached"
"""Spent is then what the server's ledger has."""
SPENT, OVER, RESERVED, SOFT = "#4f6df5", "#d9534f", "#9aa0aa", "#e5883a"


def budget_bar(budget: operations_pb2.Budget) -> str:
    """The bar as HTML. It ends at the hard limit; without one, at whatever is largest."""
    spent, reserved = budget.spent.nanos, budget.reserved.nanos
    soft = budget.soft_limit.nanos if budget.HasField("soft_limit") else None
    hard = budget.hard_limit.nanos if budget.HasField("hard_limit") else None
    whole = max(spent + reserved, soft or 0, 1) if hard is None else max(hard, 1)
    spent_share = min(spent / whole, 1.0)
    reserved_share = min(reserved / whole, 1.0 - spent_share)
    color = OVER if hard is not None and spent + reserved >= hard else SPENT
    parts = [_part(0.0, spent_share, color), _part(spent_share, reserved_share, RESERVED)]
    if soft is not None and soft <= whole:
        parts.append(_mark(soft / whole))
    held = whole_money(reserved) if budget.HasField("reserved") else UNKNOWN
    label = html.escape(f"{whole_money(spent)} spent, {held} reserved")
    return (
        f'<div role="img" aria-label="{label}" style="position: relative; height: 0.9rem; border-radius: 0.3rem; '
        f'overflow: hidden; background: rgba(128, 128, 128, 0.22)">{"".join(parts)}</div>'
    )


def budget_state(budget: operations_pb2.Budget) -> str:
    """ "open", "soft limit passed" or "used up"."""
    spent = budget.spent.nanos
    if budget.HasField("hard_limit") and spent + budget.reserved.nanos >= budget.hard_limit.nanos:
        return "used up"
    return "soft limit passed" if budget.HasField("soft_limit") and spent >= budget.soft_limit.nanos else "open"


def budget_facts(budget: operations_pb2.Budget) -> list[tuple[str, str]]:
    """Names and amounts: what is spent is exact, limits are as they were set."""
    hard = budget.hard_limit.nanos if budget.HasField("hard_limit") else None
    share = f" ({percentage(budget.spent.nanos, hard)})" if hard else ""
    return [
        ("Spent", exact_money(budget.spent.nanos) + share),
        ("Reserved", exact_money(budget.reserved.nanos) if budget.HasField("reserved") else UNKNOWN),
        ("Soft limit", whole_money(budget.soft_limit.nanos) if budget.HasField("soft_limit") else "none"),
        ("Hard limit", whole_money(hard) if hard is not None else "none"),
        ("Begins anew", clock(budget.reset_time)),
    ]


def _part(start: float, share: float, color: str) -> str:
    return (
        f'<div style="position: absolute; left: {start:.2%}; width: {share:.2%}; height: 100%; '
        f'background: {color}"></div>'
    )


def _mark(place: float) -> str:
    return (
        f'<div title="soft limit" style="position: absolute; left: calc({place:.2%} - 2px); width: 3px; height: 100%; '
        f'background: {SOFT}"></div>'
    )
