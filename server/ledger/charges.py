"""The ledger of paid calls: one row each, never changed, summed in SQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Integer, Label, ScalarSelect, case, cast, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from server.domain import Account, Usage
from server.ledger.tables import ChargeRow
from server.ledger.writer import BatchingWriter


@dataclass(frozen=True, slots=True)
class Charge:
    """One paid call. `id` is its reservation's; `created_at`, when it was made, decides which period pays for it."""

    id: str
    account: Account
    created_at: datetime
    usage: Usage
    turn_id: str = ""


@dataclass(frozen=True, slots=True)
class Spend:
    """The calls of one group in one interval; `cost_nanos` is that of the priced ones."""

    start: datetime
    group: str
    call_count: int
    cost_nanos: int
    unpriced_count: int
    estimated_count: int
    input_tokens: int
    output_tokens: int


GROUPS: dict[str, Mapped[str]] = {
    "model": col(ChargeRow.model),
    "purpose": col(ChargeRow.purpose),
    "key": col(ChargeRow.key),
    "outcome": col(ChargeRow.outcome),
}


class ChargeLedger:
    """Every paid call of every tenant. Rows are written by `writer`, which its owner closes."""

    def __init__(self, engine: Engine, writer: BatchingWriter) -> None:
        self._engine = engine
        self._writer = writer

    def record(self, charge: Charge) -> asyncio.Future[None]:
        """Write a charge; the future is done when it is durable. It is written even if the caller is cancelled."""
        usage = charge.usage
        return self._writer.write(
            ChargeRow,
            {
                "id": charge.id,
                "tenant": charge.account.tenant,
                "key": charge.account.key,
                "created_at": charge.created_at.timestamp(),
                "turn_id": charge.turn_id,
                "deployment": usage.deployment,
                "provider": usage.provider,
                "model": usage.model,
                "purpose": usage.purpose,
                "outcome": usage.outcome,
                "uncached_input_tokens": usage.uncached_input_tokens,
                "cache_read_tokens": usage.cache_read_tokens,
                "cache_write_tokens": usage.cache_write_tokens,
                "output_tokens": usage.output_tokens,
                "reasoning_tokens": usage.reasoning_tokens,
                "cost_nanos": usage.cost_nanos,
                "estimated": usage.estimated,
            },
        )

    async def record_once(self, charge: Charge) -> bool:
        """Write a charge unless its id is there already. Durable on return; whether it was written."""

        query = select(func.count()).where(col(ChargeRow.id) == charge.id)

        def count() -> int:
            with self._engine.connect() as connection:
                return connection.execute(query).scalar_one()

        if await asyncio.to_thread(count):
            return False
        await self.record(charge)
        return True

    async def spent_nanos(
        self, tenant: str, key: str, start: datetime, end: datetime, *, without: Sequence[str] = ()
    ) -> int:
        """What the priced calls of [start, end) cost; those of one key, or all of the tenant's where it is empty.

        Charges of the ids in `without` are left out, all as of one moment.
        """
        where = _between(tenant, start, end)
        if key:
            where.append(col(ChargeRow.key) == key)
        # One statement sees one state. The sum reads the index alone; so these few are taken off it, by their rows.
        ids = func.json_each(json.dumps(list(without))).table_valued("value")
        query = select(_cost(*where) - _cost(*where, col(ChargeRow.id).in_(select(ids.c.value))))

        def ask() -> int:
            with self._engine.connect() as connection:
                return connection.execute(query).scalar_one()

        return await asyncio.to_thread(ask)

    async def query(self, tenant: str, start: datetime, end: datetime, step: timedelta, group: str) -> list[Spend]:
        """The calls of [start, end) by interval and then group, one of GROUPS; intervals without calls have none."""
        return await asyncio.to_thread(self._query, tenant, start, end, step, group)

    def _query(self, tenant: str, start: datetime, end: datetime, step: timedelta, group: str) -> list[Spend]:
        first, width = start.timestamp(), step.total_seconds()
        interval = cast((col(ChargeRow.created_at) - first) / width, Integer).label("interval")
        grouped: Label[str] = GROUPS[group].label("grouped")
        sent = (
            col(ChargeRow.uncached_input_tokens) + col(ChargeRow.cache_read_tokens) + col(ChargeRow.cache_write_tokens)
        )
        query = (
            select(
                interval,
                grouped,
                func.count(),
                func.sum(func.coalesce(col(ChargeRow.cost_nanos), 0)),
                _count(col(ChargeRow.cost_nanos).is_(None)),
                _count(col(ChargeRow.estimated).is_(True)),
                func.sum(sent),
                func.sum(col(ChargeRow.output_tokens) + col(ChargeRow.reasoning_tokens)),
            )
            .where(*_between(tenant, start, end))
            .group_by(interval, grouped)
            .order_by(interval, grouped)
        )
        with self._engine.connect() as connection:
            return [
                Spend(datetime.fromtimestamp(first + row[0] * width, UTC), *row[1:])
                for row in connection.execute(query)
            ]


def _between(tenant: str, start: datetime, end: datetime) -> list[ColumnElement[bool]]:
    created_at = col(ChargeRow.created_at)
    return [col(ChargeRow.tenant) == tenant, created_at >= start.timestamp(), created_at < end.timestamp()]


def _cost(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.coalesce(func.sum(col(ChargeRow.cost_nanos)), 0)).where(*where).scalar_subquery()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
