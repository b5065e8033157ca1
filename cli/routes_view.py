"""Shows deployments, routes and what a routing decides."""

from __future__ import annotations

from typing import Literal

from rich.console import Console
from rich.markup import escape

from cli.output import enum_word, money, when
from nightdesk.routings import JUDGE, chain_in_words, conditions_in_words
from nightdesk.v1 import operations_pb2, prompt_pb2

Kind = Literal["input", "cache_read", "cache_write", "output"]
PRICES: dict[Kind, str] = {
    "input": "input",
    "cache_read": "cached input",
    "cache_write": "input to be cached",
    "output": "output",
}


def print_routes(found: operations_pb2.ListRoutesResponse, console: Console) -> None:
    for one in found.deployments:
        name, *details = _deployment_lines(one)
        console.print(f"[bold]{escape(name)}[/]", soft_wrap=True)
        for line in details:
            console.print(f"  {escape(line)}", soft_wrap=True)
    if not found.deployments:
        console.print("No model is configured: answers are extractive.")
    for route in found.routes:
        console.print(f"\n[bold]route {escape(route.name)}[/]")
        for line in routing_lines(route.routing, judges=route.name == JUDGE):
            console.print(f"  {escape(line)}", soft_wrap=True)


def routing_lines(routing: prompt_pb2.Routing, *, judges: bool = False) -> list[str]:
    """A routing in words, a rule a line; of one whose models judge, the chain alone counts."""
    if judges:
        return [f"always → {chain_in_words(routing.chain)}", "past a soft limit → the same; a hard limit refuses"]
    lines = [f"{rule.name}: {conditions_in_words(rule)} → {chain_in_words(rule.chain)}" for rule in routing.rules]
    lines.append(f"{'otherwise' if lines else 'always'} → {chain_in_words(routing.chain)}")
    lines.append(f"past a soft limit → {chain_in_words(routing.economy_chain)}")
    if routing.HasField("hedge_after"):
        lines.append(f"the next model is asked as well after {_seconds(routing)}")
    return lines


def print_explanation(
    facts: operations_pb2.RouteFacts, explained: operations_pb2.ExplainRouteResponse, console: Console
) -> None:
    decision = explained.decision
    console.print(f"[dim]{escape(_facts(facts))}[/]", soft_wrap=True)
    for step in explained.steps:
        console.print(f"  {escape(step)}", soft_wrap=True)
    by = f"rule {decision.rule}" if decision.rule not in ("default", "soft limit") else decision.rule
    console.print(f"[bold]{escape(chain_in_words(decision.chain))}[/] by {escape(by)}", soft_wrap=True)
    if decision.reason:
        console.print(escape(decision.reason), soft_wrap=True)


def _deployment_lines(one: operations_pb2.Deployment) -> list[str]:
    """What it is and whether it takes calls, then what a million tokens cost and who says so."""
    lines = [f"{one.name}: {one.provider} {one.model}, breaker {_breaker(one)}"]
    if not one.HasField("prices"):
        return [*lines, "unpriced: no budget sees what its calls cost"]
    lines.append(f"{_prices(one.prices)} for a million tokens ({one.prices_source})")
    if one.HasField("batch_prices"):
        lines.append(f"in batches {_prices(one.batch_prices)}")
    return lines


def _prices(prices: operations_pb2.TokenPrices) -> str:
    return ", ".join(f"{money(getattr(prices, kind))} {name}" for kind, name in PRICES.items() if prices.HasField(kind))


def _breaker(deployment: operations_pb2.Deployment) -> str:
    word = enum_word(operations_pb2.BreakerState.DESCRIPTOR, deployment.breaker).replace("_", " ")
    return f"{word} until {when(deployment.retry_time)}" if deployment.HasField("retry_time") else word


def _facts(facts: operations_pb2.RouteFacts) -> str:
    parts = [f"question of {facts.question_tokens} tokens", f"answerability {facts.answerability:.2f}"]
    parts += [f"topic {topic}" for topic in facts.topics]
    if facts.customer_tier:
        parts.append(f"customer tier {facts.customer_tier}")
    if facts.previous_failure:
        parts.append(f"last turn {facts.previous_failure.replace('_', ' ')}")
    if facts.soft_limit_passed:
        parts.append("soft limit passed")
    return " · ".join(parts)


def _seconds(routing: prompt_pb2.Routing) -> str:
    return f"{routing.hedge_after.ToTimedelta().total_seconds():g} s"
