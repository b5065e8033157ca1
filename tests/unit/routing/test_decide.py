"""Rules that a person can read, and what they say about a turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain import PreviousFailure, RouteDecision, RouteFacts, RouteRule, Routing
from server.errors import InvalidArgument
from server.routing.decide import decide, explain
from server.routing.validate import validate_routing

FACTS = RouteFacts(question_tokens=12, answerability=0.71)
EASY = RouteRule("easy", ("small",), max_question_tokens=40, min_answerability=0.6)
BILLING = RouteRule("billing", ("large", "small"), topics=("billing", "tax"))
ROUTING = Routing(("middle",), ("small",), (BILLING, EASY))


def test_the_first_rule_all_of_whose_conditions_hold_decides() -> None:
    assert decide("default", ROUTING, FACTS) == RouteDecision(
        "default", "easy", ("small",), "question_tokens 12 <= 40, answerability 0.71 >= 0.60"
    )
    billing = replace(FACTS, topics=frozenset({"tax", "eu"}))
    assert decide("default", ROUTING, billing) == RouteDecision(
        "default", "billing", ("large", "small"), "topics tax in billing | tax"
    )


def test_where_no_rule_applies_the_default_chain_answers() -> None:
    facts = replace(FACTS, question_tokens=41)
    assert decide("", ROUTING, facts) == RouteDecision("", "default", ("middle",), "no rule applies")


def test_a_soft_limit_goes_before_every_rule() -> None:
    facts = replace(FACTS, soft_limit_passed=True)
    decision = decide("default", ROUTING, facts)
    assert (decision.rule, decision.chain) == ("soft limit", ("small",))
    assert decide("default", replace(ROUTING, economy_chain=()), facts).chain == ("extractive",)


@pytest.mark.parametrize(
    ("rule", "facts", "applies"),
    [
        (RouteRule("r", ("x",), min_question_tokens=12), FACTS, True),
        (RouteRule("r", ("x",), min_question_tokens=13), FACTS, False),
        (RouteRule("r", ("x",), max_answerability=0.71), FACTS, True),
        (RouteRule("r", ("x",), max_answerability=0.7), FACTS, False),
        (RouteRule("r", ("x",), customer_tiers=("enterprise",)), replace(FACTS, customer_tier="enterprise"), True),
        (RouteRule("r", ("x",), customer_tiers=("enterprise",)), FACTS, False),
        (
            RouteRule("r", ("x",), previous_failures=(PreviousFailure.THUMBS_DOWN,)),
            replace(FACTS, previous_failure=PreviousFailure.THUMBS_DOWN),
            True,
        ),
        (RouteRule("r", ("x",), previous_failures=(PreviousFailure.THUMBS_DOWN,)), FACTS, False),
    ],
)
def test_each_condition(rule: RouteRule, facts: RouteFacts, applies: bool) -> None:
    assert (decide("default", Routing(("default",), rules=(rule,)), facts).chain == ("x",)) is applies


def test_the_explanation_has_a_line_for_each_rule() -> None:
    assert explain(ROUTING, FACTS) == [
        "billing: topics none in billing | tax does not hold",
        "easy: applies, question_tokens 12 <= 40, answerability 0.71 >= 0.60",
    ]
    assert explain(ROUTING, replace(FACTS, question_tokens=50, answerability=0.5999)) == [
        "billing: topics none in billing | tax does not hold",
        "easy: question_tokens 50 <= 40, answerability 0.599900 >= 0.600000 do not hold",
        "default: applies, since no rule does",
    ]
    assert explain(ROUTING, replace(FACTS, soft_limit_passed=True)) == [
        "soft limit: applies, a soft limit is passed",
        "billing: not looked at, since 'soft limit' applies",
        "easy: not looked at, since 'soft limit' applies",
    ]


DEPLOYMENTS = ("small", "middle", "large")


def test_a_good_routing_is_valid() -> None:
    validate_routing(ROUTING, DEPLOYMENTS)


@pytest.mark.parametrize(
    ("routing", "field"),
    [
        (Routing(()), "routing.chain"),
        (Routing(("tiny",)), "routing.chain"),
        (Routing(("small",), ("tiny",)), "routing.economy_chain"),
        (Routing(("small",), hedge_after=float("nan")), "routing.hedge_after"),
        (Routing(("small",), rules=(replace(EASY, chain=("tiny",)),)), "routing.rules[0].chain"),
        (Routing(("small",), rules=(EASY, EASY)), "routing.rules[1].name"),
        (Routing(("small",), rules=(replace(EASY, name="soft limit"),)), "routing.rules[0].name"),
        (Routing(("small",), rules=(replace(EASY, name=" "),)), "routing.rules[0].name"),
        (Routing(("small",), rules=(RouteRule("r", ("small",)),)), "routing.rules[0]"),
        (Routing(("small",), rules=(replace(EASY, min_question_tokens=50),)), "routing.rules[0].min_question_tokens"),
        (Routing(("small",), rules=(replace(EASY, min_answerability=1.5),)), "routing.rules[0].min_answerability"),
        (Routing(("small",), rules=tuple(replace(EASY, name=f"r{n}") for n in range(33))), "routing.rules"),
    ],
)
def test_a_routing_that_cannot_be_followed_is_refused(routing: Routing, field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        validate_routing(routing, DEPLOYMENTS)
    assert caught.value.field == field
