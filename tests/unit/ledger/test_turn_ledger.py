"""The ledger: what is recorded is durable, found again and summed up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from server.domain import FinishReason, SearchQuestionSource, Turn, Usage
from server.errors import CorruptedData, FailedPrecondition, NotFound
from server.ledger.database import open_database
from server.ledger.metrics import query_metrics, resolve_span
from server.ledger.turns import Feedback, TurnFilter, TurnLedger

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def turn(number: int, **changes: object) -> Turn:
    made = Turn(
        id=f"turn_{number}",
        tenant="acme",
        conversation_id=f"conv_{number % 2}",
        request_id=f"request_{number}",
        created_at=NOON + timedelta(minutes=number),
        prompt_version=1,
        question=f"Question {number}?",
        answer="Answer.",
        finish_reason=FinishReason.ANSWERED,
        usage=[Usage("openai", "m", uncached_input_tokens=10, output_tokens=2, cost_nanos=5_000)],
        timings={"first_token": 0.1 * number, "total": 0.2 * number},
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(tmp_path / "nightdesk.db")


@pytest.fixture
async def ledger(engine: Engine) -> AsyncIterator[TurnLedger]:
    made = TurnLedger(engine)
    yield made
    made.close()


async def test_a_turn_is_found_again_as_it_was(ledger: TurnLedger) -> None:
    await ledger.record(turn(1))

    found, feedback = await ledger.get("acme", "turn_1")

    assert found == turn(1)
    assert feedback is None


async def test_a_turn_of_the_first_release_is_read(ledger: TurnLedger, engine: Engine) -> None:
    await ledger.record(turn(1))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE turns SET record = json_remove(record, '$.search_question_source', '$.access_groups')"
        )

    found, _ = await ledger.get("acme", "turn_1")

    assert (found.search_question_source, found.access_groups) == (SearchQuestionSource.MESSAGE, ())
    assert found == turn(1)


async def test_many_writers_share_commits_and_lose_nothing(ledger: TurnLedger) -> None:
    await asyncio.gather(*(ledger.record(turn(number)) for number in range(1, 301)))

    first = await ledger.page("acme", TurnFilter(), after=None, limit=200)
    rest = await ledger.page("acme", TurnFilter(), after=(first[-1].created_at.timestamp(), first[-1].id), limit=200)

    assert [item.id for item in [*first, *rest]] == [f"turn_{number}" for number in range(300, 0, -1)]


async def test_one_bad_row_does_not_take_its_neighbours_down(ledger: TurnLedger) -> None:
    results = await asyncio.gather(
        ledger.record(turn(1)),
        ledger.record(turn(1)),
        ledger.record(turn(2)),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [type(None), IntegrityError, type(None)]
    assert (await ledger.get("acme", "turn_2"))[0].id == "turn_2"


async def test_a_tenant_sees_only_its_own_turns(ledger: TurnLedger) -> None:
    await ledger.record(turn(1))

    with pytest.raises(NotFound):
        await ledger.get("rival", "turn_1")
    assert await ledger.page("rival", TurnFilter(), after=None, limit=10) == []
    assert await ledger.conversation("rival", "conv_1") == []
    assert await ledger.by_request("rival", "request_1") is None


async def test_a_cancelled_turn_leaves_its_request_id_free(ledger: TurnLedger) -> None:
    await ledger.record(turn(1, finish_reason=FinishReason.CANCELLED))
    assert await ledger.by_request("acme", "request_1") is None

    await ledger.record(turn(2, request_id="request_1"))

    found = await ledger.by_request("acme", "request_1")
    assert found is not None
    assert found.id == "turn_2"


async def test_the_newest_opinion_replaces_the_older(ledger: TurnLedger) -> None:
    await ledger.record(turn(1))
    for rating in ("up", "down"):
        await ledger.set_feedback("acme", "turn_1", Feedback(rating, "because", "ann", NOON))

    assert (await ledger.feedback("acme", ["turn_1"]))["turn_1"].rating == "down"


async def test_metrics_are_by_interval_and_prompt_version(ledger: TurnLedger, engine: Engine) -> None:
    await ledger.record(turn(1))
    await ledger.record(turn(2, finish_reason=FinishReason.REFUSED, usage=[]))
    await ledger.record(turn(3, prompt_version=2, usage=[Usage("x", "unknown", cost_nanos=None)]))
    await ledger.record(turn(70))

    points = await query_metrics(engine, "acme", NOON, NOON + timedelta(hours=2), timedelta(hours=1))

    assert [(point.start.hour, point.prompt_version) for point in points] == [(12, 1), (12, 2), (13, 1)]
    first, unpriced, _ = points
    assert (first.counts["answered"], first.counts["refused"], first.cost_nanos) == (1, 1, 5_000)
    assert (unpriced.unpriced_count, unpriced.cost_nanos) == (1, 0)
    assert first.total_p50 == pytest.approx(0.3)


def test_a_span_without_a_step_is_cut_into_at_most_sixty_points() -> None:
    start, end, step = resolve_span(NOON - timedelta(days=7), NOON, None)

    assert (end - start) / step <= 60
    assert step.total_seconds() % 10 == 0


def test_a_file_that_is_no_database_is_named_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "nightdesk.db"
    path.write_bytes(b"not a database " * 1000)

    with pytest.raises(CorruptedData, match="from a backup or move it away"):
        open_database(path)


def test_a_damaged_page_is_found_at_start(tmp_path: Path) -> None:
    path = tmp_path / "nightdesk.db"
    open_database(path).dispose()
    content = bytearray(path.read_bytes())
    content[4096:4496] = b"\xff" * 400
    path.write_bytes(content)

    with pytest.raises(CorruptedData):
        open_database(path)


def test_a_database_of_another_release_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "nightdesk.db"
    engine = open_database(path)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    engine.dispose()

    with pytest.raises(FailedPrecondition, match="version 99"):
        open_database(path)
