"""`nightdesk spend`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Group(StrEnum):
    """What calls are added up by."""

    MODEL = "model"
    PURPOSE = "purpose"
    KEY = "key"
    OUTCOME = "outcome"


def spend(
    since: Annotated[str, typer.Option(help="How far back, for example 12h, 7d or 4w.", metavar="SPAN")] = "24h",
    by: Annotated[Group, typer.Option(help="What calls are added up by.")] = Group.MODEL,
    step: Annotated[
        str, typer.Option(help="Cut the span into steps, for example 1h or 1d; at least 10s.", metavar="SPAN")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a point.")] = False,
) -> None:
    """Say what calls to models cost, to the nano-dollar, judges and failed attempts included."""
    from datetime import UTC, datetime

    from cli.amounts import span
    from cli.output import console, echo_json
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    end = datetime.now(UTC)
    request = operations_pb2.QuerySpendRequest(group=operations_pb2.SpendGroup.Value(f"SPEND_GROUP_{by.name}"))
    request.end_time.FromDatetime(end)
    request.start_time.FromDatetime(end - span(since, "--since"))
    if step:
        request.step.FromTimedelta(span(step, "--step"))
    with Client() as client:
        points = client.call(client.operations.QuerySpend, request).points
    if not as_json:
        from cli.spend_view import print_spend

        print_spend(points, by.value, console(), in_steps=bool(step))
        return
    for point in points:
        echo_json(point)
