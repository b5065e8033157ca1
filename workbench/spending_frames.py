"""Models, their calls and what they cost, as tables. No call is made and nothing is drawn here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Literal

import pandas as pd

from nightdesk.routings import chain_in_words, conditions_in_words
from nightdesk.v1 import common_pb2, operations_pb2, prompt_pb2
from workbench.components.formatting import (
    NANOS,
    NOTHING,
    UNPRICED,
    breaker_state,
    cost_nanos,
    exact_money,
    moment,
    whole_money,
    words,
)

PriceKind = Literal["input", "cache_read", "cache_write", "output"]
PRICE_KINDS: dict[PriceKind, str] = {
    "input": "input",
    "output": "output",
    "cache_read": "cached read",
    "cache_write": "cached write",
}


def deployments_frame(deployments: Sequence[operations_pb2.Deployment]) -> pd.DataFrame:
    """One row a deployment and its state. When a breaker tries again is told where one is open."""
    waiting = any(one.HasField("retry_time") for one in deployments)
    return pd.DataFrame(
        {
            "deployment": one.name,
            "model": one.model,
            "provider": one.provider,
            "breaker": [breaker_state(one.breaker)],
            **({"tried again": moment(one.retry_time) if one.HasField("retry_time") else None} if waiting else {}),
        }
        for one in deployments
    )


def prices_frame(deployments: Iterable[operations_pb2.Deployment]) -> pd.DataFrame:
    """One row a deployment: its prices of a million tokens, and where they are from."""
    return pd.DataFrame(
        {
            "deployment": one.name,
            **{
                title: _price(one.prices, kind) if one.HasField("prices") else UNPRICED
                for kind, title in PRICE_KINDS.items()
            },
            "batch in / out": _batch(one),
            "prices from": one.prices_source,
        }
        for one in deployments
    )


def rules_table(routing: prompt_pb2.Routing, *, judges: bool = False) -> pd.DataFrame:
    """A routing in words, in the order in which it is gone through; where its models judge, the chain alone counts."""
    if judges:
        rows = [("", "always, also past a soft limit", chain_in_words(routing.chain))]
        return pd.DataFrame(rows, columns=["rule", "where", "asked"])
    rows = [(rule.name, conditions_in_words(rule), chain_in_words(rule.chain)) for rule in routing.rules]
    rows.append(("", "otherwise" if rows else "always", chain_in_words(routing.chain)))
    rows.append(("", "past a soft limit", chain_in_words(routing.economy_chain)))
    return pd.DataFrame(rows, columns=["rule", "where", "asked"])


def usage_table(usage: Iterable[common_pb2.Usage]) -> pd.DataFrame:
    """One row a call to a model, failed and cancelled ones too; the token counts are disjoint."""
    return pd.DataFrame(
        {
            "deployment": call.deployment or NOTHING,
            "for": words(call.purpose),
            "outcome": words(call.outcome),
            "cost": UNPRICED if (nanos := cost_nanos(call)) is None else exact_money(nanos),
            "input": call.uncached_input_tokens,
            "cached": call.cache_read_tokens,
            "written": call.cache_write_tokens,
            "output": call.output_tokens,
            "reasoning": call.reasoning_tokens,
            "counted by": "estimate" if call.estimated else "provider",
            "model": call.model,
            "provider": call.provider,
        }
        for call in usage
    )


def spend_frame(points: Iterable[operations_pb2.SpendPoint]) -> pd.DataFrame:
    """One row a point with priced calls, to be drawn; the amount in dollars and as exact text."""
    return pd.DataFrame(
        {
            "time": moment(point.start_time),
            "group": words(point.group),
            "dollars": point.cost.nanos / NANOS,
            "cost": exact_money(point.cost.nanos),
            "calls": point.call_count,
        }
        for point in points
        if point.unpriced_count < point.call_count
    )


def spend_table(points: Iterable[operations_pb2.SpendPoint], group: str) -> pd.DataFrame:
    """One row a group over the whole span, the dearest first; `group` is the heading of the first column."""
    ordered = sorted(points, key=attrgetter("group"))
    totals = [total(list(same), name) for name, same in groupby(ordered, key=attrgetter("group"))]
    totals.sort(key=lambda point: point.cost.nanos, reverse=True)
    return pd.DataFrame(
        {
            group: words(point.group) or NOTHING,
            "calls": point.call_count,
            "cost": UNPRICED if point.unpriced_count == point.call_count else exact_money(point.cost.nanos),
            "unpriced": point.unpriced_count,
            "estimated": point.estimated_count,
            "tokens in": point.input_tokens,
            "tokens out": point.output_tokens,
        }
        for point in totals
    )


def total(points: Iterable[operations_pb2.SpendPoint], group: str = "") -> operations_pb2.SpendPoint:
    """The sum of points, in whole nano-dollars."""
    kept = list(points)
    return operations_pb2.SpendPoint(
        group=group,
        cost=common_pb2.Money(currency_code="USD", nanos=sum(point.cost.nanos for point in kept)),
        call_count=sum(point.call_count for point in kept),
        unpriced_count=sum(point.unpriced_count for point in kept),
        estimated_count=sum(point.estimated_count for point in kept),
        input_tokens=sum(point.input_tokens for point in kept),
        output_tokens=sum(point.output_tokens for point in kept),
    )


def _price(prices: operations_pb2.TokenPrices, kind: PriceKind) -> str:
    amount: common_pb2.Money = getattr(prices, kind)
    return whole_money(amount.nanos) if prices.HasField(kind) else NOTHING


def _batch(deployment: operations_pb2.Deployment) -> str:
    if not deployment.HasField("batch_prices"):
        return NOTHING
    return f"{_price(deployment.batch_prices, 'input')} / {_price(deployment.batch_prices, 'output')}"
