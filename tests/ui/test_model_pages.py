"""Models, routes, budgets and spend in a real browser, over a server that speaks the contract from a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2
from tests.twins.model_operations import usd
from tests.ui.test_workbench_pages import cell, open_page
from tests.unit.cli.contract_twin import CALLS, DECISION, SWITCH, ContractTwin, answered
from workbench.components.formatting import exact_money

pytestmark = pytest.mark.ui


def test_models_shows_prices_breakers_and_rules_in_words(page: Page, twin_workbench_url: str) -> None:
    open_page(page, f"{twin_workbench_url}/models", "Models")

    deployments, prices, rules = (page.get_by_test_id("stDataFrame").nth(place) for place in range(3))
    for text in ("cheap", "half open", "gpt-5-nano"):
        expect(cell(deployments, text)).to_have_count(1)
    for text in ("cheap", "$0.05", "$25", "genai-prices 0.2.3, 2026-10-01"):
        expect(cell(prices, text)).to_have_count(1)
    expect(cell(prices, "unpriced")).to_have_count(4)
    expect(cell(rules, "question of at most 40 tokens and answerability of at least 0.6")).to_have_count(1)
    expect(cell(rules, "past a soft limit")).to_have_count(1)


def test_a_changed_fact_changes_the_decision(page: Page, twin_workbench_url: str) -> None:
    open_page(page, f"{twin_workbench_url}/models", "Models")
    expect(page.get_by_text("route default: rule easy")).to_be_visible()
    expect(page.get_by_text("easy: applies")).to_be_visible()

    page.get_by_role("slider", name="Tokens of the question").press("End")
    expect(page.get_by_text("route default: default")).to_be_visible()
    expect(page.get_by_text("easy: question_tokens 400 ≤ 40 does not hold")).to_be_visible()

    page.get_by_text("A soft limit is passed").click()
    expect(page.get_by_text("route default: soft limit")).to_be_visible()


def test_spend_shows_budgets_and_costs_to_the_nano_dollar(
    page: Page, twin_workbench_url: str, twin: ContractTwin
) -> None:
    open_page(page, f"{twin_workbench_url}/spend", "Spend")

    expect(page.get_by_text("soft limit passed")).to_be_visible()
    expect(page.get_by_text(f"{exact_money(6_250_000_420)} (63 %)")).to_be_visible()
    expect(page.get_by_text("2026-11-23 00:00:00 UTC")).to_be_visible()
    expect(page.get_by_role("img", name="$6.25000042 spent, $0.75 reserved")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Cost")).to_contain_text(exact_money(6_250_000_420))
    expect(cell(page, exact_money(420))).to_have_count(1)
    expect(cell(page, "unpriced")).to_have_count(1)

    page.get_by_role("radio", name="outcome").click()
    expect(page.get_by_role("columnheader", name="outcome", include_hidden=True)).to_have_count(1)
    assert twin.operations.spend_queries[-1].group == operations_pb2.SPEND_GROUP_OUTCOME


def test_a_budget_is_set_exactly_and_deleted_after_a_confirmation(
    page: Page, twin_workbench_url: str, twin: ContractTwin
) -> None:
    open_page(page, f"{twin_workbench_url}/spend", "Spend")
    page.get_by_text("Set a budget").click()
    page.get_by_role("textbox", name="Key", exact=True).fill("shop")
    page.get_by_role("textbox", name="Hard limit, USD").fill("0,5")
    page.get_by_role("button", name="Set the budget").click()
    expect(page.get_by_role("alert")).to_contain_text("is not an amount in dollars")

    page.get_by_role("textbox", name="Hard limit, USD").fill("0.100000001")
    page.get_by_role("button", name="Set the budget").click()
    expect(page.get_by_text("$0.100000001")).to_be_visible()
    assert twin.operations.budgets["key/shop/day"].hard_limit == usd(100_000_001)

    page.get_by_role("button", name="Delete").nth(1).click()
    expect(page.get_by_role("dialog")).to_contain_text("key/shop/day")
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text("Key shop")).to_have_count(0)
    assert "key/shop/day" not in twin.operations.budgets


def test_a_turn_shows_its_route_and_every_call(page: Page, twin_workbench_url: str) -> None:
    open_page_without_alert_check(page, f"{twin_workbench_url}/turn?id=t1")

    expect(page.get_by_text("route default: rule easy")).to_be_visible()
    expect(page.get_by_text("cheap → strong, which goes on with the answer: timed out")).to_be_visible()
    expect(cell(page, "timed out")).to_have_count(1)
    expect(cell(page, exact_money(5_150_000))).to_have_count(1)
    expect(cell(page, "estimate")).to_have_count(1)


def test_an_answer_from_the_cache_leads_to_the_turn_that_was_answered_first(
    page: Page, twin_workbench_url: str
) -> None:
    open_page(page, f"{twin_workbench_url}/turn?id=cached", "Turn")
    expect(page.get_by_text("answered before, at no cost, similarity 0.971")).to_be_visible()

    page.get_by_role("link", name="The first turn").click()

    expect(page).to_have_url(f"{twin_workbench_url}/turn?id=t1")
    expect(page.get_by_text("route default: rule easy")).to_be_visible()


def open_page_without_alert_check(page: Page, url: str) -> None:
    """A turn that another model took over says so in a box of its own."""
    page.goto(url)
    expect(page.get_by_role("heading", name="Turn", exact=True)).to_be_visible()


def test_a_version_with_a_routing_is_made_from_the_form(
    page: Page, twin_workbench_url: str, twin: ContractTwin
) -> None:
    open_page(page, f"{twin_workbench_url}/compare", "Compare")
    # What is typed into a page that still runs is lost.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_role("tab", name="New version").click()
    page.get_by_text("Routing of its own, instead of the route").click()
    chain = page.get_by_role("combobox", name="Chain")
    for name in ("strong", "cheap"):
        chain.click()
        chain.press_sequentially(name)
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Make the version").click()

    expect(page.get_by_text("is made")).to_be_visible()
    assert list(twin.prompts.versions[-1].bundle.routing.chain) == ["strong", "cheap"]


@pytest.mark.parametrize("path", ["models", "spend"])
def test_a_server_without_these_calls_is_an_error_that_says_so(page: Page, older_workbench_url: str, path: str) -> None:
    page.goto(f"{older_workbench_url}/{path}")

    expect(page.get_by_role("alert").first).to_contain_text("not implemented")


def test_the_demo_tells_route_switch_and_calls_and_asks_as_it_was_told(
    page: Page, twin_demo_url: str, twin: ContractTwin
) -> None:
    events = answered(cost_nanos=5_192_000)
    events[-1].completed.route_decision.CopyFrom(DECISION)
    events[-1].completed.ClearField("usage")
    events[-1].completed.usage.extend(CALLS)
    events.insert(2, chat_pb2.ChatResponse(turn_id="turn-1", route_switched=SWITCH))
    twin.chats.turns["Refund?"] = events
    page.goto(twin_demo_url)
    page.get_by_role("button", name="How the question is asked").click()
    page.get_by_role("textbox", name="Customer's tier").fill("gold")
    page.get_by_role("checkbox", name="Skip the cache").check()
    page.get_by_role("textbox", name="Question").fill("Refund?")
    page.get_by_role("button", name="Send").click()

    facts = page.get_by_role("region", name="Last turn")
    expect(facts).to_contain_text("route default, easy: cheap, then strong")
    expect(facts).to_contain_text("which goes on with the answer: timed out")
    expect(facts).to_contain_text("$0.000042, timed out")
    expect(facts).to_contain_text("$0.005192")
    assert (twin.chats.requests[-1].customer_tier, twin.chats.requests[-1].skip_cache) == ("gold", True)


def test_the_demo_says_that_an_answer_was_given_before(page: Page, twin_demo_url: str, twin: ContractTwin) -> None:
    events = answered()
    events[-1].completed.cache_hit.CopyFrom(chat_pb2.CacheHit(kind=common_pb2.CACHE_KIND_EXACT, turn_id="turn-0"))
    twin.chats.turns["Again?"] = events
    page.goto(twin_demo_url)
    page.get_by_role("textbox", name="Question").fill("Again?")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("region", name="Last turn")).to_contain_text("answered before, at no cost (exact)")
    assert not twin.chats.requests[-1].skip_cache
