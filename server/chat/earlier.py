"""What the ledger knows from before this message: the same request, and the conversation so far."""

from __future__ import annotations

import hashlib

from server.domain import FinishReason, Message, MessageRole, Turn, TurnRequest
from server.errors import Conflict, NotFound
from server.ledger.turns import TurnLedger

MAX_TURNS = 50


async def stored_turn(ledger: TurnLedger, request: TurnRequest) -> Turn | None:
    """The turn that the same request made before. Raises Conflict where its message was another."""
    stored = await ledger.by_request(request.principal.tenant, request.request_id)
    if stored is not None and stored.message_hash != digest(request.message):
        raise Conflict(
            f"request_id {request.request_id!r} was used for another message.",
            reason="REQUEST_ID_REUSED",
            fix="Send a new request_id with each new message.",
        )
    return stored


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
