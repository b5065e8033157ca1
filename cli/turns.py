"""`nightdesk turns`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nightdesk.v1.operations_pb2 import Turn, TurnSummary

app = typer.Typer(help="See what was asked and all that came of it.")


@app.command("list")
def list_turns(
    limit: Annotated[int, typer.Option(min=0, help="At most this many, newest first; 0 for all.")] = 20,
    prompt_version: Annotated[int, typer.Option(min=0, help="Only turns of this prompt version.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a turn.")] = False,
) -> None:
    """List turns, newest first."""
    from cli.output import echo_json
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
        _print_turns(turns)


@app.command()
def show(
    turn_id: Annotated[str, typer.Argument(help="A turn's id, as `turns list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the turn as one JSON line.")] = False,
) -> None:
    """Show one turn: question, answer, citations, verdicts, timings, tokens and cost."""
    from cli.output import echo_json
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    with Client() as client:
        request = operations_pb2.GetTurnRequest(turn_id=checked(turn_id, "The turn's id"))
        turn = client.call(client.operations.GetTurn, request).turn
    if as_json:
        echo_json(turn)
    else:
        _print_turn(turn)


def _print_turns(turns: Iterable[TurnSummary]) -> None:
    """Two lines a turn: a table of so many columns would break the ids, which `turns show` wants whole."""
    from rich.markup import escape

    from cli.output import console, money, seconds, shorten, when

    screen = console()
    for turn in turns:
        cost = money(turn.cost if turn.HasField("cost") else None)
        facts = (when(turn.create_time), _outcome(turn), f"v{turn.prompt_version}", turn.model)
        screen.print(" · ".join([*filter(None, facts), seconds(turn.total_latency), cost]))
        screen.print(f"  [dim]{turn.turn_id}[/]  {escape(shorten(turn.question, 60))}", soft_wrap=True)


def _print_turn(turn: Turn) -> None:
    from rich.markup import escape

    from cli.output import console, enum_word, money, search_question_source, seconds, when
    from nightdesk.v1 import common_pb2

    summary = turn.summary
    lines = {
        "turn": f"{summary.turn_id} in conversation {summary.conversation_id}, {when(summary.create_time)}",
        "question": turn.question,
        "searched for": turn.search_question + search_question_source(turn.search_question_source),
        "index": turn.index_version,
        "access groups": ", ".join(turn.access_groups),
        "answer": turn.answer,
        "outcome": _outcome(summary),
        "answerability": f"{turn.answerability:.2f}",
        "prompt version": str(summary.prompt_version),
        "model": summary.model,
        "cost": money(summary.cost if summary.HasField("cost") else None),
        "tokens": f"{summary.input_tokens} in, {summary.output_tokens} out",
        "timings": ", ".join(f"{timing.stage} {seconds(timing.duration)}" for timing in turn.timings),
    }
    screen = console()
    for name, text in lines.items():
        screen.print(f"[bold]{name}[/]  {escape(text)}", soft_wrap=True)
    for citation in turn.citations:
        mark = "cited" if citation.chunk_id in turn.citation_ids else "retrieved"
        place = " > ".join([citation.title, *citation.heading_path])
        screen.print(escape(f"[{citation.number}] {mark} {citation.score:.2f}  {place}"), soft_wrap=True)
    for verdict in turn.rail_verdicts:
        direction = enum_word(common_pb2.RailDirection.DESCRIPTOR, verdict.direction)
        word = enum_word(common_pb2.Verdict.DESCRIPTOR, verdict.verdict)
        screen.print(
            escape(f"rail “{verdict.rail}” on {direction}: {word} {verdict.category} {verdict.detail}".rstrip())
        )


def _outcome(turn: TurnSummary) -> str:
    from cli.output import enum_word
    from nightdesk.v1 import common_pb2

    word = enum_word(common_pb2.FinishReason.DESCRIPTOR, turn.finish_reason)
    return f"{word} ({turn.refusal_category})" if turn.refusal_category else word
