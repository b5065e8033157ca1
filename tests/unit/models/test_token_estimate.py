"""What a call comes to where nobody counted."""

from __future__ import annotations

from dataclasses import replace

from server.domain import Message, MessageRole, ModelRequest
from server.domain.token_estimate import estimate_tokens, estimate_usage

REQUEST = ModelRequest("s" * 40, (Message(MessageRole.USER, "h" * 20),), "q" * 8, "", (), 100)


def test_all_that_is_sent_counts() -> None:
    assert estimate_usage("openai", "gpt-5", REQUEST, "").uncached_input_tokens == 10 + 5 + 2
    begun = replace(REQUEST, begun="b" * 12)
    assert estimate_usage("openai", "gpt-5", begun, "").uncached_input_tokens == 10 + 5 + 2 + 3


def test_an_answer_has_at_least_a_token_for_each_piece() -> None:
    assert estimate_usage("openai", "gpt-5", REQUEST, "a" * 40).output_tokens == 10
    assert estimate_usage("openai", "gpt-5", REQUEST, "a" * 40, pieces=14).output_tokens == 14
    assert estimate_usage("openai", "gpt-5", REQUEST, "a" * 40, pieces=2).output_tokens == 10


def test_scripts_of_several_bytes_a_character_take_more_tokens() -> None:
    assert estimate_tokens("a refund") == 2
    assert estimate_tokens("возврат денег") == 7
    assert estimate_tokens("") == 0
