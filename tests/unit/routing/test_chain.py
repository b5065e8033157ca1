"""A turn's way through its chain: fail-over, retries, continuation, hedging, and what the breakers are told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.domain import ModelFinished, RouteSwitch, TextDelta
from server.errors import BudgetExhausted, ModelError
from server.routing.chain import ChainEvent, ModelChain
from server.routing.retry import RetryBudget, RetryPolicy
from tests.unit.routing.fakes import REQUEST, Deployments, NotedBreakers, Play

QUICK = RetryPolicy(base=0.001, ceiling=0.001, longest_wait=0.05)
ANSWER = "Refunds take 5 days."


def failing(reason: str = "UNAVAILABLE", *words: str, retry_after: float | None = None) -> Play:
    return Play(words, ModelError(f"as the test wants it: {reason}", reason=reason, retry_after=retry_after))


class Desk:
    """A chain over deployments that do as they are told."""

    def __init__(
        self, refused: Sequence[str] = (), budget: RetryBudget | None = None, **plays: Play | list[Play]
    ) -> None:
        self.deployments = Deployments(
            {name: play if isinstance(play, list) else [play] for name, play in plays.items()}
        )
        self.breakers = NotedBreakers(set(refused))
        self.chain = ModelChain(self.breakers, QUICK, budget)
        self.events: list[ChainEvent] = []

    async def answer(
        self, *chain: str, hedge_after: float | None = None, seconds: float | None = None, whole: bool = False
    ) -> str:
        """The text of one turn; whatever happens, no call is left open and every admitted one is reported."""
        self.events = []
        try:
            request = replace(REQUEST, seconds=seconds)
            call = self.deployments.call
            stream = self.chain.stream(chain, request, call=call, hedge_after=hedge_after, whole=whole)
            async with aclosing(stream) as events:
                async for event in events:
                    self.events.append(event)
        finally:
            self.check_all_is_closed()
        assert isinstance(self.events[-1], ModelFinished)
        return self.text

    def check_all_is_closed(self) -> None:
        assert self.deployments.running == 0
        for name in self.breakers.admitted:
            assert self.breakers.admitted.count(name) == len(self.breakers.reports[name])
            assert self.breakers.broken_off.count(name) <= self.breakers.reports[name].count(True)
        assert self.breakers.reports.keys() == set(self.breakers.admitted)

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def switches(self) -> list[RouteSwitch]:
        return [event for event in self.events if isinstance(event, RouteSwitch)]


# ---- fail-over ------------------------------------------------------------------------------------------------------


async def test_the_first_deployment_answers() -> None:
    desk = Desk(a=Play(), b=Play())
    assert await desk.answer("a", "b") == ANSWER
    assert desk.deployments.order == ["a"]
    assert desk.breakers.reports == {"a": [True]}
    assert desk.switches == []


@pytest.mark.parametrize(
    ("reason", "well"),
    [
        ("RATE_LIMITED", False),
        ("UNAVAILABLE", False),
        ("TIMED_OUT", False),
        ("BAD_RESPONSE", False),
        ("AUTHENTICATION", False),
        ("CONTEXT_TOO_LONG", True),
        ("CONTENT_POLICY", True),
        ("BAD_REQUEST", True),
    ],
)
async def test_the_next_deployment_answers_at_once_where_one_fails(reason: str, well: bool) -> None:
    desk = Desk(a=failing(reason), b=Play())
    assert await desk.answer("a", "b") == ANSWER
    assert desk.deployments.order == ["a", "b"]
    assert desk.switches == [RouteSwitch("a", "b", reason.lower())]
    assert desk.breakers.reports == {"a": [well], "b": [True]}


async def test_a_deployment_whose_breaker_is_open_is_passed_over() -> None:
    desk = Desk(refused=["a", "b"], a=Play(), b=Play(), c=Play())
    assert await desk.answer("a", "b", "c") == ANSWER
    assert desk.deployments.order == ["c"]
    assert desk.switches == [RouteSwitch("a", "c", "breaker_open")]


async def test_where_no_breaker_lets_a_call_through_the_chain_fails() -> None:
    with pytest.raises(ModelError) as caught:
        await Desk(refused=["a"], a=Play()).answer("a")
    assert caught.value.reason == "BREAKER_OPEN"


@pytest.mark.parametrize("play", [Play(words=()), Play(finish=None)])
async def test_no_word_or_no_end_is_a_failure(play: Play) -> None:
    desk = Desk(a=play, b=Play())
    assert await desk.answer("a", "b") == ANSWER
    assert desk.switches[0].reason == "bad_response"


async def test_to_decline_is_an_answer() -> None:
    desk = Desk(a=Play(words=(), finish="refusal"), b=Play())
    assert await desk.answer("a", "b") == ""
    assert desk.breakers.reports == {"a": [True]}


async def test_a_failure_behind_the_whole_answer_changes_nothing() -> None:
    desk = Desk(a=Play(error_after_finish=ModelError("no usage")), b=Play())
    assert await desk.answer("a", "b") == ANSWER
    assert desk.deployments.order == ["a"]
    assert desk.breakers.reports == {"a": [True]}


async def test_the_last_failure_is_raised_where_all_fail() -> None:
    with pytest.raises(ModelError) as caught:
        await Desk(a=failing("AUTHENTICATION"), b=failing("TIMED_OUT")).answer("a", "b")
    assert caught.value.reason == "TIMED_OUT"


# ---- retries --------------------------------------------------------------------------------------------------------


async def test_a_deployment_is_asked_again_only_when_all_others_failed() -> None:
    desk = Desk(a=[failing("RATE_LIMITED"), Play()], b=failing("AUTHENTICATION"))
    assert await desk.answer("a", "b") == ANSWER
    assert desk.deployments.order == ["a", "b", "a"]
    assert desk.switches == [RouteSwitch("a", "b", "rate_limited"), RouteSwitch("b", "a", "authentication")]


async def test_a_deployment_is_asked_three_times_at_most() -> None:
    desk = Desk(a=failing())
    with pytest.raises(ModelError):
        await desk.answer("a")
    assert desk.deployments.order == ["a"] * 3
    assert desk.switches == []


@pytest.mark.parametrize("reason", ["TIMED_OUT", "CONTEXT_TOO_LONG", "CONTENT_POLICY", "AUTHENTICATION", "BAD_REQUEST"])
async def test_what_will_not_change_is_not_asked_again(reason: str) -> None:
    desk = Desk(a=failing(reason))
    with pytest.raises(ModelError):
        await desk.answer("a")
    assert desk.deployments.order == ["a"]


async def test_a_wait_that_the_provider_asks_for_is_kept_if_it_is_short() -> None:
    desk = Desk(a=[failing("RATE_LIMITED", retry_after=0.03), Play()])
    assert await desk.answer("a") == ANSWER
    assert QUICK.wait(ModelError("", reason="RATE_LIMITED", retry_after=0.03), 1) >= 0.03  # type: ignore[operator]

    desk = Desk(a=[failing("RATE_LIMITED", retry_after=60), Play()])
    with pytest.raises(ModelError):
        await desk.answer("a")
    assert desk.deployments.order == ["a"]


async def test_all_turns_share_one_budget_of_retries() -> None:
    budget = RetryBudget(share=0.2, floor=0.3, seconds=10, clock=lambda: 0.0)
    desk = Desk(a=failing(), budget=budget)
    for _ in range(100):
        with pytest.raises(ModelError):
            await desk.answer("a")
    # 100 calls, a fifth of them again, and the 3 that the floor has from the start.
    assert len(desk.deployments.order) == pytest.approx(100 + 20 + 3, abs=1)


def test_the_retry_budgets_floor_refills_with_time() -> None:
    now = 0.0
    budget = RetryBudget(share=0.2, floor=1.0, seconds=2, largest=0, clock=lambda: now)
    assert [budget.withdraw() for _ in range(3)] == [True, True, False]
    now = 1.0
    assert [budget.withdraw() for _ in range(2)] == [True, False]


# ---- mid-stream -----------------------------------------------------------------------------------------------------


async def test_the_next_deployment_goes_on_where_one_broke_off() -> None:
    desk = Desk(a=failing("UNAVAILABLE", "Refunds ", "take ", "5 da"), b=Play(words=("5 days.",)))
    assert await desk.answer("a", "b") == ANSWER
    assert desk.deployments.asked == [("a", ""), ("b", "Refunds take 5 ")]
    assert desk.switches == [RouteSwitch("a", "b", "unavailable", mid_stream=True)]
    assert desk.breakers.reports == {"a": [True], "b": [True]}
    assert desk.breakers.broken_off == ["a"]


async def test_an_answer_may_break_off_twice() -> None:
    desk = Desk(
        a=failing("UNAVAILABLE", "Refunds ", "ta"),
        b=failing("TIMED_OUT", "Refunds ", "take ", "5"),
        c=Play(),
    )
    assert await desk.answer("a", "b", "c") == ANSWER
    assert [begun for _, begun in desk.deployments.asked] == ["", "Refunds ", "Refunds take "]


async def test_a_continuation_that_has_nothing_to_add_ends_the_answer() -> None:
    desk = Desk(a=failing("UNAVAILABLE", "Refunds take 5 days.\n"), b=Play(words=()))
    assert await desk.answer("a", "b") == "Refunds take 5 days.\n"


async def test_a_deployment_that_broke_off_is_not_asked_again_but_others_are() -> None:
    desk = Desk(a=[failing("RATE_LIMITED"), Play()], b=failing("UNAVAILABLE", "Refunds ", "take "))
    assert await desk.answer("a", "b") == ANSWER
    assert desk.deployments.order == ["a", "b", "a"]
    assert desk.switches[-1] == RouteSwitch("b", "a", "unavailable", mid_stream=True)


async def test_a_lone_deployments_text_is_not_held_back() -> None:
    desk = Desk(a=Play(words=("Ref", "unds")))
    await desk.answer("a")
    assert [event.text for event in desk.events if isinstance(event, TextDelta)] == ["Ref", "unds"]


async def test_the_extractive_answer_comes_before_the_first_word_or_not_at_all() -> None:
    desk = Desk(a=failing("TIMED_OUT"), extractive=Play(words=("From the passages.",)))
    assert await desk.answer("a", "extractive") == "From the passages."

    desk = Desk(a=failing("UNAVAILABLE", "Refunds "), extractive=Play())
    with pytest.raises(ModelError):
        await desk.answer("a", "extractive")
    assert desk.text == "Refunds "


# ---- whole answers within a time ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("Refunds ", "take ")])
async def test_one_that_does_not_finish_in_half_of_the_time_has_failed_and_the_next_is_asked_afresh(
    words: tuple[str, ...],
) -> None:
    desk = Desk(a=Play(words=words, hangs=True), b=Play())
    assert await desk.answer("a", "b", seconds=0.2, whole=True) == ANSWER
    assert desk.deployments.asked == [("a", ""), ("b", "")]
    assert desk.switches == [RouteSwitch("a", "b", "timed_out")]
    assert (desk.breakers.reports["a"], desk.breakers.broken_off) == (([True], ["a"]) if words else ([False], []))


async def test_the_last_one_has_all_the_time_that_is_left() -> None:
    desk = Desk(a=failing(), b=Play(hangs=True))
    with pytest.raises(ModelError) as caught:
        await desk.answer("a", "b", seconds=0.2, whole=True)
    assert caught.value.reason == "TIMED_OUT"
    a, b = desk.deployments.seconds
    assert a == pytest.approx(0.1, rel=0.1)
    assert b is not None
    assert 0.1 < b <= 0.2


async def test_a_whole_answer_that_is_cut_is_asked_for_afresh_and_nothing_of_it_is_told() -> None:
    desk = Desk(a=failing("UNAVAILABLE", "No, never ", "mi"), b=Play())
    assert await desk.answer("a", "b", whole=True) == ANSWER
    assert desk.deployments.asked == [("a", ""), ("b", "")]
    assert desk.breakers.broken_off == ["a"]


# ---- budgets --------------------------------------------------------------------------------------------------------


def used_up() -> Play:
    return Play((), BudgetExhausted("tenant/day", datetime.now(UTC)))


async def test_a_budget_that_refuses_the_first_call_refuses_the_turn() -> None:
    desk = Desk(a=used_up(), b=Play())
    with pytest.raises(BudgetExhausted):
        await desk.answer("a", "b")
    assert desk.breakers.reports == {"a": [None]}
    assert desk.deployments.order == ["a"]


async def test_a_budget_that_refuses_a_later_call_ends_the_chain() -> None:
    desk = Desk(a=failing("TIMED_OUT"), b=used_up(), c=Play())
    with pytest.raises(ModelError) as caught:
        await desk.answer("a", "b", "c")
    assert caught.value.reason == "TIMED_OUT"
    assert desk.deployments.order == ["a", "b"]


# ---- hedging --------------------------------------------------------------------------------------------------------

SLOW = 30.0


async def test_the_second_is_not_asked_where_the_first_is_quick() -> None:
    desk = Desk(a=Play(), b=Play())
    assert await desk.answer("a", "b", hedge_after=SLOW) == ANSWER
    assert desk.deployments.order == ["a"]


async def test_where_the_first_is_slow_the_second_may_win() -> None:
    desk = Desk(a=Play(delay=SLOW), b=Play())
    assert await desk.answer("a", "b", hedge_after=0.01) == ANSWER
    assert desk.switches == [RouteSwitch("a", "b", "hedged")]
    assert desk.breakers.reports == {"a": [None], "b": [True]}


async def test_where_the_second_fails_the_first_goes_on() -> None:
    desk = Desk(a=Play(delay=0.05), b=failing("RATE_LIMITED"))
    assert await desk.answer("a", "b", hedge_after=0.01) == ANSWER
    assert desk.deployments.order == ["a", "b"]
    assert desk.switches == []


async def test_where_both_fail_the_third_answers() -> None:
    slow_failure = Play((), ModelError("slow", reason="TIMED_OUT"), delay=0.05)
    desk = Desk(a=slow_failure, b=failing("RATE_LIMITED", retry_after=60), c=Play())
    assert await desk.answer("a", "b", "c", hedge_after=0.01) == ANSWER
    assert [switch.to_model for switch in desk.switches] == ["c"]


async def test_the_extractive_answer_is_not_raced() -> None:
    desk = Desk(a=Play(delay=0.05), extractive=Play())
    assert await desk.answer("a", "extractive", hedge_after=0.01) == ANSWER
    assert desk.deployments.order == ["a"]


async def test_a_budget_that_refuses_the_second_leaves_the_first_alone() -> None:
    desk = Desk(a=Play(delay=0.05), b=used_up())
    assert await desk.answer("a", "b", hedge_after=0.01) == ANSWER


# ---- leaving early --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hedge_after", [None, 0.01])
async def test_leaving_after_the_first_text_closes_every_call(hedge_after: float | None) -> None:
    desk = Desk(a=Play(delay=0.05, hangs=True), b=Play(words=(), hangs=True))
    stream = desk.chain.stream(("a", "b"), REQUEST, call=desk.deployments.call, hedge_after=hedge_after)
    async with aclosing(stream) as events:
        assert await anext(events) == TextDelta("Refunds ")

    desk.check_all_is_closed()
    assert desk.breakers.reports["a"] == [True]


async def test_a_deployment_is_well_as_soon_as_it_speaks_and_ill_once_it_breaks_off() -> None:
    desk = Desk(a=Play(error=ModelError("cut", reason="UNAVAILABLE")), b=Play(words=()))
    stream = desk.chain.stream(("a", "b"), REQUEST, call=desk.deployments.call)
    async with aclosing(stream) as events:
        await anext(events)
        await anext(events)
        assert desk.breakers.reports["a"] == [True]
        async for _ in events:
            pass

    assert (desk.breakers.reports["a"], desk.breakers.broken_off) == ([True], ["a"])


@pytest.mark.parametrize("hedge_after", [None, 0.01])
async def test_cancelling_before_the_first_text_closes_every_call(hedge_after: float | None) -> None:
    desk = Desk(a=Play(words=(), hangs=True), b=Play(words=(), hangs=True))
    turn = asyncio.create_task(desk.answer("a", "b", hedge_after=hedge_after))
    await asyncio.sleep(0.05)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn

    desk.check_all_is_closed()
    assert desk.breakers.reports == {name: [None] for name in desk.deployments.order}
