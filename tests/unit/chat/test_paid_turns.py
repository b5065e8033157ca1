"""What a turn costs and who answers it: routes, fail-over, budgets, earlier answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from server.chat.prompt import first_bundle
from server.domain import (
    CacheKind,
    CitationsFound,
    FinishReason,
    Message,
    MessageRole,
    RailReport,
    RouteRule,
    RouteSwitch,
    Routing,
)
from server.errors import BudgetExhausted, FailedPrecondition, ModelError, Unavailable
from server.ledger.tables import TurnRow
from server.ledger.turns import Feedback
from server.ports import CONFIGURED, CheckOptions
from tests.unit.chat.desk import Desk, ended
from tests.unit.chat.fakes import FakeRails, hit

QUESTION = "How long does a refund take?"
CHAINED = Routing(("strong", "backup"), ("cheap",))


# ---- routes ---------------------------------------------------------------------------------------------------------


async def test_the_decision_and_its_reason_are_in_the_record(desk: Desk) -> None:
    hard = RouteRule("hard", ("backup",), max_answerability=0.95, topics=("billing",), customer_tiers=("pro",))
    desk.routes["default"] = Routing(("strong",), rules=(hard,))
    desk.retriever.hits = (replace(hit(1), labels=("billing", "eu")),)

    turn = ended(await desk.ask(QUESTION, customer_tier="pro"))

    stored, _ = await desk.ledger.get("acme", turn.id)
    assert stored.route_decision is not None
    assert (stored.route_decision.rule, stored.route_decision.chain) == ("hard", ("backup",))
    assert "answerability 0.90 <= 0.95" in stored.route_decision.reason
    assert [usage.deployment for usage in stored.usage] == ["backup"]
    assert stored.customer_tier == "pro"


async def test_a_prompt_version_may_hold_its_own_routing(desk: Desk) -> None:
    bundle = replace(first_bundle(), routing=Routing(("backup",)))
    await desk.turns.prompts.resolve("acme")
    await desk.turns.prompts.create("acme", bundle, "", "ann")
    await desk.turns.prompts.set_label("acme", "production", 2)

    turn = ended(await desk.ask(QUESTION))

    assert turn.answer == "From the backup [1]."
    assert turn.route_decision is not None
    assert turn.route_decision.route == ""


async def test_a_routing_whose_models_the_settings_no_longer_have_says_so(desk: Desk) -> None:
    bundle = replace(first_bundle(), routing=Routing(("retired",)))
    await desk.turns.prompts.resolve("acme")
    await desk.turns.prompts.create("acme", bundle, "", "ann")
    await desk.turns.prompts.set_label("acme", "production", 2)

    with pytest.raises(FailedPrecondition, match="wants retired, which the settings do not name"):
        await desk.ask(QUESTION)


async def test_after_an_answer_that_was_disliked_the_stronger_chain_is_taken(desk: Desk) -> None:
    again = RouteRule("second try", ("backup",), previous_failures=("thumbs_down",))  # type: ignore[arg-type]
    desk.routes["default"] = Routing(("strong",), rules=(again,))
    first = ended(await desk.ask(QUESTION))
    await desk.ledger.set_feedback("acme", first.id, Feedback("down", "", "eve", datetime.now(UTC)))

    turn = ended(await desk.ask("Really?", request_id="r2", conversation_id=first.conversation_id))

    assert turn.route_decision is not None
    assert turn.route_decision.rule == "second try"


async def test_the_next_model_goes_on_where_the_first_broke_off_and_the_turn_says_so(desk: Desk) -> None:
    desk.routes["default"] = CHAINED
    desk.model.words, desk.model.error = ("Refunds take ", "5 da"), ModelError("cut", reason="UNAVAILABLE")
    desk.backup.words = ("take 5 ", "days [1].")

    events = await desk.ask(QUESTION)

    turn = ended(events)
    assert turn.answer == "Refunds take 5 days [1]."
    assert turn.finish_reason is FinishReason.ANSWERED
    assert RouteSwitch("strong", "backup", "unavailable", mid_stream=True) in events
    assert desk.backup.requests[0].begun == "Refunds take 5 "
    assert [(usage.deployment, usage.outcome) for usage in turn.usage] == [("strong", "unavailable"), ("backup", "ok")]


async def test_when_the_whole_chain_fails_the_extractive_answer_stands_in(desk: Desk) -> None:
    desk.routes["default"] = CHAINED
    for model in (desk.model, desk.backup):
        model.words, model.error = (), ModelError("no", reason="UNAVAILABLE")

    turn = ended(await desk.ask(QUESTION))

    assert turn.finish_reason is FinishReason.DEGRADED
    assert "Refunds take 5 days [1]." in turn.answer


# ---- budgets --------------------------------------------------------------------------------------------------------


async def test_past_the_soft_limit_the_economy_chain_answers(desk: Desk) -> None:
    desk.routes["default"] = CHAINED
    await desk.limit(soft=500)
    assert ended(await desk.ask(QUESTION)).model == "fake-1"

    turn = ended(await desk.ask("And how long does a deposit take?", request_id="r2"))

    assert turn.model == "fake-mini"
    assert turn.finish_reason is FinishReason.ANSWERED
    assert turn.route_decision is not None
    assert turn.route_decision.rule == "soft limit"


async def test_without_an_economy_chain_the_passages_are_quoted_and_the_turn_is_degraded(desk: Desk) -> None:
    await desk.limit(soft=500)
    await desk.ask(QUESTION)

    turn = ended(await desk.ask("And how long does a deposit take?", request_id="r2"))

    assert turn.finish_reason is FinishReason.DEGRADED
    assert turn.answer == "Refunds take 5 days [1]."
    assert turn.cost_nanos == 0


async def test_what_could_pass_the_hard_limit_goes_to_the_economy_chain(desk: Desk) -> None:
    desk.routes["default"] = CHAINED
    await desk.limit(hard=2_000_000)

    turn = ended(await desk.ask(QUESTION))

    assert turn.model == "fake-mini"
    assert turn.route_decision is not None
    assert turn.route_decision.rule == "hard limit"
    assert "tenant/day" in turn.route_decision.reason


async def test_while_the_counters_are_away_a_hard_limit_leaves_the_extractive_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("They are away.", reason="SPEND_COUNTERS_UNAVAILABLE")

    await desk.limit(hard=2_000_000_000)
    monkeypatch.setattr(desk.counters, "reserve", away)

    turn = ended(await desk.ask(QUESTION))

    assert (turn.finish_reason, turn.cost_nanos) == (FinishReason.DEGRADED, 0)
    assert "Refunds take 5 days [1]." in turn.answer
    assert turn.route_switches == [RouteSwitch("strong", "extractive", "spend_counters_unavailable", mid_stream=False)]
    assert desk.model.requests == []


async def test_a_used_up_budget_refuses_with_the_time_of_its_reset(desk: Desk) -> None:
    await desk.limit(hard=10)

    with pytest.raises(BudgetExhausted, match="tenant/day is used up until") as caught:
        await desk.ask(QUESTION)

    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 24 * 3600
    assert desk.model.requests == []


async def test_what_costs_nothing_is_answered_whatever_the_budget(desk: Desk) -> None:
    desk.routes["default"] = Routing(("extractive",))
    await desk.limit(hard=10)

    assert ended(await desk.ask(QUESTION)).finish_reason is FinishReason.ANSWERED


# ---- earlier answers ------------------------------------------------------------------------------------------------


async def test_the_same_question_is_answered_again_at_no_cost_and_says_so(desk: Desk) -> None:
    first = ended(await desk.ask(QUESTION))

    events = await desk.ask("how long does a refund take", request_id="r2")

    again = ended(events)
    assert again.answer == first.answer
    assert again.citation_ids == first.citation_ids
    assert again.cost_nanos == 0
    assert again.cache_hit is not None
    assert (again.cache_hit.kind, again.cache_hit.turn_id) == (CacheKind.EXACT, first.id)
    assert any(isinstance(event, CitationsFound) for event in events)
    assert len(desk.model.requests) == 1


@pytest.mark.parametrize("other", ["a person disliked it", "another access group", "the caller wants none"])
async def test_an_answer_is_not_given_again_where(desk: Desk, other: str) -> None:
    first = ended(await desk.ask(QUESTION))
    if other == "a person disliked it":
        await desk.ledger.set_feedback("acme", first.id, Feedback("down", "", "eve", datetime.now(UTC)))

    groups = ("staff",) if other == "another access group" else ()
    again = ended(
        await desk.ask(QUESTION, request_id="r2", access_groups=groups, skip_cache=other == "the caller wants none")
    )

    assert again.cache_hit is None
    assert len(desk.model.requests) == 2


async def test_the_same_words_after_another_conversation_are_another_question(desk: Desk) -> None:
    def history(topic: str) -> tuple[Message, ...]:
        return (Message(MessageRole.USER, topic), Message(MessageRole.ASSISTANT, "Yes."))

    await desk.ask(QUESTION, history=history("Do you take back lamps?"))
    again = ended(await desk.ask(QUESTION, request_id="r2", history=history("Do you take back beds?")))

    assert again.cache_hit is None


async def test_in_a_conversation_too_an_earlier_answer_costs_nothing_at_all(desk: Desk) -> None:
    history = (Message(MessageRole.USER, "Do you take back lamps?"), Message(MessageRole.ASSISTANT, "Yes."))
    first = ended(await desk.ask("And how long does it take?", history=history))
    assert [usage.purpose for usage in first.usage] == ["search_question", "answer"]

    again = ended(await desk.ask("And how long does it take?", request_id="r2", history=history))

    assert again.cache_hit is not None
    assert again.usage == []


@pytest.mark.parametrize("question", ["I am ann@example.com, where is my refund?"])
async def test_personal_data_keeps_a_question_out_of_the_cache(desk: Desk, question: str) -> None:
    await desk.ask(question)

    assert ended(await desk.ask(question, request_id="r2")).cache_hit is None


async def test_an_answer_that_broke_off_or_was_quoted_is_not_kept(desk: Desk) -> None:
    desk.model.finish = "length"
    await desk.ask(QUESTION)
    desk.model.words, desk.model.error = (), ModelError("no", reason="UNAVAILABLE")
    assert ended(await desk.ask(QUESTION, request_id="r2")).finish_reason is FinishReason.DEGRADED

    assert ended(await desk.ask(QUESTION, request_id="r3")).cache_hit is None


async def test_todays_output_rails_check_an_earlier_answer_too(desk: Desk) -> None:
    first = ended(await desk.ask(QUESTION))
    with Session(desk.engine) as session:
        row = session.get_one(TurnRow, first.id)
        row.record = row.record.replace("Refunds take 5 days", "forbidden words")
        session.add(row)
        session.commit()

    again = ended(await desk.ask(QUESTION, request_id="r2"))

    assert again.finish_reason is FinishReason.REFUSED
    assert "forbidden" not in again.answer


# ---- judges ---------------------------------------------------------------------------------------------------------


class JudgedRails(FakeRails):
    """Rails that ask a model about every message."""

    async def check_input(
        self, text: str, history: Sequence[Message] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport:
        assert options.judge is not None
        await options.judge("Is it bad?", text)
        return await super().check_input(text, history, options)


async def test_a_turn_whose_judge_cannot_be_paid_fails_as_one_whose_answer_cannot(desk: Desk) -> None:
    rails = JudgedRails()
    desk.turns = replace(desk.turns, rails=rails, grounds=replace(desk.turns.grounds, rails=rails))
    await desk.limit(hard=1)

    with pytest.raises(BudgetExhausted) as caught:
        await desk.ask(QUESTION)

    assert caught.value.resets_at > datetime.now(UTC)
    assert desk.model.requests == []
