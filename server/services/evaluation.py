"""EvaluationService: runs and the results of their cases."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from google.protobuf import json_format
from grpc.aio import ServicerContext

from nightdesk.v1 import common_pb2, evaluation_pb2, evaluation_pb2_grpc
from server.domain import Account, Role, Usage
from server.errors import InvalidArgument
from server.interceptors.callers import current_principal, require_role
from server.ledger.evaluations import EvaluationStore, Result, Run
from server.ledger.paging import page_token, parse_page_token
from server.services import convert, validate
from server.spending.meter import Meter

MAX_RESULTS = 500
WRITERS = (Role.REVIEWER, Role.ENGINEER, Role.ADMIN)


class EvaluationService(evaluation_pb2_grpc.EvaluationServiceServicer):
    """Serves the evaluation runs of the caller's tenant, and counts what judging them costs as spent."""

    def __init__(self, store: EvaluationStore, meter: Meter) -> None:
        self._store = store
        self._meter = meter

    async def CreateRun(
        self, request: evaluation_pb2.CreateRunRequest, context: ServicerContext[Any, Any]
    ) -> evaluation_pb2.CreateRunResponse:
        principal = require_role(*WRITERS)
        validate.identifier("dataset", request.dataset, max_characters=200)
        if request.prompt_version < 1:
            raise InvalidArgument("prompt_version", "prompt_version is missing.", fix="Send the version's number.")
        record = evaluation_pb2.Run(
            run_id=f"run_{uuid.uuid4().hex}",
            dataset=request.dataset,
            dataset_hash=request.dataset_hash,
            prompt_version=request.prompt_version,
            state=evaluation_pb2.RUN_STATE_RUNNING,
            description=validate.text("description", request.description, max_bytes=8000, required=False),
        )
        now = datetime.now(UTC)
        record.create_time.FromDatetime(now)
        run = Run(record.run_id, record.dataset, now, finished=False, record=json_format.MessageToJson(record))
        await self._store.create(principal.tenant, run)
        return evaluation_pb2.CreateRunResponse(run=record)

    async def RecordResults(
        self, request: evaluation_pb2.RecordResultsRequest, context: ServicerContext[Any, Any]
    ) -> evaluation_pb2.RecordResultsResponse:
        principal = require_role(*WRITERS)
        if len(request.results) > MAX_RESULTS:
            raise InvalidArgument(
                "results", f"results has {len(request.results)} entries; at most {MAX_RESULTS} are allowed."
            )
        results = [
            Result(
                case_id=validate.identifier(f"results[{index}].case.case_id", result.case.case_id),
                record=json_format.MessageToJson(result),
                failed=bool(result.error),
                cost_nanos=result.cost.nanos if result.HasField("cost") else None,
            )
            for index, result in enumerate(request.results)
        ]
        judged = [
            (f"{request.run_id}/{result.case.case_id}/{number}", _judge_usage(f"results[{index}].judge_usage", usage))
            for index, result in enumerate(request.results)
            for number, usage in enumerate(result.judge_usage)
        ]
        await self._store.record(principal.tenant, request.run_id, results)
        account = Account(principal.tenant, principal.name)
        await asyncio.gather(*(self._meter.charge(account, usage, charge_id=name) for name, usage in judged))
        return evaluation_pb2.RecordResultsResponse()

    async def FinishRun(
        self, request: evaluation_pb2.FinishRunRequest, context: ServicerContext[Any, Any]
    ) -> evaluation_pb2.FinishRunResponse:
        principal = require_role(*WRITERS)
        record = _to_proto(await self._store.get(principal.tenant, request.run_id))
        record.state = evaluation_pb2.RUN_STATE_FINISHED
        record.metrics.extend(request.metrics)
        record.finish_time.FromDatetime(datetime.now(UTC))
        run = await self._store.finish(principal.tenant, request.run_id, json_format.MessageToJson(record))
        return evaluation_pb2.FinishRunResponse(run=_to_proto(run))

    async def GetRun(
        self, request: evaluation_pb2.GetRunRequest, context: ServicerContext[Any, Any]
    ) -> evaluation_pb2.GetRunResponse:
        run = await self._store.get(current_principal().tenant, validate.identifier("run_id", request.run_id))
        return evaluation_pb2.GetRunResponse(run=_to_proto(run))

    async def ListRuns(
        self, request: evaluation_pb2.ListRunsRequest, context: ServicerContext[Any, Any]
    ) -> evaluation_pb2.ListRunsResponse:
        limit = validate.page_size(request.page_size, default=50, maximum=500)
        after = parse_page_token(request.page_token)
        runs = await self._store.page(current_principal().tenant, request.dataset, after=after, limit=limit)
        token = page_token(runs[-1].created_at, runs[-1].id) if len(runs) == limit else ""
        return evaluation_pb2.ListRunsResponse(runs=[_to_proto(run) for run in runs], next_page_token=token)

    async def ListResults(
        self, request: evaluation_pb2.ListResultsRequest, context: ServicerContext[Any, Any]
    ) -> evaluation_pb2.ListResultsResponse:
        limit = validate.page_size(request.page_size, default=200, maximum=1000)
        results = await self._store.results(
            current_principal().tenant, request.run_id, after=request.page_token, limit=limit
        )
        return evaluation_pb2.ListResultsResponse(
            results=[json_format.Parse(result.record, evaluation_pb2.CaseResult()) for result in results],
            next_page_token=results[-1].case_id if len(results) == limit else "",
        )


def _judge_usage(field: str, usage: common_pb2.Usage) -> Usage:
    """A judge's call, as its caller counted it; what it cost is for the server's prices to say."""
    counts = (
        usage.uncached_input_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
    )
    if min(counts) < 0:
        raise InvalidArgument(field, "A count of tokens is negative.", fix="Send what the provider reported.")
    return Usage(
        validate.identifier(f"{field}.provider", usage.provider, max_characters=64),
        validate.identifier(f"{field}.model", usage.model, max_characters=200),
        *counts,
        estimated=usage.estimated,
        purpose="judge",
    )


def _to_proto(run: Run) -> evaluation_pb2.Run:
    """The run as it was sent, with the counts over its results."""
    record = json_format.Parse(run.record, evaluation_pb2.Run())
    record.case_count, record.error_count = run.case_count, run.error_count
    cost = convert.money(run.cost_nanos)
    if cost is not None:
        record.cost.CopyFrom(cost)
    return record
