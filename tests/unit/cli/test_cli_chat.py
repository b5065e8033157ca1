"""`nightdesk chat` against a contract twin."""

from __future__ import annotations

import json

from nightdesk.v1 import chat_pb2, common_pb2
from tests.twins.rails import verdict
from tests.unit.cli.conftest import Nightdesk
from tests.unit.cli.contract_twin import ContractTwin, answered, refused


def test_the_answer_its_citations_and_how_the_turn_ended(nightdesk: Nightdesk) -> None:
    result = nightdesk("chat", "Refund?")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Within 30 days. [1]",
        "[1] Refunds > Yearly plans  docs/refunds.md",
        "answered · prompt 1 · extractive · $0 · total 0.12 s",
    ]


def test_a_cost_that_is_unknown_is_unpriced_and_a_known_one_exact(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    twin.chats.turns = {"unpriced": answered(cost_nanos=None), "priced": answered(cost_nanos=1_234_567)}
    assert "· unpriced ·" in nightdesk("chat", "unpriced").out
    assert "· $0.001234567 ·" in nightdesk("chat", "priced").out


def test_a_refusal_is_an_answer_with_the_rail_that_made_it(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    twin.chats.turns["bad"] = refused()
    result = nightdesk("chat", "bad")
    assert result.code == 0
    assert "input blocked by rail “jailbreak patterns”: jailbreak" in result.out
    assert "I can't help with that." in result.out
    assert "refused (jailbreak)" in result.out


def test_a_flag_is_told_as_one_and_refuses_nothing(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    flagged = verdict("off topic", 0.9, category="off_topic")
    flagged.verdict = common_pb2.VERDICT_FLAG
    events = answered()
    events.insert(1, chat_pb2.ChatResponse(turn_id="turn-1", rail_verdict=flagged))
    twin.chats.turns["poem"] = events
    result = nightdesk("chat", "poem")
    assert "input flagged by rail “off topic”: off_topic (score 0.90 against 0.80)" in result.out
    assert "answered ·" in result.out


def test_json_has_one_event_a_line_with_every_field(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    result = nightdesk("chat", "Refund?", "--json", "--prompt-version", "staging", "--request-id", "r1")
    events = [json.loads(line) for line in result.out.splitlines()]
    assert [int(event["sequence"]) for event in events] == [1, 2, 3, 4, 5]
    assert events[-1]["completed"]["finish_reason"] == "FINISH_REASON_ANSWERED"
    assert events[-1]["completed"]["refusal_category"] == ""
    assert (twin.chats.requests[0].prompt_version, twin.chats.requests[0].request_id) == ("staging", "r1")


def test_the_customers_groups_are_named(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    nightdesk("chat", "Refund?", "--access-group", "staff", "--access-group", "berlin")
    assert twin.chats.requests[0].access_groups == ["staff", "berlin"]


def test_a_session_keeps_its_conversation_until_new(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    result = nightdesk("chat", stdin=b"one\n\ntwo\n/new\nthree\n/quit\nnever\n")
    assert result.code == 0
    asked = [(request.message, request.conversation_id) for request in twin.chats.requests]
    assert asked == [("one", ""), ("two", "conversation-1"), ("three", "")]


def test_a_failed_turn_does_not_end_the_session(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    twin.chats.turns["cut"] = answered()[:-1]
    result = nightdesk("chat", stdin=b"cut\ngo on\n")
    assert result.code == 0
    assert "error: The stream ended before the turn did" in result.err
    assert [request.message for request in twin.chats.requests] == ["cut", "go on"]


def test_a_turn_without_its_end_is_an_error(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    twin.chats.turns["cut"] = answered()[:-1]
    for arguments in (("chat", "cut"), ("chat", "cut", "--json")):
        result = nightdesk(*arguments)
        assert result.code == 1
        assert result.err.startswith("error: The stream ended before the turn did")


def test_the_message_comes_from_standard_input(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    assert nightdesk("chat", "-", stdin="Wie geht's, Jürgen?\nZweite Zeile\n".encode()).code == 0
    assert twin.chats.requests[0].message == "Wie geht's, Jürgen?\nZweite Zeile"


def test_a_message_that_is_not_utf8_is_told_so(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    for result in (nightdesk("chat", "-", stdin=b"\xff\xfe"), nightdesk("chat", "caf\udce9")):
        assert result.code == 2
        assert "is not valid UTF-8" in result.err
    assert twin.chats.requests == []


def test_the_error_of_the_server_is_one_line_with_its_fix(nightdesk: Nightdesk) -> None:
    result = nightdesk("chat", "hi", "--prompt-version", "nowhere")
    assert result.code == 1
    assert result.err == "error: There is no prompt version “nowhere”. List them.\n"
