"""`nightdesk routes`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CliError

if TYPE_CHECKING:
    from nightdesk.v1.operations_pb2 import ExplainRouteRequest

app = typer.Typer(help="See the models and routes of the server, and which of them a question would take.")


class PreviousFailure(StrEnum):
    """How the conversation's last turn failed."""

    UNANSWERED = "unanswered"
    DEGRADED = "degraded"
    CANCELLED = "cancelled"
    THUMBS_DOWN = "thumbs_down"


@app.command("list")
def list_routes(
    as_json: Annotated[bool, typer.Option("--json", help="Print deployments and routes as one JSON line.")] = False,
) -> None:
    """List the deployments with their prices and breakers, and the routes with their rules in words."""
    from cli.output import console, echo_json
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    with Client() as client:
        found = client.call(client.operations.ListRoutes, operations_pb2.ListRoutesRequest())
    if as_json:
        echo_json(found)
    else:
        from cli.routes_view import print_routes

        print_routes(found, console())


@app.command()
def explain(
    route: Annotated[str, typer.Option(help="A route of the server's settings; “default” unless chosen.")] = "",
    prompt_version: Annotated[str, typer.Option(help="The routing of a prompt version: a number or a label.")] = "",
    file: Annotated[
        Path | None,
        typer.Option(help="A routing in the contract's JSON that is not kept anywhere yet.", metavar="FILE"),
    ] = None,
    question: Annotated[str, typer.Option(help="The message, to be counted; it is not asked.", metavar="TEXT")] = "",
    question_tokens: Annotated[
        int | None, typer.Option(min=0, max=1_000_000, help="In place of counting a question.")
    ] = None,
    answerability: Annotated[
        float, typer.Option(min=0, max=1, help="How well the retrieved passages cover the question.")
    ] = 1.0,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", help="A label of a retrieved passage's document; repeatable.")
    ] = None,
    tier: Annotated[str, typer.Option(help="The customer's tier.")] = "",
    previous_failure: Annotated[PreviousFailure | None, typer.Option(help="How the last turn failed.")] = None,
    soft_limit_passed: Annotated[bool, typer.Option("--soft-limit-passed", help="As if a budget's soft limit was.")] = (
        False
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision and its steps as one JSON line.")] = False,
) -> None:
    """Say which chain of models a turn would take and why, rule by rule. No model is asked."""
    from cli.output import console, echo_json
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.routings import question_tokens as counted
    from nightdesk.v1 import operations_pb2

    request = _request(route, prompt_version, file)
    request.facts.CopyFrom(
        operations_pb2.RouteFacts(
            question_tokens=counted(checked(question, "The question")) if question_tokens is None else question_tokens,
            answerability=answerability,
            topics=[checked(topic, "--topic") for topic in topics or ()],
            customer_tier=checked(tier, "--tier"),
            previous_failure=previous_failure or "",
            soft_limit_passed=soft_limit_passed,
        )
    )
    with Client() as client:
        explained = client.call(client.operations.ExplainRoute, request)
    if as_json:
        echo_json(explained)
    else:
        from cli.routes_view import print_explanation

        print_explanation(request.facts, explained, console())


def _request(route: str, prompt_version: str, file: Path | None) -> ExplainRouteRequest:
    """What is to be explained. Raises CliError where more than one thing is named."""
    from cli.texts import checked
    from nightdesk.v1 import operations_pb2

    if sum(map(bool, (route, prompt_version, file))) > 1:
        raise CliError("Name one of --route, --prompt-version and --file, not several.", exit_code=2)
    if file is not None:
        from cli.routing_files import read_routing

        return operations_pb2.ExplainRouteRequest(routing=read_routing(file))
    if prompt_version:
        return operations_pb2.ExplainRouteRequest(prompt_version=checked(prompt_version, "--prompt-version"))
    return operations_pb2.ExplainRouteRequest(route=checked(route, "--route") or "default")
