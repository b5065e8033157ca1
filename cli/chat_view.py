"""Shows the events of a turn as they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape

from cli.errors import CliError
from cli.output import echo_json, enum_word, money, score_of
from nightdesk.routings import chain_in_words
from nightdesk.turns import answering_model, repeat_cost, switch_in_words
from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2

_SHOWN_STAGES = {"first_token": "first token", "total": "total"}
_DECIDED = {
    common_pb2.VERDICT_BLOCK: ("blocked", "red"),
    common_pb2.VERDICT_REDACT: ("redacted", "yellow"),
    common_pb2.VERDICT_FLAG: ("flagged", "yellow"),
}


def show_as_json(events: Iterable[chat_pb2.ChatResponse]) -> chat_pb2.TurnCompleted:
    """One line an event. Raises CliError where the turn never ended."""
    completed: chat_pb2.TurnCompleted | None = None
    for event in events:
        echo_json(event)
        if event.HasField("completed"):
            completed = event.completed
    if completed is None:
        raise _incomplete()
    return completed


@dataclass(slots=True)
class TurnView:
    """Writes the answer while it is streamed, then what it rests on and what it cost."""

    console: Console
    _streamed: str = ""
    _citations: list[common_pb2.Citation] = field(default_factory=list)
    _completed: chat_pb2.TurnCompleted | None = None

    def show(self, events: Iterable[chat_pb2.ChatResponse]) -> chat_pb2.TurnCompleted:
        """Raises CliError where the turn never ended."""
        for event in events:
            self._show_event(event)
        if self._completed is None:
            self.console.print()
            raise _incomplete()
        self._show_end(self._completed)
        return self._completed

    def _show_event(self, event: chat_pb2.ChatResponse) -> None:
        match event.WhichOneof("event"):
            case "citations":
                self._citations = list(event.citations.citations)
            case "delta":
                self._streamed += event.delta.text
                self._write(event.delta.text)
            case "rail_verdict":
                self._show_verdict(event.rail_verdict)
            case "route_switched":
                switched = event.route_switched
                self._remark(switch_line(switched), "yellow")
            case "completed":
                self._completed = event.completed

    def _show_verdict(self, verdict: common_pb2.RailVerdict) -> None:
        if verdict.verdict not in _DECIDED:
            return
        word, style = _DECIDED[verdict.verdict]
        direction = enum_word(common_pb2.RailDirection.DESCRIPTOR, verdict.direction)
        told = "; ".join(filter(None, (score_of(verdict), verdict.detail)))
        detail = f" ({told})" if told else ""
        self._remark(f"{direction} {word} by rail “{verdict.rail}”: {verdict.category}{detail}", style)

    def _show_end(self, completed: chat_pb2.TurnCompleted) -> None:
        if completed.answer.startswith(self._streamed):
            self._write(completed.answer.removeprefix(self._streamed))
        self.console.print()
        citations = {citation.chunk_id: citation for citation in self._citations}
        for chunk_id in completed.citation_ids:
            if chunk_id in citations:
                self.console.print(_citation_line(citations[chunk_id]), soft_wrap=True)
        for line in (*decision_lines(completed), _end_line(completed)):
            self.console.print(f"[dim]{escape(line)}[/]", soft_wrap=True)

    def _remark(self, text: str, style: str) -> None:
        if self._streamed and not self._streamed.endswith("\n"):
            self.console.print()
        self.console.print(escape(text), style=style, soft_wrap=True)

    def _write(self, text: str) -> None:
        """As it is: no markup, no wrapping, at once."""
        self.console.out(text, end="", highlight=False)
        self.console.file.flush()


def switch_line(switched: chat_pb2.RouteSwitched) -> str:
    """ "strong → backup, which goes on with the answer: timed_out"."""
    return f"{switch_in_words(switched)}: {switched.reason}"


def decision_lines(told: chat_pb2.TurnCompleted | operations_pb2.Turn) -> list[str]:
    """Why these models were to answer, or whose answer was given again; empty where there was nothing to decide."""
    lines = []
    decision = told.route_decision
    only_one = (decision.route, decision.rule, len(decision.chain)) == ("default", "default", 1)
    if told.HasField("route_decision") and not only_one:
        where = f"route {decision.route}" if decision.route else "the prompt version's routing"
        lines.append(f"{where}, {decision.rule} → {chain_in_words(decision.chain)}")
        if decision.reason:
            lines[0] += f" ({decision.reason})"
    if told.HasField("cache_hit"):
        hit = told.cache_hit
        kind = enum_word(common_pb2.CacheKind.DESCRIPTOR, hit.kind)
        alike = f"{kind}, similarity {hit.similarity:.3f}" if hit.kind == common_pb2.CACHE_KIND_SEMANTIC else kind
        lines.append(f"answered before in turn {hit.turn_id}, {repeat_cost(told.usage)} ({alike})")
    return lines


def _incomplete() -> CliError:
    return CliError("The stream ended before the turn did; the answer may be incomplete.", fix="Ask again.")


def _citation_line(citation: common_pb2.Citation) -> str:
    heading = f" > {' > '.join(citation.heading_path)}" if citation.heading_path else ""
    where = f"  {citation.uri}" if citation.uri else f"  {citation.document_id}"
    return f"[cyan]{escape(f'[{citation.number}]')}[/] {escape(citation.title + heading)}[dim]{escape(where)}[/]"


def _end_line(completed: chat_pb2.TurnCompleted) -> str:
    reason = enum_word(common_pb2.FinishReason.DESCRIPTOR, completed.finish_reason)
    parts = [f"{reason} ({completed.refusal_category})" if completed.refusal_category else reason]
    parts.append(f"prompt {completed.prompt_version}")
    if model := answering_model(completed.usage):
        parts.append(model)
    if len(completed.usage) > 1:
        parts.append(f"{len(completed.usage)} calls")
    parts.append(money(completed.cost if completed.HasField("cost") else None))
    timings = {timing.stage: timing.duration.ToNanoseconds() / 1e9 for timing in completed.timings}
    parts += [f"{label} {timings[stage]:.2f} s" for stage, label in _SHOWN_STAGES.items() if stage in timings]
    if completed.hand_over:
        parts.append("hand over to a person")
    return " · ".join(parts)
