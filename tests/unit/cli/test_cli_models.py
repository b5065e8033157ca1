"""`nightdesk routes`, `budgets` and `spend` against a contract twin, and what chats and turns say of models."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cli.turns_view import print_turn
from nightdesk import routings
from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2, prompt_pb2
from tests.twins.model_operations import routing, usd
from tests.unit.cli.conftest import Nightdesk
from tests.unit.cli.contract_twin import CACHE_HIT, DECISION, SWITCH, ContractTwin, answered


def test_deployments_have_prices_and_breakers_and_routes_read_as_sentences(nightdesk: Nightdesk) -> None:
    out = nightdesk("routes", "list").out
    assert "$0.05" in out
    assert "genai-prices 0.2.3, 2026-10-01" in out
    assert "unpriced" in out
    assert "open until " in out
    assert "half open" in out
    lines = [line.strip() for line in out.splitlines()]
    assert lines[lines.index("route default") + 1 :] == [
        "enterprise: customer tier enterprise → strong",
        "easy: question of at most 40 tokens and answerability of at least 0.6 → cheap, then house",
        "otherwise → strong, then house",
        "past a soft limit → cheap",
        "the next model is asked as well after 1.5 s",
    ]
    told = json.loads(nightdesk("routes", "list", "--json").out)
    assert [one["name"] for one in told["deployments"]] == ["cheap", "strong", "house"]


def test_a_question_is_counted_and_each_rule_says_what_became_of_it(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    out = nightdesk("routes", "explain", "--question", "How long?", "--answerability", "0.7").out
    assert out.splitlines() == [
        "question of 3 tokens · answerability 0.70",
        "  enterprise: customer_tier '' in enterprise does not hold",
        "  easy: applies",
        "cheap, then house by rule easy",
        "question_tokens 3",
    ]
    assert twin.operations.explained[0].route == "default"


def test_every_fact_reaches_the_server(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    facts = ("--question-tokens", "90", "--topic", "billing", "--topic", "tax", "--tier", "gold")
    result = nightdesk(
        "routes", "explain", *facts, "--previous-failure", "thumbs_down", "--soft-limit-passed", "--prompt-version", "3"
    )
    assert "cheap by soft limit" in result.out
    [asked] = twin.operations.explained
    assert asked.prompt_version == "3"
    assert asked.facts == operations_pb2.RouteFacts(
        question_tokens=90,
        answerability=1.0,
        topics=["billing", "tax"],
        customer_tier="gold",
        previous_failure="thumbs_down",
        soft_limit_passed=True,
    )


def test_a_routing_in_a_file_is_explained_before_it_is_kept(
    nightdesk: Nightdesk, twin: ContractTwin, tmp_path: Path
) -> None:
    (tmp_path / "routing.json").write_text(routings.to_json(routing()))
    assert nightdesk("routes", "explain", "--file", "routing.json", "--json").code == 0
    assert twin.operations.explained[0].routing == routing()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"chian": ["a"]}', "chian"),
        ("[", "is not a routing"),
        ("\xff", "is not valid UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_routing(nightdesk: Nightdesk, tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "r.json").write_bytes(content.encode("latin-1"))
    result = nightdesk("routes", "explain", "--file", "r.json")
    assert result.code == 2
    assert message in result.err


def test_one_routing_is_explained_at_a_time(nightdesk: Nightdesk) -> None:
    result = nightdesk("routes", "explain", "--route", "default", "--prompt-version", "1")
    assert result.code == 2
    assert "not several" in result.err


def test_budgets_are_listed_to_the_nano_dollar(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    out = nightdesk("budgets", "list").out
    assert "$6.250000420" in out
    assert "2026-11-23 00:00 UTC" in out
    twin.operations.budgets.clear()
    assert "No budget is set" in nightdesk("budgets", "list").out
    assert nightdesk("budgets", "list", "--json").out == ""


@pytest.mark.parametrize(
    ("written", "nanos"),
    [("5", 5_000_000_000), ("0.000000001", 1), ("$0.1", 100_000_000), ("123456789.123456789", 123_456_789_123_456_789)],
)
def test_a_limit_is_exactly_what_was_written(
    nightdesk: Nightdesk, twin: ContractTwin, written: str, nanos: int
) -> None:
    assert nightdesk("budgets", "set", "--period", "month", "--hard", written, "--key", "shop").code == 0
    made = twin.operations.budgets["key/shop/month"]
    assert made.hard_limit == usd(nanos)
    assert not made.HasField("soft_limit")


@pytest.mark.parametrize("written", ["5,00", "-1", "1e3", "0.0000000001", "nan", "", "٣"])
def test_what_is_not_an_amount_sets_nothing(nightdesk: Nightdesk, twin: ContractTwin, written: str) -> None:
    result = nightdesk("budgets", "set", "--period", "day", f"--soft={written}")
    assert result.code == 2
    assert "--soft" in result.err
    assert twin.operations.budgets["tenant/day"].spent == usd(6_250_000_420)
    assert twin.operations.budgets["tenant/day"].soft_limit == usd(5_000_000_000)


def test_a_budget_is_told_when_it_is_set_and_gone_when_it_is_deleted(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    out = nightdesk("budgets", "set", "--period", "day", "--soft", "7.5").out
    assert out == "tenant/day: soft limit $7.5, hard limit none, $6.25000042 spent\n"
    assert nightdesk("budgets", "set", "--period", "day").code == 2
    assert nightdesk("budgets", "delete", "tenant/day").out == "deleted tenant/day\n"
    assert twin.operations.budgets == {}
    assert "There is no budget" in nightdesk("budgets", "delete", "tenant/day").err


def test_the_spend_adds_up_and_what_has_no_price_is_not_zero(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    out = nightdesk("spend", "--since", "7d", "--by", "purpose", "--step", "1d").out
    rows = [line.split() for line in out.splitlines() if "$" in line]
    assert rows[0][2:5] == ["cheap", "$0.000000420", "3"]
    assert rows[-1][-6:] == ["$6.250000420", "6", "2", "3", "6,000", "600"]
    assert any("house" in line and "unpriced" in line for line in out.splitlines())
    assert "2 calls have no price" in out
    [asked] = twin.operations.spend_queries
    assert asked.group == operations_pb2.SPEND_GROUP_PURPOSE
    assert asked.step.ToSeconds() == 86_400
    assert asked.end_time.ToSeconds() - asked.start_time.ToSeconds() == 7 * 86_400
    assert len(nightdesk("spend", "--json").out.splitlines()) == 3


@pytest.mark.parametrize("since", ["7", "0d", "yesterday", "-1d"])
def test_what_is_not_a_span_of_time(nightdesk: Nightdesk, since: str) -> None:
    result = nightdesk("spend", f"--since={since}")
    assert result.code == 2
    assert "7d" in result.err


def test_nothing_spent_says_so(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    twin.operations.points = []
    assert nightdesk("spend").out == "No model was called in this time.\n"


def test_a_chat_tells_its_route_its_switches_and_what_it_was_asked_with(
    nightdesk: Nightdesk, twin: ContractTwin
) -> None:
    events = answered(cost_nanos=420)
    events[-1].completed.route_decision.CopyFrom(DECISION)
    events.insert(2, chat_pb2.ChatResponse(route_switched=SWITCH))
    twin.chats.turns["Refund?"] = events
    lines = nightdesk("chat", "Refund?", "--customer-tier", "gold", "--skip-cache").out.splitlines()
    assert "cheap → strong, which goes on with the answer: timed_out" in lines
    assert lines[-2] == "route default, easy → cheap, then strong (question_tokens 12 <= 40)"
    assert "$0.00000042" in lines[-1]
    assert (twin.chats.requests[0].customer_tier, twin.chats.requests[0].skip_cache) == ("gold", True)


def test_an_answer_that_was_given_before_says_so(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    events = answered()
    events[-1].completed.cache_hit.CopyFrom(CACHE_HIT)
    twin.chats.turns["Refund?"] = events
    out = nightdesk("chat", "Refund?").out
    assert "answered before in turn t1, at no cost (semantic, similarity 0.971)" in out


def test_an_answer_that_was_given_before_says_what_its_judges_cost(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    events = answered()
    completed = events[-1].completed
    completed.cache_hit.CopyFrom(CACHE_HIT)
    del completed.usage[:]
    for cost in (500_000, 877_600):
        completed.usage.add(model="judge-model", purpose="judge", outcome="ok", cost=usd(cost))
    twin.chats.turns["Refund?"] = events
    out = nightdesk("chat", "Refund?").out
    assert "answered before in turn t1, at no cost but $0.0013776 for its judges (semantic" in out
    assert "judge-model" not in out


def test_an_extractive_answer_does_not_go_on_with_anothers(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    switch = chat_pb2.RouteSwitched(from_model="three", to_model="extractive", reason="unavailable", mid_stream=True)
    twin.chats.turns["Refund?"] = [chat_pb2.ChatResponse(route_switched=switch), *answered()]
    out = nightdesk("chat", "Refund?").out
    assert "three → extractive, which quotes the sources below what was begun: unavailable" in out


def test_the_route_of_the_judges_has_no_economy_chain(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    twin.operations.routes = {"judge": prompt_pb2.Routing(chain=["cheap"])}
    lines = [line.strip() for line in nightdesk("routes", "list").out.splitlines()]
    assert lines[-2:] == ["always → cheap", "past a soft limit → the same; a hard limit refuses"]


def test_a_budget_whose_counters_are_away_says_where_its_spending_is_from(
    nightdesk: Nightdesk, twin: ContractTwin
) -> None:
    for budget in twin.operations.budgets.values():
        budget.ClearField("reserved")
    assert "spent by this server's ledger (the counters cannot be reached" in nightdesk("budgets", "list").out


def test_the_outcome_of_a_call_is_whole_in_80_columns() -> None:
    call = common_pb2.Usage(deployment="anthropic-strong", model="claude-opus-4-5-20251101", outcome="unavailable")
    call.purpose, call.estimated, call.uncached_input_tokens, call.output_tokens = "search_question", True, 12_345, 678
    call.cost.CopyFrom(usd(12_345_678))
    console = Console(width=80, file=StringIO(), color_system=None)
    with console.capture() as shown:
        print_turn(operations_pb2.Turn(usage=[call]), console)
    for whole in ("unavailable", "12,345", "678 estimated", "$0.012345678"):
        assert whole in shown.get()


def test_a_turn_shows_every_call_with_its_cost(nightdesk: Nightdesk) -> None:
    out = nightdesk("turns", "show", "t1").out
    assert "route  route default, easy → cheap, then strong" in out
    assert any("timed_out" in line and "5 estimated" in line and "$0.000042" in line for line in out.splitlines())
    assert any("strong" in line and "920" in line and "$0.00515" in line for line in out.splitlines())


def test_a_prompt_version_takes_a_routing_and_examples(
    nightdesk: Nightdesk, twin: ContractTwin, tmp_path: Path
) -> None:
    (tmp_path / "routing.json").write_text(routings.to_json(routing()))
    (tmp_path / "examples.jsonl").write_text('{"question": "Trial?", "answer": "14 days. [1]"}\n\n')
    made = nightdesk("prompts", "create", "--routing", "routing.json", "--examples", "examples.jsonl")
    assert made.code == 0, made.err
    bundle = twin.prompts.versions[1].bundle
    assert bundle.routing == routing()
    assert [example.question for example in bundle.examples] == ["Trial?"]
    shown = nightdesk("prompts", "show", "2").out
    assert "easy: question of at most 40 tokens" in shown
    assert "example: Trial?" in shown

    assert nightdesk("prompts", "create", "--from", "2", "--route", "default").code == 0
    assert not twin.prompts.versions[2].bundle.HasField("routing")
    (tmp_path / "examples.jsonl").write_text('{"question": "Trial?"}\n{"quest": 1}')
    assert "examples.jsonl, line 2" in nightdesk("prompts", "create", "--examples", "examples.jsonl").err
