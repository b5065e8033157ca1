"""A routing's rules and a bundle's examples as rows that a person edits, and back again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pandas as pd

from nightdesk.v1 import prompt_pb2

Limit = Literal["min_question_tokens", "max_question_tokens", "min_answerability", "max_answerability"]
LIMITS: dict[Limit, str] = {
    "min_question_tokens": "tokens ≥",
    "max_question_tokens": "tokens ≤",
    "min_answerability": "answerability ≥",
    "max_answerability": "answerability ≤",
}
LISTS: dict[Literal["topics", "customer_tiers", "previous_failures"], str] = {
    "topics": "topics",
    "customer_tiers": "customer tiers",
    "previous_failures": "last turn",
}
NAME, CHAIN = "rule", "chain"


def rule_rows(rules: Iterable[prompt_pb2.RouteRule]) -> pd.DataFrame:
    """One row a rule; a limit that is not set is missing."""
    rows = [
        {
            NAME: rule.name,
            CHAIN: list(rule.chain),
            **{title: getattr(rule, limit) if rule.HasField(limit) else None for limit, title in LIMITS.items()},
            **{title: list(getattr(rule, name)) for name, title in LISTS.items()},
        }
        for rule in rules
    ]
    columns = [NAME, CHAIN, *LIMITS.values(), *LISTS.values()]
    numbers = dict.fromkeys(LIMITS.values(), "float")
    return pd.DataFrame(rows, columns=columns).astype({NAME: "string", **numbers})


def rules_of(rows: pd.DataFrame) -> list[prompt_pb2.RouteRule]:
    """The rules of edited rows; rows in which nothing stands are left out. What is wrong with them the server says."""
    rules = [_rule(row) for row in rows.to_dict("records")]
    return [rule for rule in rules if rule.ByteSize()]


def example_rows(examples: Iterable[prompt_pb2.Example]) -> pd.DataFrame:
    rows = [(example.question, example.answer) for example in examples]
    return pd.DataFrame(rows, columns=["question", "answer"]).astype("string")


def examples_of(rows: pd.DataFrame) -> list[prompt_pb2.Example]:
    """The examples of edited rows; rows in which nothing stands are left out."""
    examples = [
        prompt_pb2.Example(question=_text(row["question"]), answer=_text(row["answer"]))
        for row in rows.to_dict("records")
    ]
    return [example for example in examples if example.ByteSize()]


def _rule(row: dict[Any, Any]) -> prompt_pb2.RouteRule:
    rule = prompt_pb2.RouteRule(name=_text(row[NAME]), chain=_texts(row[CHAIN]))
    for limit, title in LIMITS.items():
        if not pd.isna(row[title]):
            setattr(rule, limit, int(row[title]) if limit.endswith("tokens") else float(row[title]))
    for name, title in LISTS.items():
        getattr(rule, name).extend(_texts(row[title]))
    return rule


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    """What a cell of several words holds; an empty cell is no list."""
    if value is None or isinstance(value, float):
        return []
    return [text for item in value if (text := _text(item))]
