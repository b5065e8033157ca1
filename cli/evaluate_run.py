"""Shows an evaluation while it runs. Importing this loads the metrics, which takes seconds."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.output import echo_json
from evals.runner import FinishedRun, RunPlan, run_dataset
from nightdesk import Client


def run_as_json(client: Client, plan: RunPlan) -> FinishedRun:
    return run_dataset(client, plan, echo_json)


def run_with_progress(client: Client, plan: RunPlan, console: Console) -> FinishedRun:
    judge = plan.judge.model if plan.judge else "none (deterministic and non-LLM metrics only)"
    console.print(f"{len(plan.cases)} cases of {escape(plan.dataset)}, judge: {escape(judge)}")
    columns = (TextColumn("asking and scoring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(plan.cases))
        return run_dataset(client, plan, lambda _: progress.advance(task))
