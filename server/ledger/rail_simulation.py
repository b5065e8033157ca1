"""What other thresholds would have decided on recorded turns, asked of the kept scores in SQL.

A context rail keeps a passage from the model and refuses no turn: its blocks are counted for the rail, not for turns. A
rail that failed decides by its setting, whatever its threshold; a redaction blocks nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlmodel import col

from server.domain import RAIL_ERROR, Direction, Verdict
from server.ledger.rail_checks import ACTED, between
from server.ledger.tables import FeedbackRow, RailCheckRow, TurnRow

QUESTION_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: thresholds by rail, on the turns of [start, end), of one prompt version or, for 0, of all."""

    tenant: str
    thresholds: Mapping[str, float]
    start: datetime
    end: datetime
    prompt_version: int = 0
    examples: int = 20


@dataclass(frozen=True, slots=True)
class ChangedTurn:
    """A turn that is decided otherwise, and the check that makes the difference; `question` is masked."""

    turn_id: str
    created_at: datetime
    question: str
    rail: str
    direction: Direction
    score: float
    category: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class Simulation:
    """`changes`: by rail, turns in which it blocks before and after. Examples come newest first."""

    turn_count: int
    blocked_before: int
    blocked_after: int
    changes: dict[str, tuple[int, int]]
    newly_blocked: list[ChangedTurn]
    newly_allowed: list[ChangedTurn]


async def simulate(engine: Engine, trial: Trial) -> Simulation:
    """Turns before scores were kept are not looked at. Changes nothing."""
    return await asyncio.to_thread(_simulate, engine, trial)


def _simulate(engine: Engine, trial: Trial) -> Simulation:
    with engine.connect() as connection:
        before = connection.execute(select(func.count(func.distinct(_TURN))).where(*_refused(trial))).scalar_one()
        newest: dict[bool, list[tuple[float, str]]] = {True: [], False: []}
        counts = {True: 0, False: 0}
        for after, created_at, turn_id, count in connection.execute(_newest(trial, _changed(trial))):
            newest[bool(after)].append((created_at, turn_id))
            counts[bool(after)] = count
        return Simulation(
            turn_count=_turns_with_scores(connection, trial),
            blocked_before=before,
            blocked_after=before + counts[True] - counts[False],
            changes={rail: _change(connection, trial, rail) for rail in trial.thresholds},
            newly_blocked=_examples(connection, trial, newest[True], _any_reaching(trial)),
            newly_allowed=_examples(connection, trial, newest[False], _BLOCKED),
        )


_TURN = col(RailCheckRow.turn_id)
_TIME = col(RailCheckRow.created_at)
_BLOCKED = col(RailCheckRow.verdict) == Verdict.BLOCK.value
_REFUSES = col(RailCheckRow.direction) != Direction.CONTEXT.value
_FAILED = col(RailCheckRow.category) == RAIL_ERROR


def _changed(trial: Trial) -> CTE:
    """The turns that are decided otherwise: `after` is 1 where they are blocked now, and 0 where they were.

    Each part of the union is read from one index; only checks that block, before or after, are grouped.
    """
    tried = list(trial.thresholds)
    stays = case((or_(col(RailCheckRow.rail).not_in(tried), _FAILED), 1), else_=0)
    refused = select(_TIME, _TURN, literal(1).label("before"), stays.label("after")).where(*_refused(trial))
    reaching = [select(_TIME, _TURN, literal(0), literal(1)).where(*_reaching(trial, rail), _REFUSES) for rail in tried]
    checks = union_all(refused, *reaching).subquery()
    before, after = func.max(checks.c.before), func.max(checks.c.after)
    return (
        select(checks.c.created_at, checks.c.turn_id, after.label("after"))
        .group_by(checks.c.created_at, checks.c.turn_id)
        .having(before != after)
        .cte("changed")
    )


def _newest(trial: Trial, changed: CTE) -> Select[Any]:
    """The newest turns of either kind, each with how many of its kind there are."""
    places = select(
        changed,
        func.count().over(partition_by=changed.c.after).label("count"),
        func.row_number().over(partition_by=changed.c.after, order_by=changed.c.created_at.desc()).label("place"),
    ).subquery()
    wanted = select(places.c.after, places.c.created_at, places.c.turn_id, places.c.count)
    return wanted.where(places.c.place <= trial.examples)


def _refused(trial: Trial) -> list[Any]:
    """The checks that refused a turn."""
    return [*_period(trial), ACTED, _BLOCKED, _REFUSES]


def _reaching(trial: Trial, rail: str) -> list[Any]:
    """The checks of a rail that block by its new threshold."""
    return [
        *_period(trial),
        col(RailCheckRow.rail) == rail,
        col(RailCheckRow.score) >= trial.thresholds[rail],
        col(RailCheckRow.verdict) != Verdict.REDACT.value,
        ~_FAILED,
    ]


def _any_reaching(trial: Trial) -> ColumnElement[bool]:
    return or_(*(and_(*_reaching(trial, rail)) for rail in trial.thresholds))


def _period(trial: Trial) -> list[Any]:
    version = [col(RailCheckRow.prompt_version) == trial.prompt_version] if trial.prompt_version else []
    return [*between(trial.tenant, trial.start, trial.end), *version]


def _change(connection: Connection, trial: Trial, rail: str) -> tuple[int, int]:
    """Turns in which this rail blocks, before and after. A rail checks in one direction, so a check is a turn."""
    own = [*_period(trial), ACTED, col(RailCheckRow.rail) == rail, _BLOCKED]
    before, failed, after = (
        connection.execute(select(func.count()).select_from(RailCheckRow).where(*checks)).scalar_one()
        for checks in (own, [*own, _FAILED], _reaching(trial, rail))
    )
    return before, failed + after


def _turns_with_scores(connection: Connection, trial: Trial) -> int:
    created_at = col(TurnRow.created_at)
    query = (
        select(func.count())
        .select_from(TurnRow)
        # By the letter, as the partial index has it.
        .where(text("turns.scores_kept = 1"), col(TurnRow.tenant) == trial.tenant)
        .where(created_at >= trial.start.timestamp(), created_at < trial.end.timestamp())
    )
    if trial.prompt_version:
        query = query.where(col(TurnRow.prompt_version) == trial.prompt_version)
    return connection.execute(query).scalar_one()


def _examples(
    connection: Connection, trial: Trial, turns: Sequence[tuple[float, str]], deciding: ColumnElement[bool]
) -> list[ChangedTurn]:
    """These turns, newest first, each with the check of the highest score of those that make the difference."""
    opinion = and_(col(FeedbackRow.tenant) == trial.tenant, col(FeedbackRow.turn_id) == _TURN)
    query = (
        select(
            _TURN,
            _TIME,
            col(TurnRow.record),
            col(RailCheckRow.rail),
            col(RailCheckRow.direction),
            col(RailCheckRow.score),
            col(RailCheckRow.category),
            col(FeedbackRow.rating),
        )
        .join(TurnRow, col(TurnRow.id) == _TURN)
        .outerjoin(FeedbackRow, opinion)
        .where(col(RailCheckRow.tenant) == trial.tenant, tuple_(_TIME, _TURN).in_(turns), _REFUSES, deciding)
        .order_by(_TIME.desc(), col(RailCheckRow.score).desc())
    )
    found: dict[str, ChangedTurn] = {}
    for row in connection.execute(query):
        if row[0] not in found:
            found[row[0]] = _changed_turn(*row)
    return list(found.values())


def _changed_turn(
    turn_id: str,
    created_at: float,
    record: str,
    rail: str,
    direction: str,
    score: float,
    category: str,
    rating: str | None,
) -> ChangedTurn:
    return ChangedTurn(
        turn_id=turn_id,
        created_at=datetime.fromtimestamp(created_at, UTC),
        question=str(json.loads(record)["question"])[:QUESTION_CHARACTERS],
        rail=rail,
        direction=Direction(direction),
        score=score,
        category=category,
        disputed=rating == "down",
    )
