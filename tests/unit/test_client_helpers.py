"""Amounts and routings in the client's package."""

from __future__ import annotations

import pytest

from nightdesk.amounts import dollars, parse_dollars, short_dollars
from nightdesk.routings import conditions_in_words, from_json, question_tokens, to_json
from nightdesk.v1 import prompt_pb2
from server.domain.token_estimate import estimate_tokens


@pytest.mark.parametrize(
    ("nanos", "whole", "short"),
    [
        (0, "0.000000000", "0"),
        (420, "0.000000420", "0.00000042"),
        (-12_500_000_000, "-12.500000000", "-12.5"),
        (9_007_199_254_740_993, "9,007,199.254740993", "9,007,199.254740993"),
        (10 * 10**9, "10.000000000", "10"),
    ],
)
def test_amounts_are_exact(nanos: int, whole: str, short: str) -> None:
    assert (dollars(nanos), short_dollars(nanos)) == (whole, short)


def test_what_is_written_is_read_back() -> None:
    for nanos in (0, 1, 420, 10**9, 123_456_789_123_456_789):
        assert parse_dollars(short_dollars(nanos).replace(",", "")) == nanos


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (prompt_pb2.RouteRule(), "always"),
        (prompt_pb2.RouteRule(min_question_tokens=0), "question of at least 0 tokens"),
        (prompt_pb2.RouteRule(min_answerability=0.4, max_answerability=0.7), "answerability of 0.4 to 0.7"),
        (
            prompt_pb2.RouteRule(topics=["billing", "tax"], previous_failures=["thumbs_down"]),
            "topic billing or tax and last turn thumbs down",
        ),
    ],
)
def test_a_rules_conditions_read_as_a_sentence(rule: prompt_pb2.RouteRule, words: str) -> None:
    assert conditions_in_words(rule) == words


def test_a_routing_goes_through_json() -> None:
    routing = prompt_pb2.Routing(chain=["a"], rules=[prompt_pb2.RouteRule(name="r", chain=["b"], max_answerability=0)])

    assert from_json(to_json(routing)) == routing
    with pytest.raises(ValueError, match="chian"):
        from_json('{"chian": []}')
    with pytest.raises(ValueError, match="not a routing"):
        from_json("[" * 100_000)


def test_tokens_are_estimated_as_the_server_does() -> None:
    assert [question_tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def test_a_questions_tokens_are_counted_as_the_server_counts_them() -> None:
    for question in ("", "How long?", "Wie lange dauert die Rückerstattung?", "返金にはどのくらいかかりますか"):
        assert question_tokens(question) == estimate_tokens(question)
