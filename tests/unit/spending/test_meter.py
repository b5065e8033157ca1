"""The meter: what a call costs however it ends, and which calls budgets let through."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.domain import Account, Budget, ModelFinished, ModelStarted, Period, TextDelta, Usage
from server.errors import BudgetExhausted, ModelError, Unavailable
from server.ports import SpendAmounts, SpendWindow
from server.shared_state.memory_spend_counters import MemorySpendCounters
from server.spending.estimating import most_input_tokens
from tests.unit.spending.desk import NOON, PRICES, REQUEST, SHOP, open_desk

TOLD = Usage("openai", "m", uncached_input_tokens=20, cache_read_tokens=10, output_tokens=5, reasoning_tokens=2)
TOLD_NANOS = 20_000 + 1_000 + 28_000
FINISHED = ModelFinished("stop", TOLD)
MOST_NANOS = PRICES.most_nanos(most_input_tokens(REQUEST), REQUEST.max_output_tokens)


def failure(reason: str) -> ModelError:
    return ModelError("It failed.", reason=reason)


async def test_a_finished_call_is_noted_charged_and_settled(tmp_path: Path) -> None:
    async with open_desk(tmp_path, ModelStarted(), TextDelta("Here."), FINISHED) as desk:
        await desk.limit(10 * MOST_NANOS)
        events = await desk.ask()

        usage = replace(TOLD, cost_nanos=TOLD_NANOS, deployment="main")
        assert events == [ModelStarted(), TextDelta("Here."), ModelFinished("stop", usage)]
        assert desk.notes == [usage]
        (charge,) = await desk.charges()
        assert (charge.tenant, charge.key, charge.turn_id, charge.deployment) == ("acme", "shop", "turn_1", "main")
        assert (charge.cost_nanos, charge.outcome, charge.estimated) == (TOLD_NANOS, "ok", False)
        assert await desk.amounts() == {"tenant/day": (TOLD_NANOS, 0)}


async def test_the_worst_case_is_reserved_before_the_model_is_asked(tmp_path: Path) -> None:
    async with open_desk(tmp_path, ModelStarted(), 0.05, FINISHED) as desk:
        await desk.limit(MOST_NANOS)
        first = asyncio.create_task(desk.ask())
        await asyncio.sleep(0.01)

        assert await desk.amounts() == {"tenant/day": (0, MOST_NANOS)}
        with pytest.raises(BudgetExhausted, match="tenant/day") as refused:
            await desk.ask()

        assert refused.value.resets_at == datetime(2026, 11, 23, tzinfo=UTC)
        assert len(desk.model.asked) == 1
        await first
        assert len(desk.notes) == 1


async def test_a_keys_budget_refuses_that_key_alone(tmp_path: Path) -> None:
    async with open_desk(tmp_path, FINISHED) as desk:
        await desk.limit(100 * MOST_NANOS, period=Period.MONTH)
        await desk.limit(1, key="shop")

        with pytest.raises(BudgetExhausted, match="key/shop/day"):
            await desk.ask()
        await desk.ask(account=Account("acme", "other"))
        await desk.ask(account=Account("rival", "shop"))

        await desk.meter.close()
        assert await desk.amounts() == {"key/shop/day": (0, 0), "tenant/month": (TOLD_NANOS, 0)}


@pytest.mark.parametrize("reason", ["RATE_LIMITED", "UNAVAILABLE", "CONTEXT_TOO_LONG", "AUTHENTICATION"])
async def test_a_call_that_was_refused_costs_nothing(tmp_path: Path, reason: str) -> None:
    async with open_desk(tmp_path, failure(reason)) as desk:
        await desk.limit(MOST_NANOS)
        with pytest.raises(ModelError):
            await desk.ask()

        assert [(usage.cost_nanos, usage.outcome) for usage in desk.notes] == [(0, reason.lower())]
        (charge,) = await desk.charges()
        assert (charge.cost_nanos, charge.outcome) == (0, reason.lower())
        assert await desk.amounts() == {"tenant/day": (0, 0)}


async def test_a_call_that_let_us_wait_too_long_had_read_the_input(tmp_path: Path) -> None:
    async with open_desk(tmp_path, failure("TIMED_OUT")) as desk:
        with pytest.raises(ModelError):
            await desk.ask()

        (usage,) = desk.notes
        # 9 and 19 characters, four a token, each text for itself.
        assert (usage.uncached_input_tokens, usage.output_tokens, usage.cost_nanos) == (3 + 5, 0, 8_000)
        assert usage.estimated


async def test_a_call_that_broke_off_is_charged_its_input_and_what_it_said(tmp_path: Path) -> None:
    async with open_desk(tmp_path, TextDelta("Your "), TextDelta("parcel "), failure("UNAVAILABLE")) as desk:
        with pytest.raises(ModelError):
            await desk.ask()

        (usage,) = desk.notes
        # 12 characters are 3 tokens, which is more than two deltas.
        assert (usage.uncached_input_tokens, usage.output_tokens) == (8, 3)
        assert (usage.cost_nanos, usage.outcome, usage.estimated) == (8_000 + 12_000, "unavailable", True)


async def test_counts_that_the_provider_told_at_once_are_kept(tmp_path: Path) -> None:
    began = Usage("anthropic", "m", uncached_input_tokens=31, cache_read_tokens=100, output_tokens=1)
    async with open_desk(tmp_path, ModelStarted(began), failure("UNAVAILABLE")) as desk:
        with pytest.raises(ModelError):
            await desk.ask()

        (usage,) = desk.notes
        assert (usage.uncached_input_tokens, usage.cache_read_tokens, usage.output_tokens) == (31, 100, 1)
        assert usage.cost_nanos == 31_000 + 10_000 + 4_000


async def test_a_reader_that_leaves_is_charged_what_was_said(tmp_path: Path) -> None:
    async with open_desk(tmp_path, *[TextDelta("word ")] * 8, FINISHED) as desk:
        await desk.limit(MOST_NANOS)
        call = desk.meter.call(SHOP, purpose="judge", note=desk.notes.append)
        async with aclosing(call("main", REQUEST)) as events:
            for _ in range(4):
                await anext(events)

        # It is in the record of the turn as soon as the generator is closed.
        (usage,) = desk.notes
        assert (usage.output_tokens, usage.outcome, usage.purpose) == (5, "cancelled", "judge")
        (charge,) = await desk.charges()
        assert charge.cost_nanos == usage.cost_nanos
        assert await desk.amounts() == {"tenant/day": (usage.cost_nanos, 0)}


async def test_a_cancelled_call_is_settled_all_the_same(tmp_path: Path) -> None:
    async with open_desk(tmp_path, ModelStarted(), TextDelta("word "), 10.0, FINISHED) as desk:
        await desk.limit(MOST_NANOS)
        asking = asyncio.create_task(desk.ask())
        await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        (charge,) = await desk.charges()
        assert charge.outcome == "cancelled"
        assert await desk.amounts() == {"tenant/day": (charge.cost_nanos, 0)}


async def test_missing_counts_are_estimated_by_those_that_were_told(tmp_path: Path) -> None:
    async with open_desk(tmp_path, TextDelta("word "), FINISHED) as desk:
        for _ in range(3):
            await desk.ask()
        # 30 input tokens were told for these texts, and 5 output tokens for five characters in one delta.
        blind = Usage("openai", "m", uncached_input_tokens=8, output_tokens=2, estimated=True)
        desk.model.script = [TextDelta("word word "), ModelFinished("stop", blind)]
        await desk.ask()

        usage = desk.notes[-1]
        assert (usage.uncached_input_tokens, usage.cache_read_tokens) == (20, 10)
        assert (usage.output_tokens, usage.reasoning_tokens, usage.estimated) == (10, 2, True)


async def test_where_a_delta_is_a_token_deltas_are_counted(tmp_path: Path) -> None:
    said = replace(TOLD, output_tokens=3)
    async with open_desk(tmp_path, *[TextDelta("longish ")] * 3, ModelFinished("stop", said)) as desk:
        await desk.ask()
        desk.model.script = [TextDelta("longish "), TextDelta("longish "), failure("UNAVAILABLE")]
        with pytest.raises(ModelError):
            await desk.ask()

        assert desk.notes[-1].output_tokens == 2


async def test_the_extractive_answer_is_noted_but_neither_reserved_nor_charged(tmp_path: Path) -> None:
    async with open_desk(tmp_path, FINISHED) as desk:
        await desk.limit(1)
        await desk.ask("free")

        assert [(usage.cost_nanos, usage.deployment) for usage in desk.notes] == [(0, "free")]
        assert await desk.charges() == []


async def test_an_unpriced_call_is_charged_as_unpriced(tmp_path: Path) -> None:
    async with open_desk(tmp_path, FINISHED, priced=False) as desk:
        await desk.limit(1)
        await desk.ask()

        (charge,) = await desk.charges()
        assert charge.cost_nanos is None
        assert [usage.cost_nanos for usage in desk.notes] == [None]
        assert await desk.amounts() == {"tenant/day": (0, 0)}


async def test_a_new_budget_knows_what_was_spent_before(tmp_path: Path) -> None:
    async with open_desk(tmp_path, FINISHED) as desk:
        await desk.ask()
        await desk.ask(account=Account("acme", "other"))
        await desk.charges()

        await desk.limit(100 * MOST_NANOS)
        await desk.limit(100 * MOST_NANOS, key="shop", period=Period.MONTH)

        assert await desk.amounts() == {"tenant/day": (2 * TOLD_NANOS, 0), "key/shop/month": (TOLD_NANOS, 0)}


async def test_a_budget_made_while_a_call_runs_counts_that_call(tmp_path: Path) -> None:
    async with open_desk(tmp_path, ModelStarted(), 0.05, FINISHED) as desk:
        asking = asyncio.create_task(desk.ask())
        await asyncio.sleep(0.01)
        await desk.limit(100 * MOST_NANOS)
        await asking
        await desk.meter.close()

        assert await desk.amounts() == {"tenant/day": (TOLD_NANOS, 0)}


async def test_a_soft_limit_is_passed_by_what_is_spent_and_reserved(tmp_path: Path) -> None:
    async with open_desk(tmp_path, FINISHED) as desk:
        await desk.limit(None, soft=TOLD_NANOS + 1, key="shop")
        assert not (await desk.meter.standing(SHOP)).soft_limit_passed
        await desk.ask()
        await desk.meter.close()
        assert not (await desk.meter.standing(SHOP)).soft_limit_passed

        await desk.ask()
        await desk.meter.close()

        standing = await desk.meter.standing(SHOP)
        assert (standing.soft_limit_passed, standing.budget) == (True, "key/shop/day")
        assert not (await desk.meter.standing(Account("acme", "other"))).soft_limit_passed


class AwayAndBack(MemorySpendCounters):
    """Cannot be reached while `away`."""

    def __init__(self) -> None:
        super().__init__(NOON.timestamp)
        self.away = False

    async def reserve(
        self,
        reservation: str,
        nanos: int,
        windows: Sequence[SpendWindow],
        *,
        seconds: float,
    ) -> SpendWindow | None:
        self._reach()
        return await super().reserve(reservation, nanos, windows, seconds=seconds)

    async def settle(self, reservation: str, nanos: int, windows: Sequence[SpendWindow]) -> None:
        self._reach()
        await super().settle(reservation, nanos, windows)

    async def amounts(self, windows: Sequence[SpendWindow]) -> list[SpendAmounts]:
        self._reach()
        return await super().amounts(windows)

    def _reach(self) -> None:
        if self.away:
            raise Unavailable("away")


async def test_without_counters_nothing_is_spent_where_a_budget_is_set(tmp_path: Path) -> None:
    counters = AwayAndBack()
    async with open_desk(tmp_path, FINISHED, counters=counters) as desk:
        await desk.limit(100 * MOST_NANOS)
        counters.away = True

        with pytest.raises(Unavailable):
            await desk.ask()
        await desk.ask(account=Account("rival", "shop"))

        assert len(desk.model.asked) == 1
        counters.away = False


async def test_settling_waits_for_counters_that_come_back(tmp_path: Path) -> None:
    counters = AwayAndBack()
    async with open_desk(tmp_path, ModelStarted(), 0.02, FINISHED, counters=counters) as desk:
        await desk.limit(100 * MOST_NANOS)
        asking = asyncio.create_task(desk.ask())
        await asyncio.sleep(0.01)
        counters.away = True
        await asking
        await asyncio.sleep(0.05)
        counters.away = False
        await desk.meter.close()

        assert await desk.amounts() == {"tenant/day": (TOLD_NANOS, 0)}


async def test_lost_counters_are_seeded_from_the_ledger(tmp_path: Path) -> None:
    counters = MemorySpendCounters(NOON.timestamp)
    async with open_desk(tmp_path, FINISHED, counters=counters) as desk:
        await desk.limit(TOLD_NANOS + MOST_NANOS)
        await desk.ask()
        await desk.charges()
        counters._windows.clear()

        await desk.ask()
        await desk.meter.close()

        assert await desk.amounts() == {"tenant/day": (2 * TOLD_NANOS, 0)}


async def test_what_an_outage_left_unsettled_counts_once_where_counters_come_back_empty(tmp_path: Path) -> None:
    counters = AwayAndBack()
    async with open_desk(tmp_path, FINISHED, counters=counters) as desk:
        await desk.limit(None, soft=100 * MOST_NANOS)
        counters.away = True
        for _ in range(3):
            await desk.ask()
        ledger, hour = desk.budgets._charges, (NOON, NOON + timedelta(hours=1))
        while await ledger.spent_nanos("acme", "", *hour) < 3 * TOLD_NANOS:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        counters._windows.clear()
        counters.away = False
        await desk.amounts()  # Whoever asks first has the window seeded from the ledger.

        await desk.meter.close()

        assert await desk.amounts() == {"tenant/day": (3 * TOLD_NANOS, 0)}


async def test_a_call_that_was_settled_before_its_budget_was_made_is_in_the_seed(tmp_path: Path) -> None:
    async with open_desk(tmp_path, FINISHED) as desk:
        await desk.ask()
        await desk.charges()
        await desk.limit(100 * MOST_NANOS)

        assert await desk.amounts() == {"tenant/day": (TOLD_NANOS, 0)}


async def test_a_budget_that_is_set_while_counters_are_away_is_told_with_what_the_ledger_has(tmp_path: Path) -> None:
    counters = AwayAndBack()
    async with open_desk(tmp_path, FINISHED, counters=counters) as desk:
        await desk.ask()
        await desk.charges()
        counters.away = True

        made = await desk.budgets.set(Budget("acme", "", Period.DAY, None, 100 * MOST_NANOS), "ann")

        assert (made.spent_nanos, made.reserved_nanos) == (TOLD_NANOS, None)
        assert await desk.budgets.states("acme") == [made]
        counters.away = False


class SlowToSeed(MemorySpendCounters):
    """Is seeded when `go` is set."""

    def __init__(self) -> None:
        super().__init__(NOON.timestamp)
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def seed(self, window: SpendWindow, spent_nanos: int) -> None:
        self.asked.set()
        await self.go.wait()
        await super().seed(window, spent_nanos)


async def test_a_call_that_is_settled_while_counters_are_seeded_is_not_forgotten(tmp_path: Path) -> None:
    counters, answer = SlowToSeed(), asyncio.Event()
    async with open_desk(tmp_path, ModelStarted(), answer, FINISHED, counters=counters) as desk:
        asking = asyncio.create_task(desk.ask())
        await asyncio.sleep(0)  # It is under way when its tenant gets a budget.
        limiting = asyncio.create_task(desk.limit(10 * MOST_NANOS))
        await counters.asked.wait()
        answer.set()
        await asking
        closing = asyncio.create_task(desk.meter.close())
        await asyncio.wait([closing], timeout=0.3)
        counters.go.set()
        await asyncio.gather(limiting, closing)

        assert await desk.amounts() == {"tenant/day": (TOLD_NANOS, 0)}


class SlowToReserve(MemorySpendCounters):
    """Reserves, but is long in saying so, as over a slow network."""

    async def reserve(
        self, reservation: str, nanos: int, windows: Sequence[SpendWindow], *, seconds: float
    ) -> SpendWindow | None:
        refused = await super().reserve(reservation, nanos, windows, seconds=seconds)
        await asyncio.sleep(10)
        return refused


async def test_a_call_that_is_cancelled_while_it_reserves_holds_nothing(tmp_path: Path) -> None:
    async with open_desk(tmp_path, FINISHED, counters=SlowToReserve(NOON.timestamp)) as desk:
        await desk.limit(MOST_NANOS)
        asking = asyncio.create_task(desk.ask())
        await asyncio.sleep(0.02)
        assert await desk.amounts() == {"tenant/day": (0, MOST_NANOS)}
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        assert await desk.charges() == []
        assert await desk.amounts() == {"tenant/day": (0, 0)}
        assert not desk.notes
        assert not desk.model.asked
