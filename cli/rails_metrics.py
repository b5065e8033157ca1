"""`nightdesk rails metrics`, `simulate` and `evaluate`: what rails decided, and what other thresholds would decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CliError

if TYPE_CHECKING:
    from nightdesk import Client
    from nightdesk.labelled import LabelledText

Since = Annotated[str, typer.Option(help="How far back, for example 12h, 7d or 4w.", metavar="SPAN")]
Thresholds = Annotated[
    list[str] | None,
    typer.Option("--threshold", metavar="RAIL=SCORE", help="A rail's threshold to try, 0 to 1; repeatable."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def metrics(since: Since = "7d", as_json: AsJson = False) -> None:
    """Say what the rails blocked, masked and flagged, and how much of it somebody rated down."""
    from datetime import UTC, datetime

    from cli.amounts import span
    from cli.output import echo_json
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    length = span(since, "--since")
    end = datetime.now(UTC)
    request = operations_pb2.QueryRailMetricsRequest()
    request.end_time.FromDatetime(end)
    request.start_time.FromDatetime(end - length)
    request.step.FromTimedelta(length)
    with Client() as client:
        points = client.call(client.operations.QueryRailMetrics, request).points
    if not as_json:
        from cli.rails_metrics_view import print_metrics

        print_metrics(points)
        return
    for point in points:
        echo_json(point)


def simulate(
    threshold: Thresholds = None,
    since: Since = "7d",
    prompt_version: Annotated[int, typer.Option(min=0, help="Only this version's turns; 0 means all.")] = 0,
    examples: Annotated[int, typer.Option(min=1, max=100, help="Of each kind, at most.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Say which recorded turns other thresholds would have refused or let through. Changes nothing."""
    from datetime import UTC, datetime

    from cli.amounts import span
    from cli.output import echo_json
    from nightdesk import Client
    from nightdesk.v1 import rail_pb2

    end = datetime.now(UTC)
    request = rail_pb2.SimulateThresholdsRequest(
        rail_thresholds=_thresholds(threshold), prompt_version=prompt_version, example_count=examples
    )
    if not request.rail_thresholds:
        raise CliError("There is no threshold to try.", fix='Give --threshold "RAIL=SCORE".', exit_code=2)
    request.end_time.FromDatetime(end)
    request.start_time.FromDatetime(end - span(since, "--since"))
    with Client() as client:
        found = client.call(client.rails.SimulateThresholds, request)
    if as_json:
        echo_json(found)
        return
    from cli.rails_metrics_view import print_simulation

    print_simulation(found)


def evaluate(
    jsonl: Annotated[
        Path | None,
        typer.Option(
            help='Labelled messages: a file of lines {"text", "label": "block" or "allow", "category"}; the packaged '
            "ones where it is left out.",
            metavar="FILE",
        ),
    ] = None,
    threshold: Thresholds = None,
    as_json: AsJson = False,
) -> None:
    """Say which labelled messages the input rails catch, miss and block wrongly, now and with other thresholds."""
    import json

    from cli.rails_metrics_view import as_fields, print_evaluation
    from nightdesk import Client
    from nightdesk.labelled import score_texts

    texts = _read(jsonl)
    tried = _thresholds(threshold)
    with Client() as client:
        _require_rails(client, tried)
        scored = score_texts(client, texts)
    if as_json:
        typer.echo(json.dumps(as_fields(scored, tried), ensure_ascii=False))
    else:
        print_evaluation(scored, tried)


def _thresholds(texts: list[str] | None) -> dict[str, float]:
    found = {}
    for text in texts or ():
        rail, _, number = text.rpartition("=")
        try:
            found[rail.strip()] = float(number)
        except ValueError:
            raise CliError(f"--threshold {text!r} is not RAIL=SCORE.", exit_code=2) from None
        if not rail.strip() or not 0 <= found[rail.strip()] <= 1:
            raise CliError(f"--threshold {text!r} is not RAIL=SCORE with a score from 0 to 1.", exit_code=2)
    return found


def _read(path: Path | None) -> list[LabelledText]:
    from cli.sample import LABELLED
    from nightdesk.labelled import InvalidLabels, read_labelled

    path = path or LABELLED
    try:
        return read_labelled(path.read_text(encoding="utf-8").splitlines(), str(path))
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}.", exit_code=2) from None
    except UnicodeDecodeError:
        raise CliError(f"{path} is not valid UTF-8.", fix="Send UTF-8 text.", exit_code=2) from None
    except InvalidLabels as error:
        raise CliError(str(error), fix="Correct that line and run the command again.", exit_code=2) from None


def _require_rails(client: Client, thresholds: dict[str, float]) -> None:
    """Labelled messages are judged here, so nobody else would notice a rail that is misspelt."""
    from nightdesk.v1 import common_pb2, rail_pb2

    if not thresholds:
        return
    rails = client.call(client.rails.ListRails, rail_pb2.ListRailsRequest()).rails
    names = [
        rail.rail
        for rail in rails
        if rail.direction == common_pb2.RAIL_DIRECTION_INPUT and rail.mode != rail_pb2.RAIL_MODE_MASK
    ]
    for rail in thresholds:
        if rail not in names:
            raise CliError(
                f"No rail of customers' messages is called {rail!r}.",
                fix=f"Use one of: {', '.join(names)}.",
                exit_code=2,
            )
