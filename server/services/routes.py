"""The settings' deployments and routes for OperationsService."""

from __future__ import annotations

from decimal import Decimal

from nightdesk.v1 import common_pb2, operations_pb2
from server.domain import RouteFacts, Routing, TokenPrices
from server.domain.prices import NANOS_PER_DOLLAR
from server.errors import InvalidArgument, NotFound
from server.ledger.prompts import PromptStore
from server.models_file import DeploymentSettings, ModelsFile
from server.ports import BreakerPosition, Breakers, BreakerState
from server.routing.decide import decide, explain
from server.services import convert, validate
from server.services.routing import parse_routing, previous_failure, routing_to_proto
from server.spending.prices import PriceTable

_POSITIONS: dict[BreakerPosition, operations_pb2.BreakerState.ValueType] = {
    BreakerPosition.CLOSED: operations_pb2.BREAKER_STATE_CLOSED,
    BreakerPosition.OPEN: operations_pb2.BREAKER_STATE_OPEN,
    BreakerPosition.HALF_OPEN: operations_pb2.BREAKER_STATE_HALF_OPEN,
}


class Routes:
    """What routes there are and what they decide; asks no model."""

    def __init__(
        self,
        models: ModelsFile,
        breakers: Breakers,
        prompts: PromptStore,
        prices: PriceTable,
    ) -> None:
        self._models = models
        self._breakers = breakers
        self._prompts = prompts
        self._prices = prices

    async def list(self) -> operations_pb2.ListRoutesResponse:
        deployments = self._models.deployments
        states = await self._breakers.states(tuple(deployments))
        return operations_pb2.ListRoutesResponse(
            deployments=[
                self._deployment(settings, state) for settings, state in zip(deployments.values(), states, strict=True)
            ],
            routes=[
                operations_pb2.Route(name=name, routing=routing_to_proto(routing))
                for name, routing in sorted(self._models.routes.items())
            ],
        )

    async def explain(
        self, tenant: str, request: operations_pb2.ExplainRouteRequest
    ) -> operations_pb2.ExplainRouteResponse:
        """Raises InvalidArgument, and NotFound for a route or prompt version that is not there."""
        route, routing = await self._wanted(tenant, request)
        facts = _facts(request.facts)
        return operations_pb2.ExplainRouteResponse(
            decision=convert.route_decision(decide(route, routing, facts)), steps=explain(routing, facts)
        )

    async def _wanted(self, tenant: str, request: operations_pb2.ExplainRouteRequest) -> tuple[str, Routing]:
        """The routing with the name that it has in the settings."""
        match request.WhichOneof("of"):
            case "route":
                return request.route, self._named(request.route)
            case "prompt_version":
                name = validate.identifier("prompt_version", request.prompt_version, max_characters=64)
                bundle = (await self._prompts.resolve(tenant, name)).bundle
                return ("", bundle.routing) if bundle.routing else (bundle.route, self._named(bundle.route))
            case "routing":
                return "", parse_routing("routing", request.routing, self._models.deployments)
        raise InvalidArgument("of", "Nothing is said to be explained.", fix="Send route, prompt_version or routing.")

    def _named(self, route: str) -> Routing:
        try:
            return self._models.routes[route]
        except KeyError:
            raise NotFound(
                f"There is no route {route!r}.",
                reason="ROUTE_NOT_FOUND",
                fix=f"Use one of: {', '.join(sorted(self._models.routes))}.",
            ) from None

    def _deployment(self, settings: DeploymentSettings, state: BreakerState) -> operations_pb2.Deployment:
        prices = self._prices.find(settings.name, settings.provider, settings.model)
        return operations_pb2.Deployment(
            name=settings.name,
            provider=settings.provider,
            model=settings.model,
            prices=_prices(prices.prices) if prices else None,
            prices_source=prices.source if prices else "",
            breaker=_POSITIONS[state.position],
            retry_time=convert.timestamp(state.retry_at),
            batch_prices=_prices(prices.batch) if prices and prices.batch else None,
        )


def _facts(facts: operations_pb2.RouteFacts) -> RouteFacts:
    if facts.question_tokens < 0:
        raise InvalidArgument("facts.question_tokens", f"question_tokens is {facts.question_tokens}; send 0 or more.")
    failure = facts.previous_failure
    return RouteFacts(
        question_tokens=facts.question_tokens,
        answerability=validate.in_range("facts.answerability", facts.answerability, 0, 1),
        topics=frozenset(validate.labels("facts.topics", facts.topics)),
        customer_tier=validate.identifier(
            "facts.customer_tier", facts.customer_tier, required=False, max_characters=validate.MAX_LABEL_CHARACTERS
        ),
        previous_failure=previous_failure("facts.previous_failure", failure) if failure else None,
        soft_limit_passed=facts.soft_limit_passed,
    )


def _prices(prices: TokenPrices) -> operations_pb2.TokenPrices:
    return operations_pb2.TokenPrices(
        input=_dollars(prices.input),
        cache_read=_dollars(prices.cache_read),
        cache_write=_dollars(prices.cache_write),
        output=_dollars(prices.output),
    )


def _dollars(amount: Decimal) -> common_pb2.Money | None:
    return convert.money(int(amount * NANOS_PER_DOLLAR))
