"""A meter with everything around it, and models that do as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from server.domain import (
    Account,
    Budget,
    ComponentState,
    ComponentStatus,
    ModelEvent,
    ModelPrices,
    ModelRequest,
    Period,
    TokenPrices,
    Usage,
)
from server.ledger.budgets import BudgetStore
from server.ledger.charges import ChargeLedger
from server.ledger.database import open_database
from server.ledger.tables import ChargeRow
from server.ledger.writer import BatchingWriter
from server.ports import SpendCounters
from server.shared_state.memory_spend_counters import MemorySpendCounters
from server.spending.budgets import Budgets
from server.spending.meter import Meter
from server.spending.prices import PriceTable

SHOP = Account("acme", "shop")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRICES = ModelPrices(TokenPrices(Decimal(1), Decimal("0.1"), Decimal("1.25"), Decimal(4)), "settings, 2026-11-01")
"""Input 1,000, cached 100, output 4,000 billionths a token."""
REQUEST = ModelRequest("You help.", (), "Where is my parcel?", "", (), max_output_tokens=100)


@dataclass
class ScriptedModel:
    """Says what `script` holds: events, errors to raise, or seconds to wait."""

    script: Sequence[ModelEvent | Exception | float | asyncio.Event]
    provider: str = "openai"
    name: str = "m"
    asked: list[ModelRequest] = field(default_factory=list)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.asked.append(request)
        for step in self.script:
            match step:
                case float():
                    await asyncio.sleep(step)
                case asyncio.Event():
                    await step.wait()
                case Exception():
                    raise step
                case _:
                    yield step

    async def check(self) -> ComponentStatus:
        return ComponentStatus("model", self.name, ComponentState.OK, "")

    async def close(self) -> None: ...


@dataclass
class Desk:
    engine: Engine
    model: ScriptedModel
    counters: SpendCounters
    budgets: Budgets
    meter: Meter
    notes: list[Usage] = field(default_factory=list)

    async def ask(self, deployment: str = "main", account: Account = SHOP) -> list[ModelEvent]:
        call = self.meter.call(account, purpose="answer", note=self.notes.append, turn_id="turn_1")
        return [event async for event in call(deployment, REQUEST)]

    async def limit(
        self, hard: int | None, soft: int | None = None, key: str = "", period: Period = Period.DAY
    ) -> None:
        await self.budgets.set(Budget("acme", key, period, soft, hard), "ann")

    async def limit_of(self, account: Account, hard: int) -> None:
        """A day's hard limit of an account's tenant."""
        await self.budgets.set(Budget(account.tenant, "", Period.DAY, None, hard), "ann")

    async def spent_of(self, account: Account) -> int:
        """What the account's tenant has spent, in its only budget."""
        [state] = await self.budgets.states(account.tenant)
        return state.spent_nanos

    async def amounts(self) -> dict[str, tuple[int, int | None]]:
        """Spent and reserved by budget."""
        states = await self.budgets.states("acme")
        return {state.budget.id: (state.spent_nanos, state.reserved_nanos) for state in states}

    async def charges(self) -> list[ChargeRow]:
        """Those that are settled by now, all of them."""
        await self.meter.close()
        with Session(self.engine) as session:
            return list(session.exec(select(ChargeRow).order_by("created_at")))


@asynccontextmanager
async def open_desk(
    path: Path,
    *script: ModelEvent | Exception | float | asyncio.Event,
    counters: SpendCounters | None = None,
    priced: bool = True,
) -> AsyncIterator[Desk]:
    engine = open_database(path / "nightdesk.db")
    writer = BatchingWriter(engine)
    charges = ChargeLedger(engine, writer)
    counters = counters or MemorySpendCounters(NOON.timestamp)
    budgets = await Budgets.open(BudgetStore(engine), charges, counters, lambda: NOON)
    model = ScriptedModel(script)
    free = ScriptedModel(script, provider="nightdesk", name="extractive")
    prices = PriceTable({"main": PRICES} if priced else {})
    meter = Meter({"main": model, "free": free}, prices, budgets, charges, clock=lambda: NOON)
    yield Desk(engine, model, counters, budgets, meter)
    await meter.close()
    writer.close()
    engine.dispose()
