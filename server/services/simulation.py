"""What rails decided over time, and what other thresholds would have decided: requests in, messages out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from nightdesk.v1 import operations_pb2, rail_pb2
from server.domain import RailInfo
from server.errors import InvalidArgument
from server.ledger.metrics import resolve_span
from server.ledger.rail_checks import RailPoint, query_rail_metrics
from server.ledger.rail_simulation import ChangedTurn, Trial, simulate
from server.services import convert, validate

DEFAULT_SPAN = timedelta(days=7)
DEFAULT_EXAMPLES = 20
MAX_EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class Simulations:
    """Tries thresholds on the ledger's turns. `rails` are those that the configuration has."""

    engine: Engine
    rails: Sequence[RailInfo]

    async def run(
        self, tenant: str, request: rail_pb2.SimulateThresholdsRequest
    ) -> rail_pb2.SimulateThresholdsResponse:
        """Raises InvalidArgument."""
        if not request.rail_thresholds:
            raise InvalidArgument(
                "rail_thresholds", "There is no threshold to try.", fix="Send at least one rail with a threshold."
            )
        end = convert.moment(request.end_time) if request.HasField("end_time") else datetime.now(UTC)
        start = convert.moment(request.start_time) if request.HasField("start_time") else end - DEFAULT_SPAN
        _require_order(start, end)
        if request.prompt_version < 0:
            raise InvalidArgument(
                "prompt_version", f"prompt_version is {request.prompt_version}.", fix="Send 0 for all versions."
            )
        examples = int(validate.in_range("example_count", request.example_count, 0, MAX_EXAMPLES))
        names = {rail.name for rail in self.rails}
        found = await simulate(
            self.engine,
            Trial(
                tenant=tenant,
                thresholds=validate.rail_thresholds("rail_thresholds", request.rail_thresholds, names),
                start=start,
                end=end,
                prompt_version=request.prompt_version,
                examples=examples or DEFAULT_EXAMPLES,
            ),
        )
        return rail_pb2.SimulateThresholdsResponse(
            turn_count=found.turn_count,
            blocked_before=found.blocked_before,
            blocked_after=found.blocked_after,
            changes=[
                rail_pb2.RailChange(rail=rail, blocked_before=before, blocked_after=after)
                for rail, (before, after) in found.changes.items()
            ],
            newly_blocked=[_turn(turn) for turn in found.newly_blocked],
            newly_allowed=[_turn(turn) for turn in found.newly_allowed],
        )


async def query_metrics(
    engine: Engine, tenant: str, request: operations_pb2.QueryRailMetricsRequest
) -> operations_pb2.QueryRailMetricsResponse:
    """Raises InvalidArgument."""
    start, end, step = resolve_span(
        convert.moment(request.start_time) if request.HasField("start_time") else None,
        convert.moment(request.end_time) if request.HasField("end_time") else None,
        request.step.ToTimedelta() if request.HasField("step") else None,
    )
    _require_order(start, end)
    points = await query_rail_metrics(engine, tenant, start, end, step)
    return operations_pb2.QueryRailMetricsResponse(
        points=[_point(point) for point in points], step=convert.duration(step.total_seconds())
    )


def _require_order(start: datetime, end: datetime) -> None:
    if start >= end:
        raise InvalidArgument("start_time", "start_time is not before end_time.", fix="Send an earlier start_time.")


def _point(point: RailPoint) -> operations_pb2.RailMetricPoint:
    return operations_pb2.RailMetricPoint(
        start_time=convert.timestamp(point.start),
        prompt_version=point.prompt_version,
        rail=point.rail,
        direction=convert.DIRECTIONS[point.direction],
        verdict=convert.VERDICTS[point.verdict],
        category=point.category,
        turn_count=point.turn_count,
        disputed_count=point.disputed_count,
    )


def _turn(turn: ChangedTurn) -> rail_pb2.SimulatedTurn:
    return rail_pb2.SimulatedTurn(
        turn_id=turn.turn_id,
        create_time=convert.timestamp(turn.created_at),
        question=turn.question,
        rail=turn.rail,
        direction=convert.DIRECTIONS[turn.direction],
        score=turn.score,
        category=turn.category,
        disputed=turn.disputed,
    )
