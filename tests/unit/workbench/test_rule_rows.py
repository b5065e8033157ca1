"""Rules and examples as rows that a person edits."""

from __future__ import annotations

import pandas as pd

from nightdesk.v1 import prompt_pb2
from workbench.rule_rows import example_rows, examples_of, rule_rows, rules_of

RULES = [
    prompt_pb2.RouteRule(
        name="easy", chain=["cheap", "strong"], min_question_tokens=0, max_question_tokens=40, min_answerability=0.6
    ),
    prompt_pb2.RouteRule(name="gold", chain=["strong"], customer_tiers=["gold"], previous_failures=["thumbs_down"]),
]


def test_rules_come_back_as_they_were_and_0_is_not_nothing() -> None:
    assert rules_of(rule_rows(RULES)) == RULES
    assert rules_of(rule_rows([])) == []


def test_a_row_that_was_added_and_left_empty_is_no_rule() -> None:
    rows = rule_rows(RULES)
    empty = pd.DataFrame([dict.fromkeys(rows.columns)])

    assert rules_of(pd.concat([rows, empty], ignore_index=True)) == RULES


def test_a_rule_without_a_name_is_kept_so_that_the_server_can_say_so() -> None:
    rows = rule_rows([prompt_pb2.RouteRule(chain=["cheap"])])

    assert rules_of(rows) == [prompt_pb2.RouteRule(chain=["cheap"])]


def test_examples_come_back_as_they_were() -> None:
    examples = [prompt_pb2.Example(question="Trial?", answer="14 days. [1]"), prompt_pb2.Example(question="Why?")]

    rows = pd.concat([example_rows(examples), pd.DataFrame([{"question": None, "answer": " "}])])

    assert examples_of(rows) == examples
