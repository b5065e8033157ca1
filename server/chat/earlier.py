"""What the ledger knows from before this message: the same request and its turn, and the conversation so far."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator

from server.domain import (
    CitationsFound,
    Completed,
    FinishReason,
    Message,
    MessageRole,
    Started,
    TextDelta,
    Turn,
    TurnEvent,
    TurnRequest,
)
from server.errors import Conflict, NotFound
from server.ledger.turns import TurnLedger

MAX_TURNS = 50


async def stored_turn(ledger: TurnLedger, request: TurnRequest) -> Turn | None:
    """The turn that the same request made before. Raises Conflict where its message or access groups were others."""
    stored = await ledger.by_request(request.principal.tenant, request.request_id)
    if stored is None:
        return None
    if stored.message_hash != digest(request.message):
        raise _reused(request, "another message")
    # What one customer may read must not be replayed to another.
    if stored.access_groups != distinct_groups(request):
        raise _reused(request, "other access groups")
    return stored


async def replay(turn: Turn) -> AsyncGenerator[TurnEvent, None]:
    """The events of a stored turn, the answer in one piece."""
    yield Started(turn, replayed=True)
    if turn.citations:
        yield citations_found(turn)
    yield TextDelta(turn.answer)
    for usage in turn.usage:
        yield usage
    yield Completed(turn)


def citations_found(turn: Turn) -> CitationsFound:
    """What a turn may draw on, and what was searched for it."""
    return CitationsFound(turn.citations, turn.search_question, turn.index_version, turn.search_question_source)


async def earlier_messages(ledger: TurnLedger, request: TurnRequest) -> tuple[Message, ...]:
    """What was said before, without refused turns. Raises NotFound for an unknown conversation."""
    if not request.conversation_id:
        return request.history
    turns = await ledger.conversation(request.principal.tenant, request.conversation_id, last=MAX_TURNS)
    if not turns:
        raise NotFound(
            f"There is no conversation {request.conversation_id!r}.",
            reason="CONVERSATION_NOT_FOUND",
            fix="Leave conversation_id empty to begin one.",
        )
    told = [turn for turn in turns if turn.finish_reason is not FinishReason.REFUSED]
    pairs = ((Message(MessageRole.USER, t.question), Message(MessageRole.ASSISTANT, t.answer)) for t in told)
    return tuple(message for pair in pairs for message in pair if message.text)


def digest(message: str) -> str:
    """SHA-256 of a message, lower-case hex."""
    return hashlib.sha256(message.encode()).hexdigest()


def distinct_groups(request: TurnRequest) -> tuple[str, ...]:
    """The request's access groups in order and each once: equal for requests that may read the same."""
    return tuple(sorted(set(request.access_groups)))


def _reused(request: TurnRequest, what: str) -> Conflict:
    return Conflict(
        f"request_id {request.request_id!r} was used for {what}.",
        reason="REQUEST_ID_REUSED",
        fix="Send a new request_id with each new message.",
    )
