"""Opening databases that other releases made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from server.domain import CacheHit, CacheKind, FinishReason, Turn
from server.errors import FailedPrecondition
from server.ledger import tables
from server.ledger.database import open_database
from server.ledger.metrics import query_metrics
from server.ledger.turns import TurnLedger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TURN = Turn(
    "turn_1", "acme", "conv_1", "r1", NOON, 1, "How long?", answer="5 days.", finish_reason=FinishReason.ANSWERED
)


def first_release(path: Path) -> None:
    """A database of schema version 1: without charges, budgets, what the cache did and what rails scored."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        before = [table for table in tables.ALL if table.name not in ("charges", "budgets", "rail_checks", "originals")]
        SQLModel.metadata.create_all(connection, tables=before)
        connection.exec_driver_sql("DROP INDEX turns_with_scores")
        for column in ("cache_kind", "scores_kept"):
            connection.exec_driver_sql(f"ALTER TABLE turns DROP COLUMN {column}")
        connection.exec_driver_sql(
            "INSERT INTO turns VALUES ('turn_0', 'acme', 'conv_0', 'r0', ?, 1, 'answered', 7, 0.1, 0.2, '{}')",
            (NOON.timestamp(),),
        )
        connection.exec_driver_sql("PRAGMA user_version = 1")
    engine.dispose()


async def test_a_database_of_the_first_release_is_brought_up_to_date_and_keeps_its_turns(tmp_path: Path) -> None:
    path = tmp_path / "nightdesk.db"
    first_release(path)

    engine = open_database(path)
    ledger = TurnLedger(engine)
    await ledger.record(replace(TURN, cache_hit=CacheHit(CacheKind.EXACT, "turn_0", 1.0)))
    ledger.close()

    hour = timedelta(hours=1)
    [point] = await query_metrics(engine, "acme", NOON, NOON + hour, hour)
    assert (point.counts.total(), point.cached_count, point.cost_nanos) == (2, 1, 7)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM charges").scalar_one() == 0
    engine.dispose()
    open_database(path).dispose()


@pytest.mark.parametrize("version", [0, 99])
def test_a_database_of_an_unknown_release_is_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "nightdesk.db"
    first_release(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    engine.dispose()

    with pytest.raises(FailedPrecondition, match=f"schema version {version}"):
        open_database(path)
