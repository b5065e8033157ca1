"""Shows evaluation runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output import enum_word, money, shorten, when
from evals.reports import by_kind
from nightdesk.v1 import common_pb2, evaluation_pb2

KIND_METRICS = ("outcome_match", "fact_recall", "source_hit", "forbidden_absent")
SHOWN_FAILURES = 20


def print_run(run: evaluation_pb2.Run, results: Sequence[evaluation_pb2.CaseResult], console: Console) -> None:
    cost = money(run.cost if run.HasField("cost") else None)
    console.print(
        f"run {escape(run.run_id)}: {escape(run.dataset)} with prompt version {run.prompt_version}, "
        f"{run.case_count} cases, {run.error_count} errors, {cost}"
    )
    console.print(_metrics_table(run))
    console.print(_kinds_table(results))
    failures = [result for result in results if _failure(result)]
    if failures:
        console.print(_failures_table(failures[:SHOWN_FAILURES]))
    if len(failures) > SHOWN_FAILURES:
        console.print(f"… and {len(failures) - SHOWN_FAILURES} more; `--json` prints all.")


def runs_table(runs: Iterable[evaluation_pb2.Run]) -> Table:
    table = Table()
    table.add_column("run", no_wrap=True)
    for heading in ("made", "dataset", "prompt", "state", "cases", "errors", "outcome match"):
        table.add_column(heading, overflow="fold")
    for run in runs:
        means = {summary.metric: f"{summary.mean:.3f}" for summary in run.metrics}
        state = enum_word(evaluation_pb2.RunState.DESCRIPTOR, run.state)
        counts = (str(run.case_count), str(run.error_count), means.get("outcome_match", ""))
        table.add_row(run.run_id, when(run.create_time), escape(run.dataset), str(run.prompt_version), state, *counts)
    return table


def _metrics_table(run: evaluation_pb2.Run) -> Table:
    table = Table("metric", "mean", "95 % interval", "cases", "errors", "scorer")
    for summary in run.metrics:
        numbers = (f"{summary.mean:.3f}", f"{summary.low:.3f} to {summary.high:.3f}") if summary.count else ("-", "-")
        table.add_row(summary.metric, *numbers, str(summary.count), str(summary.error_count), escape(summary.scorer))
    return table


def _kinds_table(results: Sequence[evaluation_pb2.CaseResult]) -> Table:
    table = Table("kind", "cases", "errors", *(metric.replace("_", " ") for metric in KIND_METRICS))
    for line in by_kind(results, KIND_METRICS):
        means = ("-" if mean is None else f"{mean:.3f}" for mean in line.means.values())
        table.add_row(escape(line.kind), str(line.case_count), str(line.error_count), *means)
    return table


def _failures_table(failures: Iterable[evaluation_pb2.CaseResult]) -> Table:
    table = Table("case", "question", "what went wrong", "answer")
    for result in failures:
        question, answer = shorten(result.case.question, 60), shorten(result.answer, 80)
        table.add_row(escape(result.case.case_id), escape(question), escape(_failure(result)), escape(answer))
    return table


def _failure(result: evaluation_pb2.CaseResult) -> str:
    """Why a case went wrong in one phrase; empty where it did not."""
    if result.error:
        return result.error
    outcome = enum_word(common_pb2.FinishReason.DESCRIPTOR, result.finish_reason)
    values = {score.metric: score.value for score in result.scores if score.HasField("value")}
    if values.get("outcome_match") == 0.0:
        return f"{outcome} instead of {result.case.expected_outcome}"
    if values.get("forbidden_absent") == 0.0:
        return "says what it must not"
    if values.get("fact_recall", 1.0) < 1.0:
        return "facts are missing"
    return ""
