"""Turns, cost, refusals and latency over time, by prompt version."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import numpy as np
from sqlalchemy import Engine, and_, select
from sqlmodel import col

from server.domain import FinishReason
from server.ledger.tables import FeedbackRow, TurnRow

MIN_STEP = timedelta(seconds=10)
DEFAULT_SPAN = timedelta(hours=24)
DEFAULT_POINTS = 60
MAX_POINTS = 2000


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One prompt version in one interval. Latencies are medians and 95th percentiles in seconds, None where unknown."""

    start: datetime
    prompt_version: int
    counts: Counter[str]
    """Turns by finish reason."""
    cost_nanos: int
    unpriced_count: int
    first_token_p50: float | None
    total_p50: float | None
    total_p95: float | None
    ratings: Counter[str]
    """Opinions by "up" and "down"."""
    cached_count: int
    """Turns that gave an earlier answer again."""


class _Row(NamedTuple):
    created_at: float
    prompt_version: int
    finish_reason: str
    cost_nanos: int | None
    first_token_seconds: float | None
    total_seconds: float
    cache_kind: str
    rating: str | None


def resolve_span(
    start: datetime | None, end: datetime | None, step: timedelta | None
) -> tuple[datetime, datetime, timedelta]:
    """Fill in the last 24 hours and a step that divides the span into at most 60 points of whole ten seconds.

    A step so short that more than 2,000 points would come out is widened.
    """
    end = end or datetime.now(UTC)
    start = start or end - DEFAULT_SPAN
    span = max((end - start).total_seconds(), MIN_STEP.total_seconds())
    seconds = step.total_seconds() if step is not None else span / DEFAULT_POINTS
    seconds = max(seconds, span / MAX_POINTS, MIN_STEP.total_seconds())
    if step is None:
        seconds = math.ceil(seconds / 10) * 10
    return start, end, timedelta(seconds=seconds)


async def query_metrics(
    engine: Engine, tenant: str, start: datetime, end: datetime, step: timedelta
) -> list[MetricPoint]:
    """The points of [start, end), by time and then prompt version; intervals without turns have none."""
    return await asyncio.to_thread(_query, engine, tenant, start, end, step)


def _query(engine: Engine, tenant: str, start: datetime, end: datetime, step: timedelta) -> list[MetricPoint]:
    first, width = start.timestamp(), step.total_seconds()
    opinion = and_(col(FeedbackRow.tenant) == col(TurnRow.tenant), col(FeedbackRow.turn_id) == col(TurnRow.id))
    query = (
        select(
            col(TurnRow.created_at),
            col(TurnRow.prompt_version),
            col(TurnRow.finish_reason),
            col(TurnRow.cost_nanos),
            col(TurnRow.first_token_seconds),
            col(TurnRow.total_seconds),
            col(TurnRow.cache_kind),
            col(FeedbackRow.rating),
        )
        .outerjoin(FeedbackRow, opinion)
        .where(col(TurnRow.tenant) == tenant, col(TurnRow.created_at) >= first)
        .where(col(TurnRow.created_at) < end.timestamp())
    )
    with engine.connect() as connection:
        rows = [_Row(*row) for row in connection.execute(query)]

    def place(row: _Row) -> tuple[int, int]:
        return int((row.created_at - first) // width), row.prompt_version

    return [
        _point(datetime.fromtimestamp(first + interval * width, UTC), version, list(group))
        for (interval, version), group in groupby(sorted(rows, key=place), key=place)
    ]


def _point(start: datetime, version: int, rows: list[_Row]) -> MetricPoint:
    first_tokens = [row.first_token_seconds for row in rows if row.first_token_seconds is not None]
    finished = [row.total_seconds for row in rows if row.finish_reason != FinishReason.CANCELLED]
    return MetricPoint(
        start=start,
        prompt_version=version,
        counts=Counter(row.finish_reason for row in rows),
        cost_nanos=sum(row.cost_nanos for row in rows if row.cost_nanos is not None),
        unpriced_count=sum(row.cost_nanos is None for row in rows),
        first_token_p50=_percentile(first_tokens, 50),
        total_p50=_percentile(finished, 50),
        total_p95=_percentile(finished, 95),
        ratings=Counter(row.rating for row in rows if row.rating is not None),
        cached_count=sum(bool(row.cache_kind) for row in rows),
    )


def _percentile(values: Iterable[float], percent: float) -> float | None:
    seconds = list(values)
    return float(np.percentile(seconds, percent)) if seconds else None
