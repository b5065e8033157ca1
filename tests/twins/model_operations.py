"""The calls about models, routes, budgets and spend, from a script: for tests of what people see of them."""

# ruff: noqa: N802 - the contract names its calls so

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import grpc

from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2, operations_pb2_grpc, prompt_pb2

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def usd(nanos: int) -> common_pb2.Money:
    return common_pb2.Money(currency_code="USD", nanos=nanos)


def deployments() -> list[operations_pb2.Deployment]:
    """A cheap one, a strong one whose breaker is open, and one without a price."""
    strong = operations_pb2.Deployment(
        name="strong",
        provider="anthropic",
        model="claude-opus-4-5-20251101",
        prices=operations_pb2.TokenPrices(
            input=usd(5_000_000_000),
            cache_read=usd(500_000_000),
            cache_write=usd(6_250_000_000),
            output=usd(25_000_000_000),
        ),
        batch_prices=operations_pb2.TokenPrices(input=usd(2_500_000_000), output=usd(12_500_000_000)),
        prices_source="genai-prices 0.2.3, 2026-10-01",
        breaker=operations_pb2.BREAKER_STATE_OPEN,
    )
    strong.retry_time.FromDatetime(NOW + timedelta(seconds=30))
    return [
        operations_pb2.Deployment(
            name="cheap",
            provider="openai",
            model="gpt-5-nano",
            prices=operations_pb2.TokenPrices(
                input=usd(50_000_000), cache_read=usd(5_000_000), output=usd(400_000_000)
            ),
            prices_source="settings",
            breaker=operations_pb2.BREAKER_STATE_CLOSED,
        ),
        strong,
        operations_pb2.Deployment(
            name="house",
            provider="openai",
            model="our-own-model",
            breaker=operations_pb2.BREAKER_STATE_HALF_OPEN,
        ),
    ]


def routing() -> prompt_pb2.Routing:
    """Enterprise to the strong model, short and well covered questions to the cheap one."""
    made = prompt_pb2.Routing(
        chain=["strong", "house"],
        economy_chain=["cheap"],
        rules=[
            prompt_pb2.RouteRule(name="enterprise", chain=["strong"], customer_tiers=["enterprise"]),
            prompt_pb2.RouteRule(name="easy", chain=["cheap", "house"], max_question_tokens=40, min_answerability=0.6),
        ],
    )
    made.hedge_after.FromMilliseconds(1500)
    return made


def day_budget() -> operations_pb2.Budget:
    made = operations_pb2.Budget(
        budget_id="tenant/day",
        period=operations_pb2.BUDGET_PERIOD_DAY,
        soft_limit=usd(5_000_000_000),
        hard_limit=usd(10_000_000_000),
        spent=usd(6_250_000_420),
        reserved=usd(750_000_000),
    )
    made.reset_time.FromDatetime(NOW.replace(hour=0) + timedelta(days=1))
    return made


def spend_point(hours: int, group: str, calls: int, nanos: int, unpriced: int = 0) -> operations_pb2.SpendPoint:
    made = operations_pb2.SpendPoint(
        group=group,
        call_count=calls,
        cost=usd(nanos),
        unpriced_count=unpriced,
        estimated_count=1,
        input_tokens=1000 * calls,
        output_tokens=100 * calls,
    )
    made.start_time.FromDatetime(NOW - timedelta(hours=hours))
    return made


@dataclass(slots=True)
class ModelOperations(operations_pb2_grpc.OperationsServiceServicer):
    """Keeps what it was asked. Budgets are kept as they are set; a routing's rules are really applied."""

    deployments: list[operations_pb2.Deployment] = field(default_factory=deployments)
    routes: dict[str, prompt_pb2.Routing] = field(default_factory=lambda: {"default": routing()})
    budgets: dict[str, operations_pb2.Budget] = field(default_factory=lambda: {"tenant/day": day_budget()})
    points: list[operations_pb2.SpendPoint] = field(
        default_factory=lambda: [
            spend_point(2, "cheap", 3, 420),
            spend_point(1, "house", 2, 0, unpriced=2),
            spend_point(1, "strong", 1, 6_250_000_000),
        ]
    )
    explained: list[operations_pb2.ExplainRouteRequest] = field(default_factory=list)
    spend_queries: list[operations_pb2.QuerySpendRequest] = field(default_factory=list)

    def ListRoutes(
        self, request: operations_pb2.ListRoutesRequest, context: grpc.ServicerContext
    ) -> operations_pb2.ListRoutesResponse:
        routes = [operations_pb2.Route(name=name, routing=found) for name, found in self.routes.items()]
        return operations_pb2.ListRoutesResponse(deployments=self.deployments, routes=routes)

    def ExplainRoute(
        self, request: operations_pb2.ExplainRouteRequest, context: grpc.ServicerContext
    ) -> operations_pb2.ExplainRouteResponse:
        self.explained.append(request)
        found = request.routing if request.HasField("routing") else self.routes[request.route or "default"]
        decision = chat_pb2.RouteDecision(route=request.route, rule="default", chain=found.chain)
        steps = []
        for rule in found.rules:
            failed = next(_failures(rule, request.facts), "")
            steps.append(f"{rule.name}: {failed} does not hold" if failed else f"{rule.name}: applies")
            if not failed and decision.rule == "default":
                decision = chat_pb2.RouteDecision(route=request.route, rule=rule.name, chain=rule.chain)
        if request.facts.soft_limit_passed:
            decision = chat_pb2.RouteDecision(route=request.route, rule="soft limit", chain=found.economy_chain)
        decision.reason = f"question_tokens {request.facts.question_tokens}"
        return operations_pb2.ExplainRouteResponse(decision=decision, steps=steps)

    def ListBudgets(
        self, request: operations_pb2.ListBudgetsRequest, context: grpc.ServicerContext
    ) -> operations_pb2.ListBudgetsResponse:
        return operations_pb2.ListBudgetsResponse(budgets=self.budgets.values())

    def SetBudget(
        self, request: operations_pb2.SetBudgetRequest, context: grpc.ServicerContext
    ) -> operations_pb2.SetBudgetResponse:
        made = request.budget
        owner = f"key/{made.key}" if made.key else "tenant"
        made.budget_id = f"{owner}/{'day' if made.period == operations_pb2.BUDGET_PERIOD_DAY else 'month'}"
        before = self.budgets.get(made.budget_id, operations_pb2.Budget(spent=usd(0), reserved=usd(0)))
        made.spent.CopyFrom(before.spent)
        made.reserved.CopyFrom(before.reserved)
        made.reset_time.CopyFrom(day_budget().reset_time)
        self.budgets[made.budget_id] = made
        return operations_pb2.SetBudgetResponse(budget=made)

    def DeleteBudget(
        self, request: operations_pb2.DeleteBudgetRequest, context: grpc.ServicerContext
    ) -> operations_pb2.DeleteBudgetResponse:
        if self.budgets.pop(request.budget_id, None) is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no budget {request.budget_id!r}.")
        return operations_pb2.DeleteBudgetResponse()

    def QuerySpend(
        self, request: operations_pb2.QuerySpendRequest, context: grpc.ServicerContext
    ) -> operations_pb2.QuerySpendResponse:
        self.spend_queries.append(request)
        return operations_pb2.QuerySpendResponse(points=self.points, step=request.step)


def _failures(rule: prompt_pb2.RouteRule, facts: operations_pb2.RouteFacts) -> Iterator[str]:
    """The conditions of the rule that the facts do not meet."""
    if rule.HasField("max_question_tokens") and facts.question_tokens > rule.max_question_tokens:
        yield f"question_tokens {facts.question_tokens} <= {rule.max_question_tokens}"
    if rule.HasField("min_answerability") and facts.answerability < rule.min_answerability:
        yield f"answerability {facts.answerability:.2f} >= {rule.min_answerability:.2f}"
    if rule.customer_tiers and facts.customer_tier not in rule.customer_tiers:
        yield f"customer_tier {facts.customer_tier!r} in {', '.join(rule.customer_tiers)}"
