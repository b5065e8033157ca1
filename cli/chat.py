"""`nightdesk chat`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nightdesk import Client
    from nightdesk.v1.chat_pb2 import TurnCompleted

TURN_TIMEOUT = 300.0
"""Seconds; the server caps it with a limit of its own."""


def chat(
    message: Annotated[
        str | None, typer.Argument(help="The question; “-” reads it from standard input. Without one: a session.")
    ] = None,
    conversation: Annotated[str, typer.Option(help="Go on with this conversation.", metavar="ID")] = "",
    prompt_version: Annotated[
        str, typer.Option(help="A prompt version's number or label instead of the one that customers get.")
    ] = "",
    request_id: Annotated[
        str, typer.Option(help="An id of your own: the same id brings the stored turn back.", metavar="ID")
    ] = "",
    access_groups: Annotated[
        list[str] | None,
        typer.Option("--access-group", help="A group that the customer belongs to; repeatable.", metavar="GROUP"),
    ] = None,
    customer_tier: Annotated[
        str, typer.Option(help="The customer's tier, on which routes may depend.", metavar="TIER")
    ] = "",
    skip_cache: Annotated[
        bool, typer.Option("--skip-cache", help="Answer anew, and do not keep the answer for later.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each event of the turn as one line of protobuf JSON.")
    ] = False,
) -> None:
    """Ask a question, or talk in a session with history (/new begins another conversation, /quit ends).

    The answer is streamed with its citations, what the rails did, what it cost and how long it took. A refusal is an
    answer too: only errors end with a code other than 0.
    """
    from cli.texts import checked, read_argument
    from nightdesk import Client

    groups = [checked(group, "--access-group") for group in access_groups or ()]
    with Client(timeout=TURN_TIMEOUT) as client:
        options = _Options(prompt_version, groups, checked(customer_tier, "--customer-tier"), skip_cache, as_json)
        turn = _Turns(client, conversation, options)
        if message is not None:
            turn.ask(read_argument(message, "The message"), request_id)
        else:
            _session(turn)


@dataclass(frozen=True, slots=True)
class _Options:
    """What holds for every turn of a session."""

    prompt_version: str
    access_groups: Sequence[str]
    customer_tier: str
    skip_cache: bool
    as_json: bool


class _Turns:
    """One conversation, turn by turn."""

    def __init__(self, client: Client, conversation_id: str, options: _Options) -> None:
        self.conversation_id = conversation_id
        self._client = client
        self._options = options

    def ask(self, message: str, request_id: str = "") -> None:
        completed = self._show(message, request_id)
        self.conversation_id = completed.conversation_id or self.conversation_id

    def _show(self, message: str, request_id: str) -> TurnCompleted:
        from cli.chat_view import TurnView, show_as_json
        from cli.output import console

        events = self._client.chat(
            message,
            conversation_id=self.conversation_id,
            request_id=request_id,
            prompt_version=self._options.prompt_version,
            access_groups=self._options.access_groups,
            customer_tier=self._options.customer_tier,
            skip_cache=self._options.skip_cache,
        )
        return show_as_json(events) if self._options.as_json else TurnView(console()).show(events)


def _session(turns: _Turns) -> None:
    """Until /quit or the end of the input. A failed turn is reported and does not end the session."""
    from cli.errors import CliError
    from cli.output import console
    from cli.texts import checked
    from nightdesk import ApiError

    prompt = console(stderr=True)
    prompt.print("[dim]/new begins another conversation, /quit ends[/]")
    while True:
        try:
            message = prompt.input("[bold]you >[/] ").strip()
        except EOFError:
            return
        except UnicodeDecodeError:
            typer.echo("error: The message is not valid UTF-8.", err=True)
            continue
        if message == "/quit":
            return
        if message == "/new":
            turns.conversation_id = ""
        elif message:
            try:
                turns.ask(checked(message, "The message"))
            except (ApiError, CliError) as error:
                typer.echo(f"error: {error}", err=True)
