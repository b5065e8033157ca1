"""RailService: the rails on a text outside of any turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from grpc.aio import ServicerContext

from nightdesk.v1 import common_pb2, rail_pb2, rail_pb2_grpc
from server.domain import Direction, RailReport
from server.ports import RailEngine
from server.services import convert, validate


class RailService(rail_pb2_grpc.RailServiceServicer):
    """Serves checks by the one engine that the turns use."""

    def __init__(self, rails: RailEngine) -> None:
        self._rails = rails

    async def CheckText(
        self, request: rail_pb2.CheckTextRequest, context: ServicerContext[Any, Any]
    ) -> rail_pb2.CheckTextResponse:
        # Any text at all: what is checked here is what nobody trusts yet.
        validate.sized("text", request.text, max_bytes=validate.MAX_CHECK_BYTES)
        validate.messages("history", request.history)
        report = await self._check(request)
        response = rail_pb2.CheckTextResponse(
            verdict=common_pb2.VERDICT_ALLOW,
            redacted_text=report.text,
            verdicts=[convert.rail_verdict(verdict) for verdict in report.verdicts],
        )
        deciding = report.deciding or max(report.verdicts, key=lambda verdict: verdict.score, default=None)
        if deciding is not None:
            response.verdict = convert.VERDICTS[deciding.verdict]
            response.score, response.threshold = deciding.score, deciding.threshold
        if report.deciding is not None:
            response.rail, response.category = report.deciding.rail, report.deciding.category
        return response

    async def StreamCheckText(
        self, request: AsyncIterator[rail_pb2.StreamCheckTextRequest], context: ServicerContext[Any, Any]
    ) -> AsyncIterator[rail_pb2.StreamCheckTextResponse]:
        async def tokens() -> AsyncGenerator[str, None]:
            async for part in request:
                yield validate.sized("text", part.text, max_bytes=validate.MAX_CHECK_BYTES)

        async with aclosing(tokens()) as texts, aclosing(self._rails.guard_output(texts)) as guarded:
            async for item in guarded:
                if isinstance(item, str):
                    yield rail_pb2.StreamCheckTextResponse(text=item)
                else:
                    yield rail_pb2.StreamCheckTextResponse(verdict=convert.rail_verdict(item))

    async def _check(self, request: rail_pb2.CheckTextRequest) -> RailReport:
        match convert.DIRECTIONS_BACK.get(request.direction, Direction.INPUT):
            case Direction.INPUT:
                return await self._rails.check_input(request.text, convert.messages(request.history))
            case Direction.CONTEXT:
                return await self._rails.check_context(request.text)
            case Direction.OUTPUT:
                return await self._rails.check_output(request.text)
