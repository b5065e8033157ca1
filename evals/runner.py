"""Runs a dataset: asks, scores and records, a few cases at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from evals.answers import Answer, ask
from evals.cases import EvalCase, dataset_hash
from evals.judge_choice import JudgeChoice
from evals.judge_usage import gathered_usage
from evals.metrics.base import Metric, score_of
from evals.reports import summarise
from evals.suite import metric_suite
from nightdesk import Client
from nightdesk.v1 import evaluation_pb2, prompt_pb2

BATCH = 50
"""Results recorded at once: what a crash can lose."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What to run. `prompt_version` is a number or a label; `concurrency` counts cases in the making."""

    dataset: str
    cases: Sequence[EvalCase]
    prompt_version: str
    concurrency: int = 4
    judge: JudgeChoice | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class FinishedRun:
    run: evaluation_pb2.Run
    results: list[evaluation_pb2.CaseResult]
    """In the order of the cases."""


def run_dataset(client: Client, plan: RunPlan, on_result: Callable[[evaluation_pb2.CaseResult], None]) -> FinishedRun:
    """Ask every case once and record it; `on_result` hears of each as it is done.

    A label is resolved to its version first, so that a label that moves cannot split the run. Raises ApiError where
    the run cannot be recorded; a case that fails is a result with an error.
    """
    request = prompt_pb2.GetPromptVersionRequest(prompt_version=plan.prompt_version)
    version = client.call(client.prompts.GetPromptVersion, request).prompt_version.version
    created = client.call(
        client.evaluations.CreateRun,
        evaluation_pb2.CreateRunRequest(
            dataset=plan.dataset,
            dataset_hash=dataset_hash(plan.cases),
            prompt_version=version,
            description=plan.description,
        ),
    )
    run_id = created.run.run_id
    results = asyncio.run(_answer_all(client, plan, str(version), run_id, on_result))
    finish = evaluation_pb2.FinishRunRequest(run_id=run_id, metrics=summarise(results))
    return FinishedRun(client.call(client.evaluations.FinishRun, finish).run, results)


async def _answer_all(
    client: Client, plan: RunPlan, version: str, run_id: str, on_result: Callable[[evaluation_pb2.CaseResult], None]
) -> list[evaluation_pb2.CaseResult]:
    """One event loop for all of the run: the judges' clients must not be shared between loops."""
    results: list[evaluation_pb2.CaseResult] = []
    with ThreadPoolExecutor(plan.concurrency) as pool:
        async with metric_suite(plan.judge) as metrics:
            case_runner = _CaseRunner(client, version, metrics, pool, asyncio.Semaphore(plan.concurrency), on_result)
            for start in range(0, len(plan.cases), BATCH):
                batch = await asyncio.gather(*map(case_runner.run, plan.cases[start : start + BATCH]))
                request = evaluation_pb2.RecordResultsRequest(run_id=run_id, results=batch)
                await asyncio.to_thread(client.call, client.evaluations.RecordResults, request)
                results += batch
    return results


@dataclass(frozen=True, slots=True)
class _CaseRunner:
    """Asks in a thread, scores in the event loop."""

    client: Client
    prompt_version: str
    metrics: Sequence[Metric]
    pool: ThreadPoolExecutor
    limit: asyncio.Semaphore
    on_result: Callable[[evaluation_pb2.CaseResult], None]

    async def run(self, case: EvalCase) -> evaluation_pb2.CaseResult:
        async with self.limit:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self.pool, ask, self.client, case, self.prompt_version)
            with gathered_usage() as judge_usage:
                scores = [] if answer.error else [await score_of(metric, answer) for metric in self.metrics]
        result = _result(answer, [score for score in scores if score is not None])
        result.judge_usage.extend(judge_usage)
        self.on_result(result)
        return result


def _result(answer: Answer, scores: Sequence[evaluation_pb2.Score]) -> evaluation_pb2.CaseResult:
    result = evaluation_pb2.CaseResult(
        case=answer.case.case,
        turn_id=answer.turn_id,
        answer=answer.text,
        retrieved_document_ids=answer.retrieved_ids,
        scores=scores,
        latency_seconds=answer.latency,
        error=answer.error,
    )
    if answer.completed is not None:
        result.finish_reason = answer.completed.finish_reason
        result.refusal_category = answer.completed.refusal_category
        if answer.completed.HasField("cost"):
            result.cost.CopyFrom(answer.completed.cost)
    return result
