"""Shows an ingestion while it runs and sums it up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.ingest_stream import IngestEvent, IngestStream, Interrupted
from cli.output import enum_word, json_line
from cli.source_documents import Skipped
from nightdesk.v1 import ingest_pb2

STATUSES = ("created", "replaced", "unchanged", "quarantined", "rejected")


@dataclass(slots=True)
class Summary:
    """What became of the documents. `remarks` are the outcomes that a person must look at."""

    counts: Counter[str] = field(default_factory=Counter)
    chunk_count: int = 0
    remarks: list[ingest_pb2.DocumentOutcome] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def outcome_count(self) -> int:
        return self.counts.total()

    def add(self, event: IngestEvent) -> None:
        if isinstance(event, Skipped):
            self.skipped[event.reason] += 1
        elif isinstance(event, ingest_pb2.DocumentOutcome):
            word = enum_word(ingest_pb2.DocumentStatus.DESCRIPTOR, event.status)
            self.counts[word] += 1
            self.chunk_count += event.chunk_count
            if word in ("rejected", "quarantined"):
                self.remarks.append(event)


def run_as_json(stream: IngestStream) -> Summary:
    """One line an outcome, then one with the summary."""
    summary = Summary()
    for event in stream.run():
        summary.add(event)
        if isinstance(event, ingest_pb2.DocumentOutcome):
            typer.echo(json_line(event))
        elif isinstance(event, Skipped):
            typer.echo(json.dumps({"document_id": event.name, "status": "SKIPPED", "reason": event.reason}))
    counts = {word: summary.counts[word] for word in STATUSES}
    total = {**counts, "skipped": summary.skipped.total(), "chunk_count": summary.chunk_count}
    typer.echo(json.dumps({"summary": total}))
    return summary


def run_with_progress(stream: IngestStream, console: Console, label: str) -> Summary:
    """A progress bar on a terminal; elsewhere nothing until the summary."""
    summary = Summary()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(label, total=None, note="")
        for event in stream.run():
            summary.add(event)
            progress.update(
                task,
                completed=summary.outcome_count,
                total=_total(stream, summary),
                note=_note(event, summary),
            )
        progress.update(task, total=summary.outcome_count, completed=summary.outcome_count)
    return summary


def print_summary(summary: Summary, console: Console) -> None:
    counts = Table("outcome", "documents")
    for word in STATUSES:
        counts.add_row(word, str(summary.counts[word]))
    for reason, count in summary.skipped.most_common():
        counts.add_row(f"skipped: {escape(reason)}", str(count))
    console.print(counts)
    if summary.remarks:
        console.print(_remarks(summary))


def _remarks(summary: Summary) -> Table:
    table = Table("document", "outcome", "reason", "what to do")
    for column in table.columns:
        column.overflow = "fold"
    for outcome in summary.remarks:
        word = enum_word(ingest_pb2.DocumentStatus.DESCRIPTOR, outcome.status)
        table.add_row(escape(outcome.document_id), word, outcome.reason, escape(outcome.detail))
    return table


def _total(stream: IngestStream, summary: Summary) -> int | None:
    """Known only when everything was read; rejections of this side were never sent."""
    return max(stream.sent_count, summary.outcome_count) if stream.all_sent else None


def _note(event: IngestEvent, summary: Summary) -> str:
    if isinstance(event, ingest_pb2.IngestBackOff):
        return f"the server asks to wait {event.retry_delay.ToNanoseconds() / 1e9:.1f} s"
    if isinstance(event, Interrupted):
        return "the connection broke; going on"
    return "  ".join(_nonzero(summary))


def _nonzero(summary: Summary) -> Iterator[str]:
    yield from (f"{word} {summary.counts[word]}" for word in STATUSES if summary.counts[word])
