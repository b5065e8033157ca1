"""Shows the events of a turn as they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape

from cli.errors import CliError
from cli.output import echo_json, enum_word, money
from nightdesk.v1 import chat_pb2, common_pb2

_SHOWN_STAGES = {"first_token": "first token", "total": "total"}


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
                self._remark(f"{switched.from_model} → {switched.to_model}: {switched.reason}", "yellow")
            case "completed":
                self._completed = event.completed

    def _show_verdict(self, verdict: common_pb2.RailVerdict) -> None:
        if verdict.verdict == common_pb2.VERDICT_ALLOW:
            return
        word = "blocked" if verdict.verdict == common_pb2.VERDICT_BLOCK else "redacted"
        direction = enum_word(common_pb2.RailDirection.DESCRIPTOR, verdict.direction)
        detail = f" ({verdict.detail})" if verdict.detail else ""
        self._remark(f"{direction} {word} by rail “{verdict.rail}”: {verdict.category}{detail}", "red")

    def _show_end(self, completed: chat_pb2.TurnCompleted) -> None:
        if completed.answer.startswith(self._streamed):
            self._write(completed.answer.removeprefix(self._streamed))
        self.console.print()
        citations = {citation.chunk_id: citation for citation in self._citations}
        for chunk_id in completed.citation_ids:
            if chunk_id in citations:
                self.console.print(_citation_line(citations[chunk_id]), soft_wrap=True)
        self.console.print(f"[dim]{escape(_end_line(completed))}[/]", soft_wrap=True)

    def _remark(self, text: str, style: str) -> None:
        if self._streamed and not self._streamed.endswith("\n"):
            self.console.print()
        self.console.print(escape(text), style=style, soft_wrap=True)

    def _write(self, text: str) -> None:
        """As it is: no markup, no wrapping, at once."""
        self.console.out(text, end="", highlight=False)
        self.console.file.flush()


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
    if completed.usage:
        parts.append(completed.usage[-1].model)
    parts.append(money(completed.cost if completed.HasField("cost") else None))
    timings = {timing.stage: timing.duration.ToNanoseconds() / 1e9 for timing in completed.timings}
    parts += [f"{label} {timings[stage]:.2f} s" for stage, label in _SHOWN_STAGES.items() if stage in timings]
    if completed.hand_over:
        parts.append("hand over to a person")
    return " · ".join(parts)
