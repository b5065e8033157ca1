"""What judging an evaluation costs is spent like everything else, and counted once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from nightdesk.v1 import common_pb2, evaluation_pb2
from server.domain import Account
from server.errors import InvalidArgument
from server.interceptors.callers import LOCAL, _principal
from server.ledger.evaluations import EvaluationStore
from server.services.evaluation import EvaluationService
from tests.unit.spending.desk import Desk, open_desk

NO_CONTEXT = cast("Any", None)
CALL = common_pb2.Usage(provider="openai", model="gpt-4.1", uncached_input_tokens=1_000, output_tokens=10)
"""2,000 and 8,000 billionths a token."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    _principal.set(LOCAL)
    async with open_desk(tmp_path) as made:
        yield made


async def report(desk: Desk, *calls: common_pb2.Usage, times: int = 1) -> None:
    """A run whose one case took these calls to a judge, told so many times."""
    service = EvaluationService(EvaluationStore(desk.engine), desk.meter)
    made = await service.CreateRun(evaluation_pb2.CreateRunRequest(dataset="d", prompt_version=1), NO_CONTEXT)
    result = evaluation_pb2.CaseResult(case=evaluation_pb2.Case(case_id="c1"), judge_usage=calls)
    request = evaluation_pb2.RecordResultsRequest(run_id=made.run.run_id, results=[result])
    for _ in range(times):
        await service.RecordResults(request, NO_CONTEXT)


async def test_each_call_of_a_judge_is_a_charge_priced_by_the_server(desk: Desk) -> None:
    await report(desk, CALL, CALL)

    charges = await desk.charges()
    assert [(row.purpose, row.cost_nanos, row.key) for row in charges] == [("judge", 2_080_000, LOCAL.name)] * 2


async def test_a_report_that_is_sent_again_is_counted_once_and_budgets_see_it(desk: Desk) -> None:
    account = Account(LOCAL.tenant, LOCAL.name)
    await desk.limit_of(account, 10**9)
    await report(desk, CALL, times=2)

    assert len(await desk.charges()) == 1
    assert await desk.spent_of(account) == 2_080_000


async def test_counts_below_zero_are_refused_by_name(desk: Desk) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await report(desk, common_pb2.Usage(provider="openai", model="gpt-4.1", output_tokens=-1))

    assert caught.value.field == "results[0].judge_usage"
    assert await desk.charges() == []
