"""Shows what rails decided, and what other thresholds would decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from cli.output import console, enum_word, shorten
from nightdesk.labelled import ScoredText, Share, outcomes
from nightdesk.v1 import common_pb2, operations_pb2, rail_pb2

QUESTION_CHARACTERS = 60


def print_metrics(points: Sequence[operations_pb2.RailMetricPoint]) -> None:
    """A row a rail, verdict, category and prompt version."""
    if not points:
        console().print("No rail blocked, masked or flagged anything in this time.")
        return
    table = Table("rail", "on", "verdict", "category", "version", "turns", "disputed", "share", box=box.SIMPLE)
    for point in points:
        disputed = Share(point.disputed_count, point.turn_count)
        table.add_row(
            escape(point.rail),
            enum_word(common_pb2.RailDirection.DESCRIPTOR, point.direction),
            enum_word(common_pb2.Verdict.DESCRIPTOR, point.verdict),
            escape(point.category),
            str(point.prompt_version),
            f"{point.turn_count:,}",
            f"{point.disputed_count:,}",
            f"{100 * (disputed.value or 0):.1f} %",
        )
    console().print(table)


def print_simulation(found: rail_pb2.SimulateThresholdsResponse) -> None:
    """The counts, each rail's share in them, and the newest turns that change sides."""
    screen = console()
    screen.print(
        f"{found.turn_count:,} turns: {found.blocked_before:,} were refused, {found.blocked_after:,} would be."
    )
    for change in found.changes:
        screen.print(f"{escape(change.rail)}: blocked {change.blocked_before:,}, would block {change.blocked_after:,}")
    for title, turns in (("newly refused", found.newly_blocked), ("no longer refused", found.newly_allowed)):
        if not turns:
            continue
        screen.print(f"\n[bold]{title}[/]")
        for turn in turns:
            disputed = ", disputed" if turn.disputed else ""
            screen.print(escape(f"{turn.turn_id}  {turn.rail} {turn.score:.2f}{disputed}"), soft_wrap=True)
            screen.print(escape(f"  {shorten(turn.question, QUESTION_CHARACTERS)}"))


def print_evaluation(scored: Sequence[ScoredText], thresholds: Mapping[str, float]) -> None:
    """Counts with 95 % bounds, and the messages that are decided wrongly."""
    screen = console()
    columns: dict[str, Mapping[str, float]] = {"now": {}}
    if thresholds:
        columns["with these thresholds"] = thresholds
    found = {name: outcomes(scored, tried) for name, tried in columns.items()}
    table = Table("", *columns, box=box.SIMPLE)
    table.add_row("caught", *(_share(one.recall) for one in found.values()))
    table.add_row("missed", *(f"{one.missed}" for one in found.values()))
    table.add_row("false alarms", *(_share(one.false_alarm_rate) for one in found.values()))
    table.add_row("precision", *(_share(one.precision) for one in found.values()))
    screen.print(table)
    for one in scored:
        check = one.deciding(thresholds)
        if (check is not None) == one.labelled.block:
            continue
        said = f"false alarm by {check.rail} ({check.score:.2f})" if check else "missed"
        screen.print(escape(f"{said}: {shorten(one.labelled.text, QUESTION_CHARACTERS)}"))


def as_fields(scored: Sequence[ScoredText], thresholds: Mapping[str, float]) -> dict[str, Any]:
    """The counts, and each message with what was decided, by which rail."""
    found = outcomes(scored, thresholds)
    shares = {"recall": found.recall, "precision": found.precision, "false_alarm_rate": found.false_alarm_rate}
    return {
        "caught": found.caught,
        "missed": found.missed,
        "false_alarms": found.false_alarms,
        "passed": found.passed,
        **{
            name: {"value": share.value, "low": share.bounds[0], "high": share.bounds[1]}
            for name, share in shares.items()
        },
        "messages": [_message(one, thresholds) for one in scored],
    }


def _message(one: ScoredText, thresholds: Mapping[str, float]) -> dict[str, object]:
    check = one.deciding(thresholds)
    return {
        "text": one.labelled.text,
        "label": "block" if one.labelled.block else "allow",
        "category": one.labelled.category,
        "blocked": check is not None,
        "rail": check.rail if check else "",
        "scores": {each.rail: each.score for each in one.checks},
    }


def _share(share: Share) -> str:
    if share.value is None:
        return "none"
    low, high = share.bounds
    return f"{share.part} of {share.whole}, {100 * share.value:.1f} % ({100 * low:.0f} to {100 * high:.0f})"
