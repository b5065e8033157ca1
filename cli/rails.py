"""`nightdesk rails`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import rails_metrics
from cli.errors import CliError

if TYPE_CHECKING:
    from nightdesk import Client
    from nightdesk.v1.rail_pb2 import CheckTextResponse, ListRailsResponse

UNCHECKED = "unchecked"

app = typer.Typer(help="Run the guardrails on texts, and see what they did and would do.")
app.command()(rails_metrics.metrics)
app.command()(rails_metrics.simulate)
app.command()(rails_metrics.evaluate)


class Direction(StrEnum):
    INPUT = "input"
    CONTEXT = "context"
    OUTPUT = "output"


@app.callback()
def _rails() -> None:
    """Run the guardrails on texts, and see what they did and would do."""


@app.command()
def check(
    text: Annotated[str | None, typer.Argument(help="The text; “-” reads it from standard input.")] = None,
    direction: Annotated[
        Direction, typer.Option(help="As a customer's message, a retrieved chunk, or an answer.")
    ] = Direction.INPUT,
    jsonl: Annotated[
        Path | None,
        typer.Option(
            help='Many texts: a file of lines {"text":…}, “-” for standard input. Prints each object in the same '
            "order with verdict, rail, category, score and redacted_text added; what cannot be checked has the verdict "
            "“unchecked” and an error.",
            metavar="FILE",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the rails make of a text: allow, flag, redact or block, by which rail and why."""
    if (text is None) == (jsonl is None):
        raise CliError("Give either a TEXT or --jsonl FILE.", exit_code=2)
    from cli.output import echo_json
    from cli.texts import read_argument
    from nightdesk import Client

    with Client() as client:
        if jsonl is not None:
            _check_in_bulk(client, jsonl, direction)
            return
        response = _check(client, read_argument(text or "", "The text"), direction)
    if as_json:
        echo_json(response)
    else:
        _print_verdicts(response)


@app.command("list")
def list_rails(
    as_json: Annotated[bool, typer.Option("--json", help="Print the rails as one JSON line.")] = False,
) -> None:
    """List the rails in the order in which they run, and what is masked, with thresholds and what they look for."""
    from cli.output import echo_json
    from nightdesk import Client
    from nightdesk.v1 import rail_pb2

    with Client() as client:
        found = client.call(client.rails.ListRails, rail_pb2.ListRailsRequest())
    if as_json:
        echo_json(found)
    else:
        _print_rails(found)


def _check(client: Client, text: str, direction: Direction) -> CheckTextResponse:
    from nightdesk.v1 import common_pb2, rail_pb2

    value = common_pb2.RailDirection.Value(f"RAIL_DIRECTION_{direction.upper()}")
    return client.call(client.rails.CheckText, rail_pb2.CheckTextRequest(text=text, direction=value))


def _check_in_bulk(client: Client, path: Path, direction: Direction) -> None:
    """Print each line with its verdict. A text that the server refuses, such as one that is too long, has the verdict
    "unchecked" and an "error", and the others are checked all the same. Raises CliError at the end then."""
    import json

    from cli.bulk import Line, map_in_order, read_lines
    from nightdesk import ApiError

    def judge(line: Line) -> tuple[str, dict[str, object]]:
        try:
            response = _check(client, line.text("text"), direction)
        except ApiError as error:
            if error.code.name not in ("INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"):
                raise
            return line.place, {**line.fields, "verdict": UNCHECKED, "error": str(error)}
        return line.place, {**line.fields, **_verdict(response)}

    unchecked = []
    for place, fields in map_in_order(judge, read_lines(path)):
        typer.echo(json.dumps(fields, ensure_ascii=False))
        if fields["verdict"] == UNCHECKED:
            unchecked.append(f"{place}: {fields['error']}")
    if unchecked:
        raise CliError(f"{len(unchecked)} texts were not checked. The first is {unchecked[0]}")


def _verdict(response: CheckTextResponse) -> dict[str, object]:
    from cli.output import enum_word
    from nightdesk.v1 import common_pb2

    return {
        "verdict": enum_word(common_pb2.Verdict.DESCRIPTOR, response.verdict),
        "rail": response.rail,
        "category": response.category,
        "score": response.score,
        "redacted_text": response.redacted_text,
    }


def _print_verdicts(response: CheckTextResponse) -> None:
    from rich.markup import escape
    from rich.table import Table

    from cli.output import console, enum_word
    from nightdesk.v1 import common_pb2

    screen = console()
    word = enum_word(common_pb2.Verdict.DESCRIPTOR, response.verdict)
    decided = f" by rail “{response.rail}”: {response.category}" if response.rail else ""
    screen.print(f"[bold]{word}[/]{escape(decided)}")
    if response.verdict == common_pb2.VERDICT_REDACT:
        screen.print(escape(response.redacted_text), soft_wrap=True)
    table = Table("rail", "verdict", "category", "score", "threshold", "what it saw")
    for one in response.verdicts:
        verdict = enum_word(common_pb2.Verdict.DESCRIPTOR, one.verdict)
        table.add_row(one.rail, verdict, one.category, f"{one.score:.2f}", f"{one.threshold:.2f}", escape(one.detail))
    screen.print(table)


def _print_rails(found: ListRailsResponse) -> None:
    from rich.markup import escape
    from rich.table import Table

    from cli.output import console, enum_word
    from nightdesk.v1 import common_pb2, rail_pb2

    table = Table("rail", "direction", "threshold", "mode", "what it looks for")
    for rail in found.rails:
        direction = enum_word(common_pb2.RailDirection.DESCRIPTOR, rail.direction)
        mode = enum_word(rail_pb2.RailMode.DESCRIPTOR, rail.mode)
        threshold = "" if rail.mode == rail_pb2.RAIL_MODE_MASK else f"{rail.threshold:.2f}"
        about = [rail.description, "Asks a model." * rail.judged, "Flags what it cannot check." * rail.fails_open]
        table.add_row(escape(rail.rail), direction, threshold, mode, escape(" ".join(filter(None, about))))
    console().print(table)
