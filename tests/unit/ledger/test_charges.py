"""The ledger of charges: its indexes serve its questions, and rows of many tables share a commit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from server.domain import Account, Usage
from server.ledger.charges import Charge, ChargeLedger
from server.ledger.database import open_database
from server.ledger.tables import FeedbackRow
from server.ledger.writer import BatchingWriter

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def charge(number: int, tenant: str = "acme", key: str = "shop", nanos: int | None = 10) -> Charge:
    usage = Usage("openai", "m", uncached_input_tokens=1, cost_nanos=nanos)
    return Charge(f"c{number}", Account(tenant, key), NOON + timedelta(minutes=number), usage)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(tmp_path / "nightdesk.db")


async def test_what_was_spent_is_summed_by_tenant_key_and_time(engine: Engine) -> None:
    writer = BatchingWriter(engine)
    ledger = ChargeLedger(engine, writer)
    made = [charge(0), charge(1, key="other"), charge(2, nanos=None), charge(3), charge(4, tenant="rival")]
    await asyncio.gather(*(ledger.record(entry) for entry in made))

    assert await ledger.spent_nanos("acme", "", NOON, NOON + timedelta(hours=1)) == 30
    assert await ledger.spent_nanos("acme", "shop", NOON, NOON + timedelta(minutes=3)) == 10
    assert await ledger.spent_nanos("nobody", "", NOON, NOON + timedelta(hours=1)) == 0
    writer.close()


async def test_a_charge_is_written_once_and_takes_no_other_row_down(engine: Engine) -> None:
    writer = BatchingWriter(engine)
    ledger = ChargeLedger(engine, writer)
    opinion = {"tenant": "acme", "turn_id": "t", "rating": "up", "reason": "", "author": "ann", "created_at": 1.0}

    outcomes = await asyncio.gather(
        ledger.record(charge(1)),
        ledger.record(charge(1)),
        writer.write(FeedbackRow, opinion),
        ledger.record(charge(2)),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [IntegrityError]
    assert await ledger.spent_nanos("acme", "", NOON, NOON + timedelta(hours=1)) == 20
    writer.close()


@pytest.mark.parametrize("condition", ["tenant = 'acme'", "tenant = 'acme' AND key = 'shop'"])
def test_sums_are_read_from_an_index_alone(engine: Engine, condition: str) -> None:
    query = f"SELECT sum(cost_nanos) FROM charges WHERE {condition} AND created_at >= 1"  # noqa: S608 - our own text
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").fetchall()

    assert all("USING COVERING INDEX" in step[-1] for step in plan)
