"""What the rails scored: rows of a turn, and sums of them over time. The what-if is in rail_simulation.py."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Integer, and_, case, cast, func, select, text
from sqlmodel import col

from server.domain import Direction, RailVerdict, Turn, Verdict
from server.ledger.tables import FeedbackRow, RailCheckRow
from server.ledger.writer import Row

_STRICTNESS = (Verdict.ALLOW, Verdict.FLAG, Verdict.REDACT, Verdict.BLOCK)
ACTED = text("rail_checks.verdict != 'allow'")
"""As the partial index has it, by the letter: SQLite does not compare a bound value with the index's condition."""


@dataclass(frozen=True, slots=True)
class RailPoint:
    """Turns with one rail's verdicts of one kind and category in one interval, by prompt version.

    `disputed_count`: those of them that a person rated down.
    """

    start: datetime
    prompt_version: int
    rail: str
    direction: Direction
    verdict: Verdict
    category: str
    turn_count: int
    disputed_count: int


def check_rows(turn: Turn) -> list[Row]:
    """One row for each rail and direction of the turn's verdicts: the highest score, and the strictest verdict.

    A rail that allowed everything with a score of 0 has none.
    """
    return [
        (RailCheckRow, _columns(turn, verdicts))
        for verdicts in _by_rail(turn.rail_verdicts)
        if any(one.score > 0 or one.verdict is not Verdict.ALLOW for one in verdicts)
    ]


async def query_rail_metrics(
    engine: Engine, tenant: str, start: datetime, end: datetime, step: timedelta
) -> list[RailPoint]:
    """What rails did to the turns of [start, end), allowed ones left out, by time, prompt version and rail."""
    return await asyncio.to_thread(_query, engine, tenant, start, end, step)


def between(tenant: str, start: datetime, end: datetime) -> list[ColumnElement[bool]]:
    """The rows of a tenant and a period, in the order of the table's key."""
    created_at = col(RailCheckRow.created_at)
    return [col(RailCheckRow.tenant) == tenant, created_at >= start.timestamp(), created_at < end.timestamp()]


def _by_rail(verdicts: Iterable[RailVerdict]) -> Iterable[list[RailVerdict]]:
    groups: dict[tuple[str, Direction], list[RailVerdict]] = {}
    for verdict in verdicts:
        groups.setdefault((verdict.rail, verdict.direction), []).append(verdict)
    return groups.values()


def _columns(turn: Turn, verdicts: list[RailVerdict]) -> dict[str, object]:
    strictest = max(verdicts, key=lambda one: (_STRICTNESS.index(one.verdict), one.score))
    return {
        "tenant": turn.tenant,
        "created_at": turn.created_at.timestamp(),
        "turn_id": turn.id,
        "rail": strictest.rail,
        "direction": strictest.direction.value,
        "prompt_version": turn.prompt_version,
        "verdict": strictest.verdict.value,
        "category": strictest.category,
        "score": max(one.score for one in verdicts),
        "threshold": strictest.threshold,
    }


def _query(engine: Engine, tenant: str, start: datetime, end: datetime, step: timedelta) -> list[RailPoint]:
    first, width = start.timestamp(), step.total_seconds()
    interval = cast((col(RailCheckRow.created_at) - first) / width, Integer).label("interval")
    place = (
        interval,
        col(RailCheckRow.prompt_version),
        col(RailCheckRow.rail),
        col(RailCheckRow.direction),
        col(RailCheckRow.verdict),
        col(RailCheckRow.category),
    )
    opinion = and_(
        col(FeedbackRow.tenant) == col(RailCheckRow.tenant), col(FeedbackRow.turn_id) == col(RailCheckRow.turn_id)
    )
    query = (
        # A turn has one row of a rail and direction.
        select(*place, func.count(), func.sum(case((col(FeedbackRow.rating) == "down", 1), else_=0)))
        .outerjoin(FeedbackRow, opinion)
        .where(*between(tenant, start, end), ACTED)
        .group_by(*place)
        .order_by(*place)
    )
    with engine.connect() as connection:
        return [
            RailPoint(
                start=datetime.fromtimestamp(first + row[0] * width, UTC),
                prompt_version=row[1],
                rail=row[2],
                direction=Direction(row[3]),
                verdict=Verdict(row[4]),
                category=row[5],
                turn_count=row[6],
                disputed_count=row[7],
            )
            for row in connection.execute(query)
        ]
