"""The calls on budgets and spend: what they refuse, and what they tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.rpc import error_details_pb2

from nightdesk.v1 import common_pb2, operations_pb2
from server.domain import Account, Principal, Role, Usage
from server.errors import BudgetExhausted, InvalidArgument, NotFound
from server.interceptors.errors import to_status
from server.ledger.budgets import BudgetStore
from server.ledger.charges import Charge, ChargeLedger
from server.ledger.database import open_database
from server.ledger.writer import BatchingWriter
from server.services import convert
from server.services.budgets import delete_budget, list_budgets, query_spend, set_budget
from server.shared_state.memory_spend_counters import MemorySpendCounters
from server.spending.budgets import Budgets

EVE = Principal("eve", "acme", Role.ENGINEER)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def usd(dollars: float) -> common_pb2.Money:
    return common_pb2.Money(currency_code="USD", nanos=round(dollars * 10**9))


def day(**fields: object) -> operations_pb2.SetBudgetRequest:
    budget = operations_pb2.Budget(period=operations_pb2.BUDGET_PERIOD_DAY, **fields)  # type: ignore[arg-type]
    return operations_pb2.SetBudgetRequest(budget=budget)


class Books:
    def __init__(self, path: Path) -> None:
        self.engine = open_database(path / "nightdesk.db")
        self.writer = BatchingWriter(self.engine)
        self.charges = ChargeLedger(self.engine, self.writer)
        self.written = 0

    async def open(self) -> Budgets:
        return await Budgets.open(BudgetStore(self.engine), self.charges, MemorySpendCounters(), lambda: NOON)

    async def charge(self, at: datetime, model: str, nanos: int | None, **changes: object) -> None:
        self.written += 1
        usage = Usage("openai", model, 10, 20, 30, 4, 1, nanos, **changes)  # type: ignore[arg-type]
        await self.charges.record(Charge(f"c{self.written}", Account("acme", "shop"), at, usage))


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    made = Books(tmp_path)
    yield made
    made.writer.close()
    made.engine.dispose()


async def test_a_budget_is_set_listed_changed_and_deleted(books: Books) -> None:
    await books.charge(NOON - timedelta(hours=1), "m", 7)
    await books.charge(NOON - timedelta(hours=13), "m", 5)
    budgets = await books.open()

    made = (await set_budget(budgets, EVE, day(soft_limit=usd(8), hard_limit=usd(10)))).budget
    await set_budget(budgets, EVE, day(hard_limit=usd(1), key="shop"))
    await set_budget(budgets, EVE, day(hard_limit=usd(2), key="shop"))

    assert (made.budget_id, made.spent, made.reserved) == ("tenant/day", usd(0.000000007), usd(0))
    assert convert.moment(made.reset_time) == datetime(2026, 11, 23, tzinfo=UTC)
    # Another start reads them again.
    listed = (await list_budgets(await books.open(), EVE)).budgets
    assert [(budget.budget_id, budget.hard_limit) for budget in listed] == [
        ("key/shop/day", usd(2)),
        ("tenant/day", usd(10)),
    ]
    await delete_budget(budgets, EVE, operations_pb2.DeleteBudgetRequest(budget_id="tenant/day"))
    assert [budget.budget_id for budget in (await list_budgets(budgets, EVE)).budgets] == ["key/shop/day"]
    assert len((await list_budgets(await books.open(), EVE)).budgets) == 1


async def test_other_tenants_budgets_are_not_there(books: Books) -> None:
    budgets, rival = await books.open(), Principal("max", "rival", Role.ADMIN)
    await set_budget(budgets, EVE, day(hard_limit=usd(1)))

    assert not (await list_budgets(budgets, rival)).budgets
    with pytest.raises(NotFound):
        await delete_budget(budgets, rival, operations_pb2.DeleteBudgetRequest(budget_id="tenant/day"))


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (operations_pb2.SetBudgetRequest(), "budget.period"),
        (day(), "budget.hard_limit"),
        (day(hard_limit=usd(0)), "budget.hard_limit.nanos"),
        (day(hard_limit=usd(-1)), "budget.hard_limit.nanos"),
        (day(hard_limit=usd(9_007_200)), "budget.hard_limit.nanos"),
        (day(soft_limit=common_pb2.Money(currency_code="EUR", nanos=1)), "budget.soft_limit.currency_code"),
        (day(soft_limit=usd(2), hard_limit=usd(1)), "budget.soft_limit"),
        (day(hard_limit=usd(1), key="k" * 129), "budget.key"),
        (day(hard_limit=usd(1), key="a\nb"), "budget.key"),
    ],
)
async def test_a_wrong_budget_is_refused_by_its_field(
    books: Books, request_: operations_pb2.SetBudgetRequest, field: str
) -> None:
    budgets = await books.open()

    with pytest.raises(InvalidArgument) as refused:
        await set_budget(budgets, EVE, request_)

    assert refused.value.field == field
    assert not (await list_budgets(budgets, EVE)).budgets


async def test_spend_is_summed_by_interval_and_group(books: Books) -> None:
    for minutes, model, nanos in [(0, "large", 100), (1, "small", 7), (2, "small", 8), (61, "small", None)]:
        await books.charge(NOON + timedelta(minutes=minutes), model, nanos, estimated=nanos == 8)
    start, end = convert.timestamp(NOON), convert.timestamp(NOON + timedelta(hours=2))
    by_hour = operations_pb2.QuerySpendRequest(start_time=start, end_time=end, step=convert.duration(3600))
    by_key = operations_pb2.QuerySpendRequest(start_time=start, end_time=end, group=operations_pb2.SPEND_GROUP_KEY)

    hourly = await query_spend(books.charges, EVE, by_hour)
    whole = await query_spend(books.charges, EVE, by_key)

    told = [
        (convert.moment(p.start_time) - NOON, p.group, p.call_count, p.cost.nanos, p.unpriced_count, p.estimated_count)
        for p in hourly.points
    ]
    assert told == [
        (timedelta(), "large", 1, 100, 0, 0),
        (timedelta(), "small", 2, 15, 0, 1),
        (timedelta(hours=1), "small", 1, 0, 1, 0),
    ]
    (point,) = whole.points
    assert (point.group, point.call_count, point.cost.nanos) == ("shop", 4, 115)
    assert (point.input_tokens, point.output_tokens) == (4 * 60, 4 * 5)
    assert whole.step.ToTimedelta() == timedelta(hours=2)


async def test_a_span_that_ends_before_it_begins_is_refused(books: Books) -> None:
    request = operations_pb2.QuerySpendRequest(
        start_time=convert.timestamp(NOON), end_time=convert.timestamp(NOON - timedelta(days=1))
    )

    with pytest.raises(InvalidArgument, match="start_time"):
        await query_spend(books.charges, EVE, request)


def test_an_exhausted_budget_says_which_and_until_when() -> None:
    status = to_status(BudgetExhausted("key/shop/day", datetime.now(UTC) + timedelta(hours=2)))

    info, quota, retry = error_details_pb2.ErrorInfo(), error_details_pb2.QuotaFailure(), error_details_pb2.RetryInfo()
    for packed, detail in zip(status.details, (info, quota, retry), strict=True):
        assert packed.Unpack(detail)
    assert info.reason == "BUDGET_EXHAUSTED"
    assert [violation.subject for violation in quota.violations] == ["key/shop/day"]
    assert 7_190 <= retry.retry_delay.seconds <= 7_200
