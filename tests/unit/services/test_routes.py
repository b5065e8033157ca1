"""ListRoutes and ExplainRoute: what the settings' routes are, and what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration

from nightdesk.v1 import chat_pb2, operations_pb2, prompt_pb2
from server.chat.prompt import first_bundle
from server.domain import ModelPrices, RouteRule, Routing, TokenPrices
from server.errors import InvalidArgument, NotFound
from server.ledger.database import open_database
from server.ledger.prompts import PromptStore
from server.models_file import DeploymentSettings, ModelsFile
from server.ports import BreakerPosition, BreakerState
from server.services.routes import Routes
from server.services.routing import parse_routing, routing_to_proto
from server.spending.prices import PriceTable
from tests.unit.routing.fakes import NotedBreakers

RETRY_AT = datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
ROUTING = Routing(
    ("small", "large"),
    ("small",),
    (RouteRule("hard", ("large",), max_answerability=0.5, topics=("tax",), customer_tiers=("pro",)),),
    2.5,
)
PRICES = {
    "small": ModelPrices(TokenPrices(Decimal("0.40"), Decimal("0.10"), Decimal("0.40"), Decimal("1.60")), "settings")
}


class Breakers(NotedBreakers):
    async def states(self, deployments: Sequence[str]) -> list[BreakerState]:
        opened = BreakerState(BreakerPosition.OPEN, RETRY_AT)
        return [opened if name == "large" else BreakerState(BreakerPosition.CLOSED) for name in deployments]


def deployment(name: str) -> DeploymentSettings:
    return DeploymentSettings(name, "openai", f"model-{name}", "chat_completions", "", "OPENAI_API_KEY", 20, 15, 120)


@pytest.fixture
def prompts(tmp_path: Path) -> PromptStore:
    return PromptStore(open_database(tmp_path / "nightdesk.db"), first_bundle())


@pytest.fixture
def routes(prompts: PromptStore) -> Routes:
    models = ModelsFile({name: deployment(name) for name in ("small", "large")}, {"default": ROUTING})
    return Routes(models, Breakers(), prompts, PriceTable(PRICES))


async def test_deployments_are_listed_with_their_prices_and_breakers(routes: Routes) -> None:
    listed = await routes.list()

    small, large = listed.deployments
    assert (small.name, small.provider, small.model) == ("small", "openai", "model-small")
    assert small.prices.input.nanos == 400_000_000
    assert small.prices.cache_read.nanos == 100_000_000
    assert (small.prices_source, small.breaker) == ("settings", operations_pb2.BREAKER_STATE_CLOSED)
    assert not large.HasField("prices")
    assert large.breaker == operations_pb2.BREAKER_STATE_OPEN
    assert large.retry_time.ToDatetime(tzinfo=UTC) == RETRY_AT
    [route] = listed.routes
    assert route == operations_pb2.Route(name="default", routing=routing_to_proto(ROUTING))


async def test_a_route_is_explained(routes: Routes) -> None:
    facts = operations_pb2.RouteFacts(answerability=0.4, topics=["tax"], customer_tier="pro")
    explained = await routes.explain("acme", operations_pb2.ExplainRouteRequest(route="default", facts=facts))

    reason = "answerability 0.40 <= 0.50, topics tax in tax, customer_tier pro in pro"
    assert explained.decision == chat_pb2.RouteDecision(route="default", rule="hard", chain=["large"], reason=reason)
    assert explained.steps == [f"hard: applies, {reason}"]


async def test_a_prompt_versions_routing_is_explained(routes: Routes, prompts: PromptStore) -> None:
    request = operations_pb2.ExplainRouteRequest(prompt_version="production")
    assert (await routes.explain("acme", request)).decision.route == "default"

    bundle = replace(first_bundle(), routing=Routing(("large",)))
    version = await prompts.create("acme", bundle, "", "eve")
    request = operations_pb2.ExplainRouteRequest(prompt_version=str(version.version))
    decision = (await routes.explain("acme", request)).decision
    assert (decision.route, decision.rule, list(decision.chain)) == ("", "default", ["large"])


async def test_a_routing_that_is_not_kept_is_explained(routes: Routes) -> None:
    routing = prompt_pb2.Routing(chain=["large"])
    request = operations_pb2.ExplainRouteRequest(
        routing=routing, facts=operations_pb2.RouteFacts(soft_limit_passed=True)
    )
    assert (await routes.explain("acme", request)).decision.chain == ["extractive"]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (operations_pb2.ExplainRouteRequest(), "of"),
        (operations_pb2.ExplainRouteRequest(routing=prompt_pb2.Routing(chain=["tiny"])), "routing.chain"),
        (
            operations_pb2.ExplainRouteRequest(
                route="default", facts=operations_pb2.RouteFacts(previous_failure="lost")
            ),
            "facts.previous_failure",
        ),
        (
            operations_pb2.ExplainRouteRequest(route="default", facts=operations_pb2.RouteFacts(answerability=2)),
            "facts.answerability",
        ),
        (
            operations_pb2.ExplainRouteRequest(
                routing=prompt_pb2.Routing(
                    chain=["small"],
                    rules=[prompt_pb2.RouteRule(name="r", chain=["small"], previous_failures=["lost"])],
                )
            ),
            "routing.rules[0].previous_failures[0]",
        ),
    ],
)
async def test_what_cannot_be_explained_is_named(
    routes: Routes, request_: operations_pb2.ExplainRouteRequest, field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await routes.explain("acme", request_)
    assert caught.value.field == field


async def test_a_route_that_is_not_there_is_not_found(routes: Routes) -> None:
    with pytest.raises(NotFound):
        await routes.explain("acme", operations_pb2.ExplainRouteRequest(route="other"))


def test_a_routing_is_the_same_after_it_went_through_the_contract() -> None:
    proto = routing_to_proto(ROUTING)
    assert proto is not None
    assert proto.hedge_after == Duration(seconds=2, nanos=500_000_000)
    assert parse_routing("routing", proto, {"small", "large"}) == ROUTING
