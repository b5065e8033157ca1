"""What rails scored: written with the turn, summed over time, and asked what other thresholds would have decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from server.domain import Direction, RailVerdict, Turn, Verdict
from server.ledger.database import open_database
from server.ledger.rail_checks import query_rail_metrics
from server.ledger.rail_simulation import Trial, simulate
from server.ledger.turns import Feedback, TurnLedger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def injection(score: float, threshold: float = 0.8) -> RailVerdict:
    blocked = score >= threshold
    verdict = Verdict.BLOCK if blocked else Verdict.ALLOW
    category = "prompt_injection" if blocked else ""
    return RailVerdict("prompt injection", Direction.INPUT, verdict, category, score, threshold)


def off_topic(score: float, verdict: Verdict) -> RailVerdict:
    return RailVerdict("off topic", Direction.INPUT, verdict, "off_topic", score, 0.8)


MASKED = RailVerdict("personal data", Direction.INPUT, Verdict.REDACT, "personal_data", 1.0)
FAILED = RailVerdict("prompt injection", Direction.INPUT, Verdict.BLOCK, "rail_error", 1.0)
POISON = RailVerdict("hidden text", Direction.CONTEXT, Verdict.BLOCK, "planted_instructions", 0.9, 0.8)


def turn(number: int, *verdicts: RailVerdict, version: int = 1, tenant: str = "acme") -> Turn:
    at = NOON + timedelta(minutes=number)
    return Turn(
        f"turn_{number}", tenant, "conv", f"r{number}", at, version, f"Question {number}?", rail_verdicts=list(verdicts)
    )


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(tmp_path / "nightdesk.db")


@pytest.fixture
async def ledger(engine: Engine) -> AsyncIterator[TurnLedger]:
    made = TurnLedger(engine)
    yield made
    made.close()


def rows(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        query = "SELECT turn_id, rail, direction, verdict, category, score FROM rail_checks ORDER BY 1, 2, 3"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


async def test_a_turn_keeps_the_highest_score_and_the_strictest_verdict_of_each_rail(
    ledger: TurnLedger, engine: Engine
) -> None:
    piece = RailVerdict("foreign links", Direction.OUTPUT, Verdict.ALLOW, "", 0.3, 0.8)
    flagged = replace(piece, verdict=Verdict.FLAG, category="foreign_link", score=0.9)

    await ledger.record(turn(1, injection(0.4), injection(0.0, 0.9), MASKED, piece, flagged, replace(piece, score=0.5)))
    await ledger.record(turn(2, injection(0.0), RailVerdict("flow", Direction.INPUT, Verdict.ALLOW)))

    assert rows(engine) == [
        ("turn_1", "foreign links", "output", "flag", "foreign_link", 0.9),
        ("turn_1", "personal data", "input", "redact", "personal_data", 1.0),
        ("turn_1", "prompt injection", "input", "allow", "", 0.4),
    ]


async def test_a_turn_that_cannot_be_written_leaves_no_scores(ledger: TurnLedger, engine: Engine) -> None:
    await ledger.record(turn(1, injection(0.4)))

    with pytest.raises(IntegrityError):
        await ledger.record(replace(turn(1, off_topic(0.9, Verdict.BLOCK)), request_id="r1"))

    assert [row[1] for row in rows(engine)] == ["prompt injection"]


async def test_refusals_are_counted_by_rail_category_version_and_time_with_the_disputed_ones(
    ledger: TurnLedger, engine: Engine
) -> None:
    for made in (
        turn(1, injection(0.9)),
        turn(2, injection(0.85), MASKED),
        turn(3, injection(0.9), version=2),
        turn(4, injection(0.9), tenant="rival"),
        turn(70, off_topic(0.9, Verdict.FLAG), injection(0.1)),
    ):
        await ledger.record(made)
    await ledger.set_feedback("acme", "turn_2", Feedback("down", "That was harmless.", "rita", NOON))

    points = await query_rail_metrics(engine, "acme", NOON, NOON + 2 * HOUR, HOUR)

    told = [
        (point.start, point.prompt_version, point.rail, point.verdict, point.turn_count, point.disputed_count)
        for point in points
    ]
    assert told == [
        (NOON, 1, "personal data", Verdict.REDACT, 1, 1),
        (NOON, 1, "prompt injection", Verdict.BLOCK, 2, 1),
        (NOON, 2, "prompt injection", Verdict.BLOCK, 1, 0),
        (NOON + HOUR, 1, "off topic", Verdict.FLAG, 1, 0),
    ]


def trial(version: int = 0, examples: int = 20, /, **thresholds: float) -> Trial:
    named = {rail.replace("_", " "): threshold for rail, threshold in thresholds.items()}
    return Trial("acme", named, NOON, NOON + HOUR, version, examples)


async def test_a_lower_threshold_blocks_more_and_a_higher_one_less(ledger: TurnLedger, engine: Engine) -> None:
    for made in (
        turn(1, injection(0.9)),
        turn(2, injection(0.5)),
        turn(3, injection(0.6), MASKED),
        turn(4, injection(0.1)),
        turn(5),
        turn(6, injection(0.7), tenant="rival"),
        turn(90, injection(0.7)),
    ):
        await ledger.record(made)
    await ledger.set_feedback("acme", "turn_1", Feedback("down", "", "rita", NOON))

    lower = await simulate(engine, trial(prompt_injection=0.5))
    higher = await simulate(engine, trial(prompt_injection=0.95))

    assert (lower.turn_count, lower.blocked_before, lower.blocked_after) == (5, 1, 3)
    assert lower.changes == {"prompt injection": (1, 3)}
    assert [(one.turn_id, one.score, one.question) for one in lower.newly_blocked] == [
        ("turn_3", 0.6, "Question 3?"),
        ("turn_2", 0.5, "Question 2?"),
    ]
    assert (higher.blocked_before, higher.blocked_after, higher.newly_blocked) == (1, 0, [])
    [allowed] = higher.newly_allowed
    assert (allowed.turn_id, allowed.rail, allowed.category, allowed.disputed) == (
        "turn_1",
        "prompt injection",
        "prompt_injection",
        True,
    )


async def test_what_another_rail_blocks_stays_blocked(ledger: TurnLedger, engine: Engine) -> None:
    await ledger.record(turn(1, injection(0.9), off_topic(0.85, Verdict.BLOCK)))

    one = await simulate(engine, trial(prompt_injection=1.0))
    both = await simulate(engine, trial(prompt_injection=1.0, off_topic=0.9))
    moved = await simulate(engine, trial(prompt_injection=1.0, off_topic=0.8))

    assert (one.blocked_after, one.changes, one.newly_allowed) == (1, {"prompt injection": (1, 0)}, [])
    assert (both.blocked_after, len(both.newly_allowed)) == (0, 1)
    assert moved.blocked_after == 1


async def test_failures_masks_and_context_are_no_matter_of_thresholds(ledger: TurnLedger, engine: Engine) -> None:
    await ledger.record(turn(1, FAILED))
    await ledger.record(turn(2, MASKED))
    await ledger.record(turn(3, POISON))

    tried = await simulate(engine, trial(prompt_injection=1.0, personal_data=0.1, hidden_text=0.95))

    assert (tried.turn_count, tried.blocked_before, tried.blocked_after) == (3, 1, 1)
    assert tried.changes == {"prompt injection": (1, 1), "personal data": (0, 0), "hidden text": (1, 0)}


async def test_a_rail_that_is_watched_counts_as_if_it_blocked(ledger: TurnLedger, engine: Engine) -> None:
    await ledger.record(turn(1, off_topic(0.9, Verdict.FLAG)))

    tried = await simulate(engine, trial(off_topic=0.8))

    assert (tried.blocked_before, tried.blocked_after, tried.changes) == (0, 1, {"off topic": (0, 1)})


async def test_versions_and_examples_are_limited(ledger: TurnLedger, engine: Engine) -> None:
    for number in range(1, 7):
        await ledger.record(turn(number, injection(0.6), version=1 + number % 2))

    tried = await simulate(engine, trial(2, 2, prompt_injection=0.5))

    assert (tried.turn_count, tried.blocked_after) == (3, 3)
    assert [one.turn_id for one in tried.newly_blocked] == ["turn_5", "turn_3"]


async def test_the_question_is_read_from_indexes(ledger: TurnLedger, engine: Engine) -> None:
    """A period's checks of a rail, the few that acted, and how many turns have scores: none reads whole rows."""
    queries = (
        "SELECT count(*) FROM rail_checks WHERE tenant = 'a' AND rail = 'r' AND created_at >= 1 AND score >= 0.5",
        "SELECT verdict, category FROM rail_checks WHERE tenant = 'a' AND created_at >= 1 AND verdict != 'allow'",
        "SELECT count(*) FROM turns WHERE tenant = 'a' AND created_at >= 1 AND prompt_version = 1 AND scores_kept = 1",
    )
    with engine.connect() as connection:
        for query in queries:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").fetchall()
            assert all("USING COVERING INDEX" in step[-1] for step in plan), plan
