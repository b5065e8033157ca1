"""Routings and examples of a request in the domain's words, and back again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nightdesk.v1 import prompt_pb2
from server.domain import Example, PreviousFailure, RouteRule, Routing
from server.errors import InvalidArgument
from server.routing.validate import validate_routing
from server.services import convert, validate

MAX_EXAMPLES = 20


def parse_routing(field: str, routing: prompt_pb2.Routing, deployments: Collection[str]) -> Routing:
    """A routing that can be followed. `field` is its path in the request. Raises InvalidArgument."""
    made = Routing(
        chain=tuple(routing.chain),
        economy_chain=tuple(routing.economy_chain),
        rules=tuple(_rule(f"{field}.rules[{index}]", rule) for index, rule in enumerate(routing.rules)),
        hedge_after=routing.hedge_after.ToNanoseconds() / 1e9 if routing.HasField("hedge_after") else None,
    )
    validate_routing(made, deployments, field)
    return made


def routing_to_proto(routing: Routing | None) -> prompt_pb2.Routing | None:
    """None stays absent."""
    if routing is None:
        return None
    return prompt_pb2.Routing(
        chain=routing.chain,
        economy_chain=routing.economy_chain,
        rules=[_rule_to_proto(rule) for rule in routing.rules],
        hedge_after=convert.duration(routing.hedge_after),
    )


def parse_examples(field: str, examples: Sequence[prompt_pb2.Example]) -> tuple[Example, ...]:
    """At most 20, neither side blank or longer than a message."""
    if len(examples) > MAX_EXAMPLES:
        raise InvalidArgument(field, f"{field} has {len(examples)} entries; at most {MAX_EXAMPLES} are allowed.")
    return tuple(
        Example(
            validate.text(f"{field}[{index}].question", example.question, max_bytes=validate.MAX_MESSAGE_BYTES),
            validate.text(f"{field}[{index}].answer", example.answer, max_bytes=validate.MAX_MESSAGE_BYTES),
        )
        for index, example in enumerate(examples)
    )


def examples_to_proto(examples: Sequence[Example]) -> list[prompt_pb2.Example]:
    return [prompt_pb2.Example(question=example.question, answer=example.answer) for example in examples]


def _rule(field: str, rule: prompt_pb2.RouteRule) -> RouteRule:
    return RouteRule(
        name=rule.name,
        chain=tuple(rule.chain),
        min_question_tokens=rule.min_question_tokens if rule.HasField("min_question_tokens") else None,
        max_question_tokens=rule.max_question_tokens if rule.HasField("max_question_tokens") else None,
        min_answerability=rule.min_answerability if rule.HasField("min_answerability") else None,
        max_answerability=rule.max_answerability if rule.HasField("max_answerability") else None,
        topics=validate.labels(f"{field}.topics", rule.topics),
        customer_tiers=validate.labels(f"{field}.customer_tiers", rule.customer_tiers),
        previous_failures=tuple(
            previous_failure(f"{field}.previous_failures[{index}]", name)
            for index, name in enumerate(rule.previous_failures)
        ),
    )


def previous_failure(field: str, name: str) -> PreviousFailure:
    """The failure of that name. Raises InvalidArgument."""
    if name not in tuple(PreviousFailure):
        raise InvalidArgument(
            field, f"There is no previous failure {name!r}.", fix=f"Use one of: {', '.join(PreviousFailure)}."
        )
    return PreviousFailure(name)


def _rule_to_proto(rule: RouteRule) -> prompt_pb2.RouteRule:
    return prompt_pb2.RouteRule(
        name=rule.name,
        chain=rule.chain,
        min_question_tokens=rule.min_question_tokens,
        max_question_tokens=rule.max_question_tokens,
        min_answerability=rule.min_answerability,
        max_answerability=rule.max_answerability,
        topics=rule.topics,
        customer_tiers=rule.customer_tiers,
        previous_failures=[failure.value for failure in rule.previous_failures],
    )
