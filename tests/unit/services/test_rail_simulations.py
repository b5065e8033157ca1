"""SimulateThresholds and QueryRailMetrics: what a caller must send, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nightdesk.v1 import common_pb2, operations_pb2, rail_pb2
from server.domain import Direction, RailInfo, RailVerdict, Turn, Verdict
from server.errors import InvalidArgument
from server.ledger.database import open_database
from server.ledger.turns import TurnLedger
from server.services import validate
from server.services.simulation import Simulations, query_metrics

NOW = datetime.now(UTC)
RAILS = (RailInfo("prompt injection", Direction.INPUT, 0.8), RailInfo("jailbreak", Direction.INPUT, 0.8))


def turn(number: int, score: float, hours: int) -> Turn:
    verdict = Verdict.BLOCK if score >= 0.8 else Verdict.ALLOW
    checked = RailVerdict("prompt injection", Direction.INPUT, verdict, "prompt_injection", score, 0.8)
    at = NOW - timedelta(hours=hours)
    return Turn(f"t{number}", "acme", "c", f"r{number}", at, 1, f"Question {number}?", rail_verdicts=[checked])


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    made = open_database(tmp_path / "nightdesk.db")
    ledger = TurnLedger(made)
    for number, (score, hours) in enumerate([(0.9, 1), (0.6, 2), (0.9, 30), (0.9, 24 * 9)]):
        await ledger.record(turn(number, score, hours))
    ledger.close()
    yield made
    made.dispose()


async def test_a_simulation_looks_at_the_last_seven_days_of_ones_own_tenant(engine: Engine) -> None:
    simulations = Simulations(engine, RAILS)
    request = rail_pb2.SimulateThresholdsRequest(rail_thresholds={"prompt injection": 0.5})

    found = await simulations.run("acme", request)

    assert (found.turn_count, found.blocked_before, found.blocked_after) == (3, 2, 3)
    assert found.changes == [rail_pb2.RailChange(rail="prompt injection", blocked_before=2, blocked_after=3)]
    [example] = found.newly_blocked
    assert (example.turn_id, example.question, example.direction) == (
        "t1",
        "Question 1?",
        common_pb2.RAIL_DIRECTION_INPUT,
    )
    assert await simulations.run("rival", request) == rail_pb2.SimulateThresholdsResponse(
        changes=[rail_pb2.RailChange(rail="prompt injection")]
    )


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({}, "rail_thresholds", "at least one rail"),
        ({"rail_thresholds": {"prompt": 0.5}}, "rail_thresholds[prompt]", "jailbreak, prompt injection"),
        ({"rail_thresholds": {"jailbreak": 1.5}}, "rail_thresholds[jailbreak]", "from 0 to 1"),
        ({"rail_thresholds": {"jailbreak": float("nan")}}, "rail_thresholds[jailbreak]", "from 0 to 1"),
        ({"rail_thresholds": {"jailbreak": 0.5}, "example_count": 101}, "example_count", "from 0 to 100"),
        ({"rail_thresholds": {"jailbreak": 0.5}, "prompt_version": -1}, "prompt_version", "0 for all"),
    ],
)
async def test_what_cannot_be_simulated_is_told_with_its_field(
    engine: Engine, fields: dict[str, object], field: str, told: str
) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await Simulations(engine, RAILS).run("acme", rail_pb2.SimulateThresholdsRequest(**fields))  # type: ignore[arg-type]

    assert raised.value.field == field
    assert told in f"{raised.value} {raised.value.fix}"


async def test_a_span_that_ends_before_it_begins_is_refused(engine: Engine) -> None:
    simulated = rail_pb2.SimulateThresholdsRequest(rail_thresholds={"jailbreak": 0.5})
    summed = operations_pb2.QueryRailMetricsRequest()
    for request in (simulated, summed):
        request.start_time.FromDatetime(NOW)
        request.end_time.FromDatetime(NOW - timedelta(hours=1))

    with pytest.raises(InvalidArgument, match="start_time"):
        await Simulations(engine, RAILS).run("acme", simulated)
    with pytest.raises(InvalidArgument, match="start_time"):
        await query_metrics(engine, "acme", summed)


async def test_metrics_are_those_of_the_last_day(engine: Engine) -> None:
    found = await query_metrics(engine, "acme", operations_pb2.QueryRailMetricsRequest())

    [point] = found.points
    assert (point.rail, point.turn_count, point.verdict) == ("prompt injection", 1, common_pb2.VERDICT_BLOCK)
    assert found.step.seconds == 24 * 60


def test_thresholds_of_a_bundle_are_of_rails_that_there_are() -> None:
    names = {rail.name for rail in RAILS}

    assert validate.rail_thresholds("bundle.rail_thresholds", {"jailbreak": 0.5}, names) == {"jailbreak": 0.5}
    with pytest.raises(InvalidArgument, match="There is no rail 'jailbraek'"):
        validate.rail_thresholds("bundle.rail_thresholds", {"jailbraek": 0.5}, names)
