"""Routings and examples of prompt versions over gRPC, and what a turn says of its models."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2

from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2, prompt_pb2
from server.domain import CacheHit, CacheKind, FinishReason, RouteDecision, RouteSwitch, Turn, Usage
from server.interceptors.callers import LOCAL
from tests.unit.services.test_over_grpc import Running, bundle, running, unpacked

__all__ = ["running"]

FULL = prompt_pb2.Routing(
    chain=["strong", "cheap"],
    economy_chain=["cheap"],
    rules=[
        prompt_pb2.RouteRule(
            name="easy",
            chain=["cheap"],
            min_question_tokens=0,
            max_question_tokens=40,
            min_answerability=0.5,
            max_answerability=1.0,
            topics=["billing"],
            customer_tiers=["free"],
            previous_failures=["unanswered", "thumbs_down"],
        )
    ],
    hedge_after=Duration(seconds=1, nanos=500_000_000),
)


async def create(running: Running, made: prompt_pb2.PromptBundle) -> prompt_pb2.PromptVersion:
    request = prompt_pb2.CreatePromptVersionRequest(bundle=made)
    return (await running.prompts.CreatePromptVersion(request)).prompt_version


async def test_a_routing_and_examples_come_back_as_they_were_sent(running: Running) -> None:
    examples = [prompt_pb2.Example(question="Is there a trial?", answer="14 days. [1]")]

    version = await create(running, bundle(routing=FULL, examples=examples))

    assert version.bundle.routing == FULL
    assert list(version.bundle.examples) == examples
    request = prompt_pb2.GetPromptVersionRequest(prompt_version=str(version.version))
    assert (await running.prompts.GetPromptVersion(request)).prompt_version == version


async def test_a_bundle_without_a_routing_has_none(running: Running) -> None:
    assert not (await create(running, bundle())).bundle.HasField("routing")


def rule(**fields: Any) -> prompt_pb2.Routing:
    first = prompt_pb2.RouteRule(name="first", chain=["cheap"], topics=["billing"])
    second = prompt_pb2.RouteRule(**{"name": "second", "chain": ["cheap"], "topics": ["tax"], **fields})
    return prompt_pb2.Routing(chain=["strong"], rules=[first, second])


@pytest.mark.parametrize(
    ("routing", "field"),
    [
        (prompt_pb2.Routing(), "chain"),
        (prompt_pb2.Routing(chain=["stronger"]), "chain"),
        (prompt_pb2.Routing(chain=["strong", "cheap", "strong"]), "chain"),
        (prompt_pb2.Routing(chain=["strong"], economy_chain=["free"]), "economy_chain"),
        (prompt_pb2.Routing(chain=["strong"], hedge_after=Duration(nanos=49_000_000)), "hedge_after"),
        (prompt_pb2.Routing(chain=["strong"], hedge_after=Duration(seconds=61)), "hedge_after"),
        (rule(chain=[]), "rules[1].chain"),
        (rule(chain=["free"]), "rules[1].chain"),
        (rule(name=""), "rules[1].name"),
        (rule(name="x" * 65), "rules[1].name"),
        (rule(name="first"), "rules[1].name"),
        (rule(name="default"), "rules[1].name"),
        (rule(min_question_tokens=-1), "rules[1].min_question_tokens"),
        (rule(min_question_tokens=41, max_question_tokens=40), "rules[1].min_question_tokens"),
        (rule(max_answerability=1.01), "rules[1].max_answerability"),
        (rule(min_answerability=float("nan")), "rules[1].min_answerability"),
        (rule(min_answerability=0.7, max_answerability=0.6), "rules[1].min_answerability"),
        (rule(topics=["x" * 65]), "rules[1].topics[0]"),
        (rule(customer_tiers=["gold", ""]), "rules[1].customer_tiers[1]"),
        (rule(previous_failures=["unanswered", "sulked"]), "rules[1].previous_failures[1]"),
    ],
)
async def test_what_is_wrong_with_a_routing_is_named(running: Running, routing: prompt_pb2.Routing, field: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await create(running, bundle(routing=routing))

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    [violation] = unpacked(caught.value, error_details_pb2.BadRequest()).field_violations
    assert violation.field == f"bundle.routing.{field}"


async def test_an_unknown_deployment_is_told_with_those_there_are(running: Running) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await create(running, bundle(routing=prompt_pb2.Routing(chain=["stronger"])))

    assert "cheap, strong" in unpacked(caught.value, error_details_pb2.ErrorInfo()).metadata["fix"]


@pytest.mark.parametrize(
    ("examples", "field"),
    [
        ([prompt_pb2.Example(question="Why?", answer="So.")] * 21, "bundle.examples"),
        ([prompt_pb2.Example(question=" ", answer="So.")], "bundle.examples[0].question"),
        ([prompt_pb2.Example(question="Why?")], "bundle.examples[0].answer"),
    ],
)
async def test_what_is_wrong_with_an_example_is_named(
    running: Running, examples: list[prompt_pb2.Example], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await create(running, bundle(examples=examples))

    [violation] = unpacked(caught.value, error_details_pb2.BadRequest()).field_violations
    assert violation.field == field


async def test_a_tier_that_is_too_long_is_named(running: Running) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.chat(message="How long?", customer_tier="x" * 65)

    [violation] = unpacked(caught.value, error_details_pb2.BadRequest()).field_violations
    assert violation.field == "customer_tier"


async def test_examples_are_shown_to_the_model_before_the_conversation(running: Running) -> None:
    examples = [prompt_pb2.Example(question="Is there a trial?", answer="14 days. [1]")]
    version = await create(running, bundle(examples=examples, history_turns=1))
    history = [
        common_pb2.Message(role=common_pb2.MESSAGE_ROLE_USER, text="Do you refund?"),
        common_pb2.Message(role=common_pb2.MESSAGE_ROLE_ASSISTANT, text="Yes."),
    ]

    await running.chat(message="Refunds take how long?", prompt_version=str(version.version), history=history)

    sent = running.desk.model.requests[-1]
    assert [(message.role, message.text) for message in sent.history] == [
        ("user", "Is there a trial?"),
        ("assistant", "14 days. [1]"),
        ("user", "Do you refund?"),
        ("assistant", "Yes."),
    ]


TURN = Turn(
    id="turn-1",
    tenant=LOCAL.tenant,
    conversation_id="c",
    request_id="r",
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
    prompt_version=1,
    question="How long?",
    answer="5 days.",
    finish_reason=FinishReason.ANSWERED,
    customer_tier="gold",
    route_decision=RouteDecision("default", "easy", ("cheap", "strong"), "question_tokens 3 <= 40"),
    route_switches=[RouteSwitch("cheap", "strong", "timed_out", mid_stream=True)],
    usage=[Usage("openai", "gpt-5-nano", deployment="cheap", purpose="answer", outcome="timed_out", cost_nanos=420)],
)


async def looked_up(running: Running, turn: Turn) -> operations_pb2.Turn:
    await running.desk.ledger.record(turn)
    return (await running.operations.GetTurn(operations_pb2.GetTurnRequest(turn_id=turn.id))).turn


async def test_a_turn_tells_its_route_its_switches_and_each_call(running: Running) -> None:
    turn = await looked_up(running, TURN)

    assert turn.customer_tier == "gold"
    assert turn.route_decision == chat_pb2.RouteDecision(
        route="default", rule="easy", chain=["cheap", "strong"], reason="question_tokens 3 <= 40"
    )
    assert turn.route_switches[0].mid_stream
    [call] = turn.usage
    assert (call.deployment, call.purpose, call.outcome, call.cost.nanos) == ("cheap", "answer", "timed_out", 420)
    assert turn.summary.cache == common_pb2.CACHE_KIND_UNSPECIFIED
    assert not turn.HasField("cache_hit")


async def test_an_answer_from_the_cache_names_the_turn_that_was_answered_first(running: Running) -> None:
    hit = CacheHit(CacheKind.SEMANTIC, "turn-0", 0.97)

    turn = await looked_up(running, replace(TURN, cache_hit=hit, route_decision=None, usage=[]))

    assert turn.cache_hit == chat_pb2.CacheHit(kind=common_pb2.CACHE_KIND_SEMANTIC, turn_id="turn-0", similarity=0.97)
    assert turn.summary.cache == common_pb2.CACHE_KIND_SEMANTIC
    assert not turn.HasField("route_decision")
