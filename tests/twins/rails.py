"""The calls about rails, their decisions and other thresholds, from a script."""

# ruff: noqa: N802 - the contract names its calls so

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import grpc

from nightdesk.v1 import common_pb2, operations_pb2, operations_pb2_grpc, rail_pb2, rail_pb2_grpc

INPUT, OUTPUT = common_pb2.RAIL_DIRECTION_INPUT, common_pb2.RAIL_DIRECTION_OUTPUT
RAILS = [
    rail_pb2.Rail(rail="prompt injection", direction=INPUT, threshold=0.8, mode=rail_pb2.RAIL_MODE_BLOCK),
    rail_pb2.Rail(rail="off topic", direction=INPUT, threshold=0.8, mode=rail_pb2.RAIL_MODE_FLAG, fails_open=True),
    rail_pb2.Rail(
        rail="grounding", direction=OUTPUT, threshold=0.7, mode=rail_pb2.RAIL_MODE_BLOCK, judged=True, description="Why"
    ),
]
TURN_COUNT = 200
SCORES = {"turn-1": 0.9, "turn-2": 0.85, "turn-3": 0.6, "turn-4": 0.3}
"""What "prompt injection" scored; its recorded threshold is 0.8."""


def rail_point(
    rail: str,
    turns: int,
    *,
    disputed: int = 0,
    verdict: common_pb2.Verdict.ValueType = common_pb2.VERDICT_BLOCK,
    version: int = 1,
    category: str = "prompt_injection",
    direction: common_pb2.RailDirection.ValueType = INPUT,
) -> operations_pb2.RailMetricPoint:
    """A point of an hour ago."""
    made = operations_pb2.RailMetricPoint(
        prompt_version=version,
        rail=rail,
        direction=direction,
        verdict=verdict,
        category=category,
        turn_count=turns,
        disputed_count=disputed,
    )
    made.start_time.FromDatetime(datetime.now(UTC) - timedelta(hours=1))
    return made


def verdict(rail: str, score: float, threshold: float = 0.8, category: str = "") -> common_pb2.RailVerdict:
    """Of an input rail that blocks from its threshold on."""
    decided = common_pb2.VERDICT_BLOCK if score >= threshold else common_pb2.VERDICT_ALLOW
    return common_pb2.RailVerdict(
        rail=rail, direction=INPUT, verdict=decided, score=score, threshold=threshold, category=category
    )


class RailDecisions(rail_pb2_grpc.RailServiceServicer):
    """Lists RAILS, and tries thresholds of "prompt injection" on SCORES."""

    def ListRails(
        self, request: rail_pb2.ListRailsRequest, context: grpc.ServicerContext
    ) -> rail_pb2.ListRailsResponse:
        return rail_pb2.ListRailsResponse(rails=RAILS)

    def SimulateThresholds(
        self, request: rail_pb2.SimulateThresholdsRequest, context: grpc.ServicerContext
    ) -> rail_pb2.SimulateThresholdsResponse:
        tried = request.rail_thresholds.get("prompt injection", 0.8)
        before = {turn for turn, score in SCORES.items() if score >= 0.8}
        after = {turn for turn, score in SCORES.items() if score >= tried}
        return rail_pb2.SimulateThresholdsResponse(
            turn_count=TURN_COUNT,
            blocked_before=len(before),
            blocked_after=len(after),
            changes=[
                rail_pb2.RailChange(rail=rail, blocked_before=2, blocked_after=2) for rail in request.rail_thresholds
            ],
            newly_blocked=[_turn(turn) for turn in sorted(after - before)],
            newly_allowed=[_turn(turn) for turn in sorted(before - after)],
        )


class RailOperations(operations_pb2_grpc.OperationsServiceServicer):
    """Blocks of two versions, one of them disputed, and a rail that is only watched."""

    def QueryMetrics(
        self, request: operations_pb2.QueryMetricsRequest, context: grpc.ServicerContext
    ) -> operations_pb2.QueryMetricsResponse:
        points = [
            operations_pb2.MetricPoint(prompt_version=1, turn_count=150, refused_count=4),
            operations_pb2.MetricPoint(prompt_version=2, turn_count=50, refused_count=2),
        ]
        return operations_pb2.QueryMetricsResponse(points=points)

    def QueryRailMetrics(
        self, request: operations_pb2.QueryRailMetricsRequest, context: grpc.ServicerContext
    ) -> operations_pb2.QueryRailMetricsResponse:
        points = [
            rail_point("prompt injection", 4, disputed=1),
            rail_point("prompt injection", 2, version=2),
            rail_point("off topic", 3, verdict=common_pb2.VERDICT_FLAG, category="off_topic"),
        ]
        return operations_pb2.QueryRailMetricsResponse(points=points)


def _turn(turn_id: str) -> rail_pb2.SimulatedTurn:
    return rail_pb2.SimulatedTurn(
        turn_id=turn_id,
        question=f"Question of {turn_id}?",
        rail="prompt injection",
        direction=INPUT,
        score=SCORES[turn_id],
        category="prompt_injection",
        disputed=turn_id == "turn-2",
    )
