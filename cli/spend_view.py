"""Shows what was spent."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output import exact_money
from nightdesk.v1 import common_pb2, operations_pb2

NUMBERS = ("calls", "unpriced", "estimated", "input", "output")
"""The last two are tokens."""


def print_spend(points: Sequence[operations_pb2.SpendPoint], group: str, console: Console, *, in_steps: bool) -> None:
    """A row a point and a last one with the sums; the time of a point where the span is cut `in_steps`."""
    if not points:
        console.print("No model was called in this time.")
        return
    table = Table(show_footer=True, box=box.SIMPLE, padding=0)
    if in_steps:
        table.add_column("from, UTC", footer="", no_wrap=True)
    total = _total(points)
    table.add_column(group, footer="all", min_width=10, overflow="fold")
    table.add_column("cost", exact_money(total.cost), justify="right", no_wrap=True)
    for heading, number in zip(NUMBERS, _numbers(total), strict=True):
        table.add_column(heading, number, justify="right", overflow="fold")
    for point in points:
        start = [point.start_time.ToDatetime().strftime("%m-%d %H:%M")] if in_steps else []
        table.add_row(*start, escape(point.group), _cost(point), *_numbers(point))
    console.print(table)
    if total.unpriced_count:
        console.print(f"{total.unpriced_count:,} calls have no price and are not in the cost.")


def _numbers(point: operations_pb2.SpendPoint) -> list[str]:
    counts = (point.call_count, point.unpriced_count, point.estimated_count, point.input_tokens, point.output_tokens)
    return [f"{count:,}" for count in counts]


def _cost(point: operations_pb2.SpendPoint) -> str:
    return "unpriced" if point.unpriced_count == point.call_count else exact_money(point.cost)


def _total(points: Sequence[operations_pb2.SpendPoint]) -> operations_pb2.SpendPoint:
    return operations_pb2.SpendPoint(
        cost=common_pb2.Money(currency_code="USD", nanos=sum(point.cost.nanos for point in points)),
        call_count=sum(point.call_count for point in points),
        unpriced_count=sum(point.unpriced_count for point in points),
        estimated_count=sum(point.estimated_count for point in points),
        input_tokens=sum(point.input_tokens for point in points),
        output_tokens=sum(point.output_tokens for point in points),
    )
