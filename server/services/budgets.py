"""Budgets and spend over the wire."""

from __future__ import annotations

from datetime import timedelta

from nightdesk.amounts import short_dollars
from nightdesk.v1 import common_pb2, operations_pb2
from server.domain import Budget, BudgetState, Period, Principal
from server.errors import InvalidArgument
from server.ledger.charges import ChargeLedger, Spend
from server.ledger.metrics import resolve_span
from server.services import convert, validate
from server.spending.budgets import Budgets

MAX_KEY_CHARACTERS = 128
MAX_LIMIT_NANOS = 2**53 - 1
"""9,007,199 dollars: the greatest amount that counters in Redis compare exactly."""

WHOLE_SPAN = timedelta(days=36_500)
"""A step that no span is longer than."""

_PERIODS: dict[Period, operations_pb2.BudgetPeriod.ValueType] = {
    Period.DAY: operations_pb2.BUDGET_PERIOD_DAY,
    Period.MONTH: operations_pb2.BUDGET_PERIOD_MONTH,
}
_PERIODS_BACK = {value: period for period, value in _PERIODS.items()}
_GROUPS: dict[operations_pb2.SpendGroup.ValueType, str] = {
    operations_pb2.SPEND_GROUP_UNSPECIFIED: "model",
    operations_pb2.SPEND_GROUP_MODEL: "model",
    operations_pb2.SPEND_GROUP_PURPOSE: "purpose",
    operations_pb2.SPEND_GROUP_KEY: "key",
    operations_pb2.SPEND_GROUP_OUTCOME: "outcome",
}


async def list_budgets(budgets: Budgets, principal: Principal) -> operations_pb2.ListBudgetsResponse:
    states = await budgets.states(principal.tenant)
    return operations_pb2.ListBudgetsResponse(budgets=[_budget(state) for state in states])


async def set_budget(
    budgets: Budgets, principal: Principal, request: operations_pb2.SetBudgetRequest
) -> operations_pb2.SetBudgetResponse:
    """Raises InvalidArgument."""
    state = await budgets.set(_read(principal.tenant, request.budget), principal.name)
    return operations_pb2.SetBudgetResponse(budget=_budget(state))


async def delete_budget(
    budgets: Budgets, principal: Principal, request: operations_pb2.DeleteBudgetRequest
) -> operations_pb2.DeleteBudgetResponse:
    """Raises InvalidArgument, NotFound."""
    await budgets.delete(principal.tenant, validate.identifier("budget_id", request.budget_id))
    return operations_pb2.DeleteBudgetResponse()


async def query_spend(
    charges: ChargeLedger, principal: Principal, request: operations_pb2.QuerySpendRequest
) -> operations_pb2.QuerySpendResponse:
    """Raises InvalidArgument."""
    group = _GROUPS.get(request.group)
    if group is None:
        raise InvalidArgument("group", f"{request.group} is not a group.", fix="Send one of SpendGroup's values.")
    start, end, step = resolve_span(
        convert.moment(request.start_time) if request.HasField("start_time") else None,
        convert.moment(request.end_time) if request.HasField("end_time") else None,
        request.step.ToTimedelta() if request.HasField("step") else WHOLE_SPAN,
    )
    if start >= end:
        raise InvalidArgument("start_time", "start_time is not before end_time.", fix="Send an earlier start_time.")
    step = min(step, end - start)
    points = await charges.query(principal.tenant, start, end, step, group)
    return operations_pb2.QuerySpendResponse(
        points=[_point(point) for point in points], step=convert.duration(step.total_seconds())
    )


def _read(tenant: str, sent: operations_pb2.Budget) -> Budget:
    period = _PERIODS_BACK.get(sent.period)
    if period is None:
        raise InvalidArgument("budget.period", "The period is missing.", fix="Send a day or a month.")
    key = validate.identifier("budget.key", sent.key, required=False, max_characters=MAX_KEY_CHARACTERS)
    soft = _limit("budget.soft_limit", sent.soft_limit) if sent.HasField("soft_limit") else None
    hard = _limit("budget.hard_limit", sent.hard_limit) if sent.HasField("hard_limit") else None
    if soft is None and hard is None:
        raise InvalidArgument(
            "budget.hard_limit", "The budget has no limit.", fix="Send a soft limit, a hard one or both."
        )
    if soft is not None and hard is not None and soft > hard:
        raise InvalidArgument(
            "budget.soft_limit",
            f"The soft limit of {_dollars(soft)} is above the hard limit of {_dollars(hard)}.",
            fix="Send a soft limit that is reached first.",
        )
    return Budget(tenant, key, period, soft, hard)


def _limit(field: str, sent: common_pb2.Money) -> int:
    if sent.currency_code != "USD":
        raise InvalidArgument(
            f"{field}.currency_code", f"{field} is in {sent.currency_code[:8] or 'no currency'}.", fix="Send USD."
        )
    if not 0 < sent.nanos <= MAX_LIMIT_NANOS:
        raise InvalidArgument(
            f"{field}.nanos",
            f"{field} is {_dollars(sent.nanos)}.",
            fix=f"Send more than nothing and at most {_dollars(MAX_LIMIT_NANOS)}.",
        )
    return sent.nanos


def _dollars(nanos: int) -> str:
    return f"{short_dollars(nanos)} USD"


def _budget(state: BudgetState) -> operations_pb2.Budget:
    budget = state.budget
    return operations_pb2.Budget(
        budget_id=budget.id,
        soft_limit=convert.money(budget.soft_nanos),
        hard_limit=convert.money(budget.hard_nanos),
        spent=convert.money(state.spent_nanos),
        reserved=convert.money(state.reserved_nanos),
        reset_time=convert.timestamp(state.resets_at),
        key=budget.key,
        period=_PERIODS[budget.period],
    )


def _point(point: Spend) -> operations_pb2.SpendPoint:
    return operations_pb2.SpendPoint(
        start_time=convert.timestamp(point.start),
        group=point.group,
        call_count=point.call_count,
        cost=convert.money(point.cost_nanos),
        unpriced_count=point.unpriced_count,
        estimated_count=point.estimated_count,
        input_tokens=point.input_tokens,
        output_tokens=point.output_tokens,
    )
