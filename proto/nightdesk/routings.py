"""A routing's rules in words, and routings as JSON that people write."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf import json_format

from nightdesk.v1 import prompt_pb2

BYTES_PER_TOKEN = 4
EXTRACTIVE = "the extractive answer"
JUDGE = "judge"
"""The route of models that judge for rails: its chain alone counts, also past a soft limit."""


def conditions_in_words(rule: prompt_pb2.RouteRule) -> str:
    """ "question of at most 40 tokens and topic billing or refunds"; "always" where no condition is set."""
    parts = []
    if rule.HasField("min_question_tokens") or rule.HasField("max_question_tokens"):
        low = str(rule.min_question_tokens) if rule.HasField("min_question_tokens") else ""
        high = str(rule.max_question_tokens) if rule.HasField("max_question_tokens") else ""
        parts.append(f"question of {_between(low, high)} tokens")
    if rule.HasField("min_answerability") or rule.HasField("max_answerability"):
        low = f"{rule.min_answerability:g}" if rule.HasField("min_answerability") else ""
        high = f"{rule.max_answerability:g}" if rule.HasField("max_answerability") else ""
        parts.append(f"answerability of {_between(low, high)}")
    for what, values in (
        ("topic", rule.topics),
        ("customer tier", rule.customer_tiers),
        ("last turn", [name.replace("_", " ") for name in rule.previous_failures]),
    ):
        if values:
            parts.append(f"{what} {' or '.join(values)}")
    return " and ".join(parts) or "always"


def chain_in_words(chain: Sequence[str]) -> str:
    """ "cheap, then strong"; an empty chain is the extractive answer."""
    return ", then ".join(chain) or EXTRACTIVE


def question_tokens(question: str) -> int:
    """How long the server takes a question to be: four bytes of UTF-8 a token, rounded up."""
    return -(-len(question.encode(errors="replace")) // BYTES_PER_TOKEN)


def to_json(routing: prompt_pb2.Routing) -> str:
    """The routing in the contract's field names, indented; what is not set is left out."""
    return json_format.MessageToJson(routing, preserving_proto_field_name=True, indent=2, ensure_ascii=False)


def from_json(text: str) -> prompt_pb2.Routing:
    """The routing of such JSON. Raises ValueError that names the field at fault."""
    try:
        return json_format.Parse(text, prompt_pb2.Routing())
    except (json_format.ParseError, RecursionError) as error:
        raise ValueError(f"This is not a routing: {error}") from None


def _between(low: str, high: str) -> str:
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}"
