"""OperationsService: the turns that were made, what they cost over time, and the state of every part."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from grpc.aio import ServicerContext
from sqlalchemy import Engine

from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2, operations_pb2_grpc
from server.domain import ComponentState, FinishReason, Role, Turn
from server.errors import InvalidArgument
from server.interceptors.callers import current_principal, require_role
from server.ledger.charges import ChargeLedger
from server.ledger.metrics import MetricPoint, query_metrics, resolve_span
from server.ledger.originals import OriginalStore
from server.ledger.paging import page_token, parse_page_token
from server.ledger.turns import Feedback, TurnFilter, TurnLedger
from server.ports import VectorStore
from server.services import budgets, convert, simulation, validate
from server.services.originals import reveal_turn
from server.services.routes import Routes
from server.services.status import Checks
from server.spending.budgets import Budgets

QUESTION_CHARACTERS = 200

_RATINGS = {"up": chat_pb2.RATING_UP, "down": chat_pb2.RATING_DOWN}
_STATES: dict[ComponentState, operations_pb2.ComponentState.ValueType] = {
    ComponentState.OK: operations_pb2.COMPONENT_STATE_OK,
    ComponentState.DEGRADED: operations_pb2.COMPONENT_STATE_DEGRADED,
    ComponentState.FAILED: operations_pb2.COMPONENT_STATE_FAILED,
}


class OperationsService(operations_pb2_grpc.OperationsServiceServicer):
    """Serves what happened to the caller's tenant."""

    def __init__(
        self,
        ledger: TurnLedger,
        engine: Engine,
        store: VectorStore,
        checks: Checks,
        version: str,
        charges: ChargeLedger,
        limits: Budgets,
        routes: Routes,
        originals: OriginalStore | None = None,
    ) -> None:
        """Without `originals` none are kept, and none can be revealed."""
        self._ledger = ledger
        self._charges = charges
        self._budgets = limits
        self._engine = engine
        self._store = store
        self._checks = checks
        self._version = version
        self._routes = routes
        self._originals = originals
        self._started_at = datetime.now(UTC)

    async def ListTurns(
        self, request: operations_pb2.ListTurnsRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.ListTurnsResponse:
        tenant = current_principal().tenant
        limit = validate.page_size(request.page_size, default=50, maximum=500)
        wanted = TurnFilter(
            prompt_version=request.prompt_version,
            finish_reason=convert.FINISHES_BACK.get(request.finish_reason),
            start=convert.moment(request.start_time) if request.HasField("start_time") else None,
            end=convert.moment(request.end_time) if request.HasField("end_time") else None,
        )
        turns = await self._ledger.page(tenant, wanted, after=parse_page_token(request.page_token), limit=limit)
        opinions = await self._ledger.feedback(tenant, [turn.id for turn in turns])
        return operations_pb2.ListTurnsResponse(
            turns=[_summary(turn, opinions.get(turn.id)) for turn in turns],
            next_page_token=page_token(turns[-1].created_at, turns[-1].id) if len(turns) == limit else "",
        )

    async def GetTurn(
        self, request: operations_pb2.GetTurnRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.GetTurnResponse:
        turn_id = validate.identifier("turn_id", request.turn_id)
        turn, feedback = await self._ledger.get(current_principal().tenant, turn_id)
        return operations_pb2.GetTurnResponse(turn=_turn(turn, feedback))

    async def QueryMetrics(
        self, request: operations_pb2.QueryMetricsRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.QueryMetricsResponse:
        start, end, step = resolve_span(
            convert.moment(request.start_time) if request.HasField("start_time") else None,
            convert.moment(request.end_time) if request.HasField("end_time") else None,
            request.step.ToTimedelta() if request.HasField("step") else None,
        )
        if start >= end:
            raise InvalidArgument("start_time", "start_time is not before end_time.", fix="Send an earlier start_time.")
        points = await query_metrics(self._engine, current_principal().tenant, start, end, step)
        return operations_pb2.QueryMetricsResponse(
            points=[_point(point) for point in points], step=convert.duration(step.total_seconds())
        )

    async def ListBudgets(
        self, request: operations_pb2.ListBudgetsRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.ListBudgetsResponse:
        return await budgets.list_budgets(self._budgets, current_principal())

    async def SetBudget(
        self, request: operations_pb2.SetBudgetRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.SetBudgetResponse:
        return await budgets.set_budget(self._budgets, require_role(Role.ENGINEER, Role.ADMIN), request)

    async def DeleteBudget(
        self, request: operations_pb2.DeleteBudgetRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.DeleteBudgetResponse:
        return await budgets.delete_budget(self._budgets, require_role(Role.ENGINEER, Role.ADMIN), request)

    async def QuerySpend(
        self, request: operations_pb2.QuerySpendRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.QuerySpendResponse:
        return await budgets.query_spend(self._charges, current_principal(), request)

    async def QueryRailMetrics(
        self, request: operations_pb2.QueryRailMetricsRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.QueryRailMetricsResponse:
        return await simulation.query_metrics(self._engine, current_principal().tenant, request)

    async def GetStatus(
        self, request: operations_pb2.GetStatusRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.GetStatusResponse:
        response = operations_pb2.GetStatusResponse(
            server_version=self._version, start_time=convert.timestamp(self._started_at)
        )
        statuses = await self._checks.run()
        for status in statuses:
            response.components.add(
                component=status.component,
                adapter=status.adapter,
                state=_STATES[status.state],
                detail=status.detail,
                fix=status.fix,
            )
        if all(s.state is ComponentState.OK for s in statuses if s.component == "vector_store"):
            stats = await self._store.stats(current_principal().tenant)
            response.document_count, response.chunk_count = stats.document_count, stats.chunk_count
            response.index_version = stats.version
        return response

    async def RevealTurn(
        self, request: operations_pb2.RevealTurnRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.RevealTurnResponse:
        return await reveal_turn(self._originals, require_role(Role.ADMIN), request)

    async def ListRoutes(
        self, request: operations_pb2.ListRoutesRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.ListRoutesResponse:
        return await self._routes.list()

    async def ExplainRoute(
        self, request: operations_pb2.ExplainRouteRequest, context: ServicerContext[Any, Any]
    ) -> operations_pb2.ExplainRouteResponse:
        return await self._routes.explain(current_principal().tenant, request)


def _summary(turn: Turn, feedback: Feedback | None) -> operations_pb2.TurnSummary:
    usage = turn.usage
    return operations_pb2.TurnSummary(
        turn_id=turn.id,
        conversation_id=turn.conversation_id,
        create_time=convert.timestamp(turn.created_at),
        prompt_version=turn.prompt_version,
        question=turn.question[:QUESTION_CHARACTERS],
        finish_reason=convert.FINISHES[turn.finish_reason],
        refusal_category=turn.refusal_category,
        model=turn.model,
        first_token_latency=convert.duration(turn.timings.get("first_token")),
        total_latency=convert.duration(turn.timings.get("total")),
        cost=convert.money(turn.cost_nanos),
        rating=_RATINGS[feedback.rating] if feedback else chat_pb2.RATING_UNSPECIFIED,
        input_tokens=sum(u.input_tokens for u in usage),
        output_tokens=sum(u.output_tokens + u.reasoning_tokens for u in usage),
        cache=convert.CACHES[turn.cache_hit.kind] if turn.cache_hit else common_pb2.CACHE_KIND_UNSPECIFIED,
    )


def _turn(turn: Turn, feedback: Feedback | None) -> operations_pb2.Turn:
    return operations_pb2.Turn(
        summary=_summary(turn, feedback),
        question=turn.question,
        answer=turn.answer,
        search_question=turn.search_question,
        index_version=turn.index_version,
        citations=convert.citations(turn.citations),
        rail_verdicts=[convert.rail_verdict(verdict) for verdict in turn.rail_verdicts],
        timings=convert.timings(turn),
        usage=[convert.usage(usage) for usage in turn.usage],
        route_switches=[convert.route_switch(switch) for switch in turn.route_switches],
        citation_ids=turn.citation_ids,
        prompt=turn.prompt,
        request_id=turn.request_id,
        feedback_reason=feedback.reason if feedback else "",
        answerability=turn.answerability,
        search_question_source=convert.source(turn.search_question_source if turn.search_question else None),
        access_groups=turn.access_groups,
        route_decision=convert.route_decision(turn.route_decision),
        cache_hit=convert.cache_hit(turn.cache_hit),
        customer_tier=turn.customer_tier,
    )


def _point(point: MetricPoint) -> operations_pb2.MetricPoint:
    return operations_pb2.MetricPoint(
        start_time=convert.timestamp(point.start),
        prompt_version=point.prompt_version,
        turn_count=point.counts.total(),
        answered_count=point.counts[FinishReason.ANSWERED],
        refused_count=point.counts[FinishReason.REFUSED],
        unanswered_count=point.counts[FinishReason.UNANSWERED],
        degraded_count=point.counts[FinishReason.DEGRADED],
        cancelled_count=point.counts[FinishReason.CANCELLED],
        cost=convert.money(point.cost_nanos),
        unpriced_count=point.unpriced_count,
        first_token_p50=convert.duration(point.first_token_p50),
        total_p50=convert.duration(point.total_p50),
        total_p95=convert.duration(point.total_p95),
        thumbs_up_count=point.ratings["up"],
        thumbs_down_count=point.ratings["down"],
        cached_count=point.cached_count,
    )
