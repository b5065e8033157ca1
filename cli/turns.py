"""`nightdesk turns`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nightdesk.v1.operations_pb2 import TurnSummary

app = typer.Typer(help="See what was asked and all that came of it.")


@app.command("list")
def list_turns(
    limit: Annotated[int, typer.Option(min=0, help="At most this many, newest first; 0 for all.")] = 20,
    prompt_version: Annotated[int, typer.Option(min=0, help="Only turns of this prompt version.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a turn.")] = False,
) -> None:
    """List turns, newest first."""
    from cli.output import console, echo_json
    from cli.paging import take
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    with Client() as client:

        def fetch(page_size: int, token: str) -> tuple[Iterable[TurnSummary], str]:
            request = operations_pb2.ListTurnsRequest(
                page_size=page_size, page_token=token, prompt_version=prompt_version
            )
            page = client.call(client.operations.ListTurns, request)
            return page.turns, page.next_page_token

        turns = list(take(fetch, limit))
    if as_json:
        for turn in turns:
            echo_json(turn)
    else:
        from cli.turns_view import print_turns

        print_turns(turns, console())


@app.command()
def show(
    turn_id: Annotated[str, typer.Argument(help="A turn's id, as `turns list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the turn as one JSON line.")] = False,
) -> None:
    """Show one turn: question, answer, citations, verdicts, timings, route, calls and cost."""
    from cli.output import console, echo_json
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    with Client() as client:
        request = operations_pb2.GetTurnRequest(turn_id=checked(turn_id, "The turn's id"))
        turn = client.call(client.operations.GetTurn, request).turn
    if as_json:
        echo_json(turn)
    else:
        from cli.turns_view import print_turn

        print_turn(turn, console())


@app.command()
def reveal(
    turn_id: Annotated[str, typer.Argument(help="A turn's id, as `turns list` shows it.")],
    reason: Annotated[str, typer.Option(help="Why it has to be read; it is written down with your key's name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the texts as one JSON line.")] = False,
) -> None:
    """Show a turn's question as it was asked and its answer as it was read, where the server keeps them. For admins."""
    from cli.output import console, echo_json, when
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    with Client() as client:
        request = operations_pb2.RevealTurnRequest(
            turn_id=checked(turn_id, "The turn's id"), reason=checked(reason, "The reason")
        )
        revealed = client.call(client.operations.RevealTurn, request)
    if as_json:
        echo_json(revealed)
        return
    for name, text in (
        ("question", revealed.question),
        ("answer", revealed.answer),
        ("deleted", when(revealed.expire_time)),
    ):
        console().print(f"{name}  {text}", markup=False, soft_wrap=True)
