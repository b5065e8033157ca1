"""Models, budgets and spend as tables, bars and words."""

from __future__ import annotations

import pytest

from nightdesk.v1 import common_pb2, operations_pb2, prompt_pb2
from tests.twins.model_operations import day_budget, deployments, routing, spend_point, usd
from workbench.components.budget_bar import budget_bar, budget_facts, budget_state
from workbench.components.formatting import exact_money
from workbench.spending_frames import (
    deployments_frame,
    prices_frame,
    rules_table,
    spend_frame,
    spend_table,
    total,
    usage_table,
)


def test_a_deployment_without_a_price_is_unpriced_and_a_missing_kind_is_nothing() -> None:
    rows = prices_frame(deployments()).set_index("deployment")

    assert rows.loc["cheap", ["input", "output", "cached read", "cached write"]].tolist() == [
        "$0.05",
        "$0.4",
        "$0.005",
        "—",
    ]
    assert set(rows.loc["house", ["input", "output", "cached read", "cached write"]]) == {"unpriced"}
    assert rows.loc["strong", "batch in / out"] == "$2.5 / $12.5"
    assert deployments_frame(deployments())["breaker"].tolist() == [["closed"], ["open"], ["half open"]]


def test_when_a_breaker_tries_again_is_a_column_only_where_one_is_open() -> None:
    assert "tried again" in deployments_frame(deployments())
    assert "tried again" not in deployments_frame(deployments()[:1])


def test_rules_read_in_the_order_in_which_they_are_tried() -> None:
    assert rules_table(routing())["where"].tolist() == [
        "customer tier enterprise",
        "question of at most 40 tokens and answerability of at least 0.6",
        "otherwise",
        "past a soft limit",
    ]


def test_what_was_spent_adds_up_in_whole_nanos_and_the_dearest_comes_first() -> None:
    points = [spend_point(1, "a", 1, 1), spend_point(2, "b", 1, 10**18 + 1), spend_point(3, "b", 1, 10**18)]

    table = spend_table(points, "model")

    assert table["model"].tolist() == ["b", "a"]
    assert table["cost"].tolist() == [exact_money(2 * 10**18 + 1), exact_money(1)]
    assert total(points).cost.nanos == 2 * 10**18 + 2


def test_what_has_no_price_is_counted_and_not_drawn() -> None:
    points = [spend_point(1, "house", 2, 0, unpriced=2), spend_point(1, "cheap", 3, 420, unpriced=1)]

    assert spend_frame(points)["group"].tolist() == ["cheap"]
    assert spend_table(points, "model")["cost"].tolist() == [exact_money(420), "unpriced"]


def test_a_call_that_failed_stands_in_the_table_with_what_it_cost() -> None:
    calls = [
        common_pb2.Usage(deployment="cheap", purpose="search_question", outcome="timed_out", cost=usd(420)),
        common_pb2.Usage(model="extractive", estimated=True),
    ]

    table = usage_table(calls)

    assert table["for"].tolist() == ["search question", ""]
    assert table["outcome"].tolist() == ["timed out", ""]
    assert table["cost"].tolist() == [exact_money(420), "unpriced"]
    assert table["counted by"].tolist() == ["provider", "estimate"]


def test_a_budget_says_how_far_it_is() -> None:
    budget = day_budget()
    assert budget_state(budget) == "soft limit passed"
    assert budget_facts(budget)[0] == ("Spent", f"{exact_money(6_250_000_420)} (63 %)")
    assert "width: 62.50%" in budget_bar(budget)
    assert "left: calc(50.00% - 2px)" in budget_bar(budget)

    budget.reserved.nanos = 4_000_000_000
    assert budget_state(budget) == "used up"
    budget.spent.nanos = 0
    assert budget_state(budget) == "open"


@pytest.mark.parametrize("limit", ["soft_limit", "hard_limit"])
def test_a_budget_with_one_limit_has_a_bar(limit: str) -> None:
    budget = operations_pb2.Budget(spent=usd(0), reserved=usd(0))
    getattr(budget, limit).CopyFrom(usd(0))

    assert "0.00%" in budget_bar(budget)
    assert dict(budget_facts(budget))["Soft limit"] == ("$0" if limit == "soft_limit" else "none")


def test_the_route_of_the_judges_is_its_chain_alone() -> None:
    table = rules_table(prompt_pb2.Routing(chain=["cheap"]), judges=True)

    assert table.to_dict("records") == [{"rule": "", "where": "always, also past a soft limit", "asked": "cheap"}]


def test_a_budget_whose_counters_are_away_does_not_say_that_nothing_is_reserved() -> None:
    budget = operations_pb2.Budget(spent=common_pb2.Money(currency_code="USD", nanos=5))

    assert dict(budget_facts(budget))["Reserved"].startswith("unknown")
    assert "unknown" in budget_bar(budget)
