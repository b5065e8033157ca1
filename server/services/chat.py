"""ChatService: messages in, the events of a turn out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from grpc.aio import ServicerContext

from nightdesk.v1 import chat_pb2, chat_pb2_grpc
from server.chat.turn import ChatTurns
from server.domain import (
    CitationsFound,
    Completed,
    RailVerdict,
    Role,
    RouteSwitch,
    Started,
    TextDelta,
    TurnEvent,
    TurnRequest,
    Usage,
)
from server.errors import InvalidArgument, NotFound
from server.interceptors.callers import current_principal, require_role
from server.ledger.turns import Feedback
from server.services import convert, validate
from server.services.turn_metrics import TURNS_IN_FLIGHT, observe

_RATINGS = {chat_pb2.RATING_UP: "up", chat_pb2.RATING_DOWN: "down"}


class ChatService(chat_pb2_grpc.ChatServiceServicer):
    """Serves chat turns. `turn_timeout` caps a turn in seconds, whatever deadline the caller has."""

    def __init__(self, turns: ChatTurns, turn_timeout: float) -> None:
        self._turns = turns
        self._turn_timeout = turn_timeout

    async def Chat(
        self, request: chat_pb2.ChatRequest, context: ServicerContext[Any, Any]
    ) -> AsyncIterator[chat_pb2.ChatResponse]:
        turn_request = _turn_request(request)
        remaining = context.time_remaining()
        deadline = self._turn_timeout if remaining is None else min(remaining, self._turn_timeout)
        sequence = 0
        with TURNS_IN_FLIGHT.track_inprogress():
            async with asyncio.timeout(deadline), aclosing(self._turns.run(turn_request)) as events:
                turn_id = ""
                # Nothing is sent before the first content: until then the caller's own gRPC retry can still work.
                waiting: list[TurnEvent] = []
                async for event in events:
                    if isinstance(event, Started):
                        turn_id = event.turn.id
                        waiting.append(event)
                        continue
                    for ready in [*waiting, event]:
                        sequence += 1
                        yield _response(sequence, turn_id, ready)
                    waiting.clear()
                    if isinstance(event, Completed):
                        observe(event.turn)

    async def GetConversation(
        self, request: chat_pb2.GetConversationRequest, context: ServicerContext[Any, Any]
    ) -> chat_pb2.GetConversationResponse:
        conversation_id = validate.identifier("conversation_id", request.conversation_id)
        turns = await self._turns.ledger.conversation(current_principal().tenant, conversation_id)
        if not turns:
            raise NotFound(f"There is no conversation {conversation_id!r}.", reason="CONVERSATION_NOT_FOUND")
        told = [
            chat_pb2.ConversationTurn(
                turn_id=turn.id,
                question=turn.question,
                answer=turn.answer,
                finish_reason=convert.FINISHES[turn.finish_reason],
                create_time=convert.timestamp(turn.created_at),
            )
            for turn in turns
        ]
        return chat_pb2.GetConversationResponse(conversation_id=conversation_id, turns=told)

    async def SubmitFeedback(
        self, request: chat_pb2.SubmitFeedbackRequest, context: ServicerContext[Any, Any]
    ) -> chat_pb2.SubmitFeedbackResponse:
        turn_id = validate.identifier("turn_id", request.turn_id)
        reason = validate.text("reason", request.reason, max_bytes=validate.MAX_FEEDBACK_BYTES, required=False)
        if request.rating not in _RATINGS:
            raise InvalidArgument("rating", "rating is missing.", fix="Send RATING_UP or RATING_DOWN.")
        principal = current_principal()
        feedback = Feedback(
            rating=_RATINGS[request.rating],
            reason=self._turns.rails.redact(reason),
            author=principal.name,
            created_at=datetime.now(UTC),
        )
        await self._turns.ledger.set_feedback(principal.tenant, turn_id, feedback)
        return chat_pb2.SubmitFeedbackResponse()


def _turn_request(request: chat_pb2.ChatRequest) -> TurnRequest:
    validate.text("message", request.message, max_bytes=validate.MAX_MESSAGE_BYTES)
    validate.identifier("conversation_id", request.conversation_id, required=False)
    validate.identifier("request_id", request.request_id, required=False, max_characters=128)
    validate.identifier("prompt_version", request.prompt_version, required=False, max_characters=64)
    validate.identifier("end_user_id", request.end_user_id, required=False, max_characters=128)
    validate.identifier(
        "customer_tier", request.customer_tier, required=False, max_characters=validate.MAX_LABEL_CHARACTERS
    )
    validate.messages("history", request.history)
    if request.history and request.conversation_id:
        raise InvalidArgument(
            "history", "history and conversation_id are both set.", fix="The server keeps the history of conversations."
        )
    if request.prompt_version:
        require_role(Role.REVIEWER, Role.ENGINEER, Role.ADMIN)
    return TurnRequest(
        principal=current_principal(),
        message=request.message,
        request_id=request.request_id or uuid.uuid4().hex,
        conversation_id=request.conversation_id,
        prompt_version=request.prompt_version,
        history=convert.messages(request.history),
        end_user_id=request.end_user_id,
        labels=validate.labels("labels", request.labels),
        access_groups=validate.labels("access_groups", request.access_groups),
        customer_tier=request.customer_tier,
        skip_cache=request.skip_cache,
    )


def _response(sequence: int, turn_id: str, event: TurnEvent) -> chat_pb2.ChatResponse:
    response = chat_pb2.ChatResponse(sequence=sequence, turn_id=turn_id)
    match event:
        case Started(turn, replayed):
            response.started.CopyFrom(
                chat_pb2.TurnStarted(
                    conversation_id=turn.conversation_id,
                    request_id=turn.request_id,
                    prompt_version=turn.prompt_version,
                    create_time=convert.timestamp(turn.created_at),
                    replayed=replayed,
                )
            )
        case CitationsFound(hits, search_question, index_version, source):
            response.citations.citations.extend(convert.citations(hits))
            response.citations.search_question = search_question
            response.citations.index_version = index_version
            response.citations.search_question_source = convert.source(source)
        case TextDelta(text):
            response.delta.text = text
        case RailVerdict():
            response.rail_verdict.CopyFrom(convert.rail_verdict(event))
        case RouteSwitch():
            response.route_switched.CopyFrom(convert.route_switch(event))
        case Usage():
            response.usage.CopyFrom(convert.usage(event))
        case Completed(turn):
            response.completed.CopyFrom(convert.completed(turn))
    return response
