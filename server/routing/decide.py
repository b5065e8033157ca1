"""Which chain of deployments a turn takes, by rules that a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from server.domain import RouteDecision, RouteFacts, RouteRule, Routing

EXTRACTIVE = "extractive"
"""The deployment that is always there: answers from the passages' own sentences, without a model."""
DEFAULT = "default"
SOFT_LIMIT = "soft limit"
HARD_LIMIT = "hard limit"
"""What a decision has in place of a rule's name, so that no rule may be called so."""


class Condition(NamedTuple):
    """One condition of a rule, held against the facts: "question_tokens 12 <= 40"."""

    text: str
    holds: bool


def decide(route: str, routing: Routing, facts: RouteFacts) -> RouteDecision:
    """The economy chain where a soft limit is passed, else the chain of the first rule that applies, else the default.

    `route` is the routing's name in the settings; empty where a prompt version holds it.
    """
    if facts.soft_limit_passed:
        return RouteDecision(route, SOFT_LIMIT, routing.economy_chain or (EXTRACTIVE,), "a soft limit is passed")
    for rule in routing.rules:
        conditions = tuple(_conditions(rule, facts))
        if all(condition.holds for condition in conditions):
            return RouteDecision(route, rule.name, rule.chain, ", ".join(condition.text for condition in conditions))
    reason = "no rule applies" if routing.rules else "there are no rules"
    return RouteDecision(route, DEFAULT, routing.chain, reason)


def explain(routing: Routing, facts: RouteFacts) -> list[str]:
    """What became of each rule, one line each in their order, with the conditions that did not hold."""
    decided_by = SOFT_LIMIT if facts.soft_limit_passed else ""
    lines = ["soft limit: applies, a soft limit is passed"] if facts.soft_limit_passed else []
    for rule in routing.rules:
        if decided_by:
            lines.append(f"{rule.name}: not looked at, since {decided_by!r} applies")
            continue
        conditions = tuple(_conditions(rule, facts))
        missed = [condition.text for condition in conditions if not condition.holds]
        if missed:
            lines.append(f"{rule.name}: {', '.join(missed)} {'does' if len(missed) == 1 else 'do'} not hold")
        else:
            lines.append(f"{rule.name}: applies, {', '.join(condition.text for condition in conditions)}")
            decided_by = rule.name
    if not decided_by:
        lines.append(f"{DEFAULT}: applies, since no rule does")
    return lines


def has_conditions(rule: RouteRule) -> bool:
    return any(True for _ in _conditions(rule, RouteFacts(0, 0.0)))


def _conditions(rule: RouteRule, facts: RouteFacts) -> Iterator[Condition]:
    """Those that are set, each with the fact that it is held against."""
    if rule.min_question_tokens is not None:
        yield _at_least("question_tokens", facts.question_tokens, rule.min_question_tokens)
    if rule.max_question_tokens is not None:
        yield _at_most("question_tokens", facts.question_tokens, rule.max_question_tokens)
    if rule.min_answerability is not None:
        yield _at_least("answerability", facts.answerability, rule.min_answerability)
    if rule.max_answerability is not None:
        yield _at_most("answerability", facts.answerability, rule.max_answerability)
    if rule.topics:
        found = sorted(facts.topics.intersection(rule.topics)) or sorted(facts.topics)
        yield _one_of("topics", ", ".join(found), rule.topics, not facts.topics.isdisjoint(rule.topics))
    if rule.customer_tiers:
        yield _one_of(
            "customer_tier", facts.customer_tier, rule.customer_tiers, facts.customer_tier in rule.customer_tiers
        )
    if rule.previous_failures:
        failure = facts.previous_failure
        yield _one_of("previous_failure", failure or "", rule.previous_failures, failure in rule.previous_failures)


def _at_least(name: str, value: float, bound: float) -> Condition:
    return Condition(f"{name} {_compared(value, '>=', bound)}", value >= bound)


def _at_most(name: str, value: float, bound: float) -> Condition:
    return Condition(f"{name} {_compared(value, '<=', bound)}", value <= bound)


def _one_of(name: str, value: str, wanted: tuple[str, ...], holds: bool) -> Condition:
    return Condition(f"{name} {value or 'none'} in {' | '.join(wanted)}", holds)


def _compared(value: float, sign: str, bound: float) -> str:
    """Two decimals, unless they would make different numbers look the same."""
    if isinstance(value, int) and isinstance(bound, int):
        return f"{value} {sign} {bound}"
    digits = 2 if value == bound or round(value, 2) != round(bound, 2) else 6
    return f"{value:.{digits}f} {sign} {bound:.{digits}f}"
