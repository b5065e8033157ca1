"""Evaluation runs: results replace each other until the run is finished."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.errors import FailedPrecondition, NotFound
from server.ledger.database import open_database
from server.ledger.evaluations import EvaluationStore, Result, Run


@pytest.fixture
async def store(tmp_path: Path) -> EvaluationStore:
    made = EvaluationStore(open_database(tmp_path / "nightdesk.db"))
    await made.create("acme", Run("run_1", "larkbook", datetime.now(UTC), finished=False, record="{}"))
    return made


async def test_a_run_counts_its_cases_failures_and_cost(store: EvaluationStore) -> None:
    results = [Result(f"case-{number}", "{}", failed=number > 2, cost_nanos=number) for number in range(5)]
    await store.record("acme", "run_1", results)
    await store.record("acme", "run_1", [Result("case-4", "{}", failed=False, cost_nanos=10)])

    run = await store.get("acme", "run_1")

    assert (run.case_count, run.error_count, run.cost_nanos) == (5, 1, 16)


async def test_one_unpriced_case_leaves_the_whole_run_unpriced(store: EvaluationStore) -> None:
    await store.record("acme", "run_1", [Result("a", "{}", False, 5), Result("b", "{}", False, None)])

    assert (await store.get("acme", "run_1")).cost_nanos is None


async def test_nothing_is_added_to_a_finished_run(store: EvaluationStore) -> None:
    await store.finish("acme", "run_1", '{"done": true}')

    with pytest.raises(FailedPrecondition, match="finished"):
        await store.record("acme", "run_1", [Result("a", "{}", False, 0)])


async def test_results_come_by_case_in_pages(store: EvaluationStore) -> None:
    await store.record("acme", "run_1", [Result(case, "{}", False, 0) for case in ("c", "a", "b")])

    first = await store.results("acme", "run_1", after="", limit=2)
    rest = await store.results("acme", "run_1", after=first[-1].case_id, limit=2)

    assert [result.case_id for result in [*first, *rest]] == ["a", "b", "c"]


async def test_another_tenants_run_does_not_exist(store: EvaluationStore) -> None:
    with pytest.raises(NotFound):
        await store.get("rival", "run_1")
