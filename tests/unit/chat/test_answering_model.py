"""Which of a turn's calls is said to have answered."""

from __future__ import annotations

from datetime import UTC, datetime

from server.domain import Turn, Usage


def turn(*usage: Usage) -> Turn:
    return Turn("t1", "acme", "c1", "r1", datetime.now(UTC), 1, "Refund?", usage=list(usage))


def test_a_judge_did_not_answer() -> None:
    judge = Usage("openai", "judge-model", purpose="judge")

    assert turn(judge, Usage("openai", "strong"), judge).model == "strong"
    assert turn(judge).model == ""


def test_of_two_that_were_asked_at_once_it_is_the_one_that_ended() -> None:
    assert turn(Usage("openai", "fast"), Usage("openai", "slow", outcome="cancelled")).model == "fast"


def test_where_none_ended_it_is_the_last_that_was_to() -> None:
    failed = [Usage("openai", name, outcome="unavailable") for name in ("one", "two")]

    assert turn(*failed).model == "two"
