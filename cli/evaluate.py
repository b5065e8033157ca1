"""`nightdesk eval`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CliError

if TYPE_CHECKING:
    from evals.cases import EvalCase
    from evals.judge_choice import JudgeChoice

TURN_TIMEOUT = 300.0
"""Seconds; the server caps it with a limit of its own."""

app = typer.Typer(help="Ask a dataset's cases and score the answers.")


@app.command()
def run(
    dataset: Annotated[str, typer.Argument(help="A .jsonl file of cases, or “larkbook” for the sample's.")],
    prompt: Annotated[str, typer.Option(help="The prompt version to try: a number or a label.")] = "production",
    limit: Annotated[int, typer.Option(min=0, help="Only the first cases; 0 for all.")] = 0,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Cases asked at once.")] = 4,
    description: Annotated[str, typer.Option(help="Why it is run, for the record.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line a case as it is done, then one with the run.")
    ] = False,
) -> None:
    """Ask every case of a dataset and record what was answered with its scores.

    Deterministic metrics and those of Ragas that need no model are always computed; Ragas's judge metrics where
    OPENAI_API_KEY, OPENAI_BASE_URL or ANTHROPIC_API_KEY is set (NIGHTDESK_JUDGE="openai:MODEL", "anthropic:MODEL" or
    "none" chooses). Ends with 1 where a case could not be asked.
    """
    name, cases = _read_dataset(dataset)
    judge = _judge()
    # The metrics take seconds to load: only for a dataset and a judge that can be used.
    from cli.evaluate_run import run_as_json, run_with_progress
    from cli.evaluate_view import print_run
    from cli.output import console, echo_json
    from cli.texts import checked
    from evals.runner import RunPlan
    from nightdesk import Client

    plan = RunPlan(
        dataset=name,
        cases=cases[: limit or None],
        prompt_version=checked(prompt, "--prompt"),
        concurrency=concurrency,
        judge=judge,
        description=checked(description, "--description"),
    )
    with Client(timeout=TURN_TIMEOUT) as client:
        if as_json:
            finished = run_as_json(client, plan)
            echo_json(finished.run)
        else:
            finished = run_with_progress(client, plan, console(stderr=True))
            print_run(finished.run, finished.results, console())
    if any(result.error for result in finished.results):
        raise typer.Exit(1)


@app.command("list")
def list_runs(
    limit: Annotated[int, typer.Option(min=0, help="At most this many, newest first; 0 for all.")] = 20,
    dataset: Annotated[str, typer.Option(help="Only runs of this dataset.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a run.")] = False,
) -> None:
    """List runs, newest first."""
    from cli.evaluate_view import runs_table
    from cli.output import console, echo_json
    from cli.paging import take
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import evaluation_pb2

    wanted = checked(dataset, "--dataset")
    with Client() as client:

        def fetch(page_size: int, token: str) -> tuple[Iterable[evaluation_pb2.Run], str]:
            request = evaluation_pb2.ListRunsRequest(page_size=page_size, page_token=token, dataset=wanted)
            page = client.call(client.evaluations.ListRuns, request)
            return page.runs, page.next_page_token

        runs = list(take(fetch, limit))
    if as_json:
        for one in runs:
            echo_json(one)
    else:
        console().print(runs_table(runs))


@app.command()
def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, as `eval list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line with the run, then one a case.")] = False,
) -> None:
    """Show a run: its metrics with their intervals, by kind of case, and the cases that went wrong."""
    from cli.evaluate_view import print_run
    from cli.output import console, echo_json
    from cli.paging import take
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import evaluation_pb2

    wanted = checked(run_id, "RUN")
    with Client() as client:

        def fetch(page_size: int, token: str) -> tuple[Iterable[evaluation_pb2.CaseResult], str]:
            request = evaluation_pb2.ListResultsRequest(run_id=wanted, page_size=page_size, page_token=token)
            page = client.call(client.evaluations.ListResults, request)
            return page.results, page.next_page_token

        found = client.call(client.evaluations.GetRun, evaluation_pb2.GetRunRequest(run_id=wanted)).run
        results = list(take(fetch, 0))
    if as_json:
        for message in (found, *results):
            echo_json(message)
    else:
        print_run(found, results, console())


def _read_dataset(dataset: str) -> tuple[str, list[EvalCase]]:
    """Its name and its cases. Raises CliError."""
    from cli.sample import CASES
    from evals.cases import InvalidDataset, read_cases

    path = CASES if dataset == "larkbook" else Path(dataset)
    if path.suffix != ".jsonl":
        raise CliError(f"{dataset!r} is neither “larkbook” nor a .jsonl file.", exit_code=2)
    try:
        cases = read_cases(path)
    except InvalidDataset as error:
        raise CliError(str(error), exit_code=2) from None
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}.", exit_code=2) from None
    return ("larkbook" if dataset == "larkbook" else path.stem), cases


def _judge() -> JudgeChoice | None:
    import os

    from evals.judge_choice import InvalidJudge, choose_judge

    try:
        return choose_judge(os.environ)
    except InvalidJudge as error:
        raise CliError(str(error), exit_code=2) from None
