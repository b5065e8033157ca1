"""RailService: the rails on a text outside of any turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from grpc.aio import ServicerContext

from nightdesk.v1 import common_pb2, rail_pb2, rail_pb2_grpc
from server.domain import Account, Direction, RailReport, RailVerdict, Verdict
from server.interceptors.callers import current_principal
from server.ports import CheckOptions, Judge, RailEngine
from server.services import convert, validate
from server.services.simulation import Simulations


class RailService(rail_pb2_grpc.RailServiceServicer):
    """Serves checks by the one engine that the turns use."""

    def __init__(
        self, rails: RailEngine, judge_for: Callable[[Account], Judge | None], simulations: Simulations
    ) -> None:
        """`judge_for`: the judge whose calls an account pays for, None where no model is configured."""
        self._rails = rails
        self._judge_for = judge_for
        self._simulations = simulations

    async def CheckText(
        self, request: rail_pb2.CheckTextRequest, context: ServicerContext[Any, Any]
    ) -> rail_pb2.CheckTextResponse:
        # Any text at all: what is checked here is what nobody trusts yet.
        validate.sized("text", request.text, max_bytes=validate.MAX_CHECK_BYTES)
        validate.messages("history", request.history)
        known = {rail.name for rail in self._rails.rails}
        thresholds = validate.rail_thresholds("rail_thresholds", request.rail_thresholds, known)
        public = validate.public_texts("public_texts", request.public_texts)
        report = await self._check(request, public, CheckOptions(thresholds, self._judge()))
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

        async with aclosing(tokens()) as texts, aclosing(self._guarded(texts)) as guarded:
            async for item in guarded:
                if isinstance(item, str):
                    yield rail_pb2.StreamCheckTextResponse(text=item)
                elif item.verdict is not Verdict.ALLOW:
                    yield rail_pb2.StreamCheckTextResponse(verdict=convert.rail_verdict(item))
                    if item.verdict is Verdict.BLOCK:
                        return

    async def ListRails(
        self, request: rail_pb2.ListRailsRequest, context: ServicerContext[Any, Any]
    ) -> rail_pb2.ListRailsResponse:
        # Masks have no mode, and no name by which a threshold could be set; on both sides they run beside the rails.
        infos = (*self._rails.rails, *self._rails.masks)
        return rail_pb2.ListRailsResponse(rails=[convert.rail(info) for info in infos])

    async def SimulateThresholds(
        self, request: rail_pb2.SimulateThresholdsRequest, context: ServicerContext[Any, Any]
    ) -> rail_pb2.SimulateThresholdsResponse:
        return await self._simulations.run(current_principal().tenant, request)

    def _guarded(self, texts: AsyncGenerator[str, None]) -> AsyncGenerator[str | RailVerdict, None]:
        return self._rails.guard_output(texts, options=CheckOptions(judge=self._judge()))

    def _judge(self) -> Judge | None:
        principal = current_principal()
        return self._judge_for(Account(principal.tenant, principal.name))

    async def _check(
        self, request: rail_pb2.CheckTextRequest, public: Sequence[str], options: CheckOptions
    ) -> RailReport:
        match convert.DIRECTIONS_BACK.get(request.direction, Direction.INPUT):
            case Direction.INPUT:
                return await self._rails.check_input(request.text, convert.messages(request.history), options)
            case Direction.CONTEXT:
                return await self._rails.check_context(request.text, options)
            case Direction.OUTPUT:
                return await self._rails.check_output(request.text, public, options)
