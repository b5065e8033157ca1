"""Shows turns."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.chat_view import decision_lines, switch_line
from cli.output import enum_word, money, score_of, search_question_source, seconds, shorten, when
from nightdesk.v1 import common_pb2
from nightdesk.v1.operations_pb2 import Turn, TurnSummary


def print_turns(turns: Iterable[TurnSummary], console: Console) -> None:
    """Two lines a turn: a table of so many columns would break the ids, which `turns show` wants whole."""
    for turn in turns:
        cost = money(turn.cost if turn.HasField("cost") else None)
        cached = "answered before" if turn.cache else ""
        facts = (when(turn.create_time), _outcome(turn), f"v{turn.prompt_version}", turn.model, cached)
        console.print(" · ".join([*filter(None, facts), seconds(turn.total_latency), cost]))
        console.print(f"  [dim]{turn.turn_id}[/]  {escape(shorten(turn.question, 60))}", soft_wrap=True)


def print_turn(turn: Turn, console: Console) -> None:
    summary = turn.summary
    lines = {
        "turn": f"{summary.turn_id} in conversation {summary.conversation_id}, {when(summary.create_time)}",
        "question": turn.question,
        "searched for": turn.search_question + search_question_source(turn.search_question_source),
        "index": turn.index_version,
        "access groups": ", ".join(turn.access_groups),
        "customer tier": turn.customer_tier,
        "answer": turn.answer,
        "outcome": _outcome(summary),
        "answerability": f"{turn.answerability:.2f}",
        "prompt version": str(summary.prompt_version),
        "route": "; ".join(decision_lines(turn)),
        "model": summary.model or "none was asked for an answer",
        "cost": money(summary.cost if summary.HasField("cost") else None),
        "tokens": f"{summary.input_tokens} in, {summary.output_tokens} out",
        "timings": ", ".join(f"{timing.stage} {seconds(timing.duration)}" for timing in turn.timings),
    }
    for name, text in lines.items():
        console.print(f"[bold]{name}[/]  {escape(text)}", soft_wrap=True)
    if turn.usage:
        console.print(_calls_table(turn.usage))
    for switched in turn.route_switches:
        console.print(escape(switch_line(switched)), soft_wrap=True)
    for citation in turn.citations:
        mark = "cited" if citation.chunk_id in turn.citation_ids else "retrieved"
        place = " > ".join([citation.title, *citation.heading_path])
        console.print(escape(f"[{citation.number}] {mark} {citation.score:.2f}  {place}"), soft_wrap=True)
    for verdict in turn.rail_verdicts:
        direction = enum_word(common_pb2.RailDirection.DESCRIPTOR, verdict.direction)
        word = enum_word(common_pb2.Verdict.DESCRIPTOR, verdict.verdict)
        told = " ".join(filter(None, (word, verdict.category, score_of(verdict), verdict.detail)))
        console.print(escape(f"rail “{verdict.rail}” on {direction}: {told}"), soft_wrap=True)


def _calls_table(usage: Iterable[common_pb2.Usage]) -> Table:
    """Every call to a model, failed and cancelled ones too: tokens in, tokens out."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    # On 80 columns names may be broken, but no outcome.
    for heading in ("deployment", "model", "purpose"):
        table.add_column(heading, overflow="fold")
    table.add_column("outcome", no_wrap=True)
    for heading in ("in", "out", "cost"):
        table.add_column(heading, justify="right", no_wrap=True)
    for call in usage:
        read = call.uncached_input_tokens + call.cache_read_tokens + call.cache_write_tokens
        written = call.output_tokens + call.reasoning_tokens
        mark = " estimated" if call.estimated else ""
        names = [escape(text) for text in (call.deployment, call.model, call.purpose.replace("_", " "), call.outcome)]
        cost = money(call.cost if call.HasField("cost") else None)
        table.add_row(*names, f"{read:,}", f"{written:,}{mark}", cost)
    return table


def _outcome(turn: TurnSummary) -> str:
    word = enum_word(common_pb2.FinishReason.DESCRIPTOR, turn.finish_reason)
    return f"{word} ({turn.refusal_category})" if turn.refusal_category else word
