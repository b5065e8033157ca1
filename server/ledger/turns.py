"""The ledger of turns: written once, then asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine, tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.domain import FinishReason, PreviousFailure, Turn
from server.errors import NotFound
from server.ledger.identity import ledger_id
from server.ledger.rail_checks import check_rows
from server.ledger.tables import FeedbackRow, TurnRow
from server.ledger.writer import BatchingWriter, Row

_TURN = TypeAdapter(Turn)
_FAILURES = {
    FinishReason.UNANSWERED: PreviousFailure.UNANSWERED,
    FinishReason.DEGRADED: PreviousFailure.DEGRADED,
    FinishReason.CANCELLED: PreviousFailure.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Feedback:
    """`rating` is "up" or "down"."""

    rating: str
    reason: str
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TurnFilter:
    """Which turns to list; the empty values mean all. `start` is inclusive, `end` exclusive."""

    prompt_version: int = 0
    finish_reason: FinishReason | None = None
    start: datetime | None = None
    end: datetime | None = None


class TurnLedger:
    """Every turn of every tenant."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.writer = BatchingWriter(engine)
        """Others may write their rows with it: one commit is for all."""
        self.id = ledger_id(engine)
        """Tells its turns and charges from those of other servers' ledgers."""

    def record(self, turn: Turn, *beside: Row) -> asyncio.Future[None]:
        """Write a turn, what its rails scored and rows `beside` it, together; the future is done when all are durable.

        They are written even if the caller is cancelled.
        """
        return self.writer.write_together([(TurnRow, _columns(turn)), *check_rows(turn), *beside])

    async def by_request(self, tenant: str, request_id: str) -> Turn | None:
        """The turn that this request made, if it ended in another way than by being cancelled."""
        query = select(TurnRow.record).where(
            TurnRow.tenant == tenant,
            TurnRow.request_id == request_id,
            TurnRow.finish_reason != FinishReason.CANCELLED.value,
        )
        return await asyncio.to_thread(self._first_turn, query)

    async def get(self, tenant: str, turn_id: str) -> tuple[Turn, Feedback | None]:
        """Raises NotFound."""
        query = select(TurnRow.record).where(TurnRow.tenant == tenant, TurnRow.id == turn_id)
        turn = await asyncio.to_thread(self._first_turn, query)
        if turn is None:
            raise NotFound(f"There is no turn {turn_id!r}.", reason="TURN_NOT_FOUND", fix="ListTurns has their ids.")
        opinions = await self.feedback(tenant, [turn_id])
        return turn, opinions.get(turn_id)

    async def conversation(self, tenant: str, conversation_id: str, *, last: int | None = None) -> list[Turn]:
        """The conversation's turns, oldest first; only the `last` so many where given. Empty for an unknown one."""
        query = (
            select(TurnRow.record)
            .where(TurnRow.tenant == tenant, TurnRow.conversation_id == conversation_id)
            .order_by(col(TurnRow.created_at).desc())
            .limit(last)
        )
        turns = await asyncio.to_thread(self._turns, query)
        return turns[::-1]

    async def last_failure(self, tenant: str, conversation_id: str) -> PreviousFailure | None:
        """How the conversation's last turn failed; None where it did not, or where there is none."""
        turns = await self.conversation(tenant, conversation_id, last=1)
        if not turns:
            return None
        if (failure := _FAILURES.get(turns[-1].finish_reason)) is not None:
            return failure
        opinions = await self.feedback(tenant, [turns[-1].id])
        disliked = any(feedback.rating == "down" for feedback in opinions.values())
        return PreviousFailure.THUMBS_DOWN if disliked else None

    async def page(self, tenant: str, wanted: TurnFilter, *, after: tuple[float, str] | None, limit: int) -> list[Turn]:
        """Turns newest first, beginning behind `after` (the time and id of the last one seen)."""
        query = select(TurnRow.record).where(TurnRow.tenant == tenant)
        if wanted.prompt_version:
            query = query.where(TurnRow.prompt_version == wanted.prompt_version)
        if wanted.finish_reason is not None:
            query = query.where(TurnRow.finish_reason == wanted.finish_reason.value)
        if wanted.start is not None:
            query = query.where(TurnRow.created_at >= wanted.start.timestamp())
        if wanted.end is not None:
            query = query.where(TurnRow.created_at < wanted.end.timestamp())
        if after is not None:
            query = query.where(tuple_(col(TurnRow.created_at), col(TurnRow.id)) < after)
        newest_first = query.order_by(col(TurnRow.created_at).desc(), col(TurnRow.id).desc()).limit(limit)
        return await asyncio.to_thread(self._turns, newest_first)

    async def set_feedback(self, tenant: str, turn_id: str, feedback: Feedback) -> None:
        """Raises NotFound for an unknown turn."""
        await self.get(tenant, turn_id)
        await asyncio.to_thread(self._merge_feedback, tenant, turn_id, feedback)

    async def feedback(self, tenant: str, turn_ids: Sequence[str]) -> dict[str, Feedback]:
        """The opinions of those turns that have one."""
        return await asyncio.to_thread(self._feedback, tenant, turn_ids)

    def close(self) -> None:
        self.writer.close()

    def _first_turn(self, query: SelectOfScalar[str]) -> Turn | None:
        turns = self._turns(query)
        return turns[0] if turns else None

    def _turns(self, query: SelectOfScalar[str]) -> list[Turn]:
        with Session(self._engine) as session:
            return [_TURN.validate_json(record) for record in session.exec(query)]

    def _merge_feedback(self, tenant: str, turn_id: str, feedback: Feedback) -> None:
        with Session(self._engine) as session:
            row = FeedbackRow(
                tenant=tenant,
                turn_id=turn_id,
                rating=feedback.rating,
                reason=feedback.reason,
                author=feedback.author,
                created_at=feedback.created_at.timestamp(),
            )
            session.merge(row)
            session.commit()

    def _feedback(self, tenant: str, turn_ids: Sequence[str]) -> dict[str, Feedback]:
        query = select(FeedbackRow).where(FeedbackRow.tenant == tenant, col(FeedbackRow.turn_id).in_(turn_ids))
        with Session(self._engine) as session:
            return {
                row.turn_id: Feedback(row.rating, row.reason, row.author, datetime.fromtimestamp(row.created_at, UTC))
                for row in session.exec(query)
            }


def _columns(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "tenant": turn.tenant,
        "conversation_id": turn.conversation_id,
        "request_id": turn.request_id,
        "created_at": turn.created_at.timestamp(),
        "prompt_version": turn.prompt_version,
        "finish_reason": turn.finish_reason.value,
        "cost_nanos": turn.cost_nanos,
        "first_token_seconds": turn.timings.get("first_token"),
        "total_seconds": turn.timings.get("total", 0.0),
        "cache_kind": turn.cache_hit.kind.value if turn.cache_hit else "",
        "scores_kept": True,
        "record": _TURN.dump_json(turn).decode(),
    }
