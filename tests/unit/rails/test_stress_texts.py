"""Texts made to keep careless expressions busy."""

from __future__ import annotations

import pytest

from guardrails_config.detectors.links import find_foreign_link
from server.rails.stress_texts import long_runs, pumped


@pytest.mark.parametrize(
    ("line", "beginning"),
    [
        (r're.compile(r"(a+)+$")', "aaaa"),
        (r're.search(r"order no\. (?:\d+-?)*x", text)', "order no. 1111"),
        (r're.compile("(?:red|blue)?[^a-z]{2,9} ")', "111"),
        (r'RULES = {"dates": r"(\w+\s?)*due"}', "aaaa"),
    ],
)
def test_each_repetition_of_a_file_is_filled_up_behind_what_leads_to_it(line: str, beginning: str) -> None:
    texts = [text for kind, text in pumped(f"import re\n{line}\n", 1000) if kind.startswith("a text made for")]
    assert any(text.startswith(beginning) for text in texts)
    assert all(900 < len(text) <= 1000 for text in texts)


def test_strings_that_are_no_expressions_or_repeat_nothing_give_no_text() -> None:
    assert list(pumped('"""2 * 3 (see below"""\nx = "[a-z"\ny = r"\\bdue\\b"\n')) == []


def test_long_runs_are_as_long_as_a_message_may_be() -> None:
    texts = dict(long_runs(1000))
    assert {"a run of digits", "nested brackets", "a run of near e-mail addresses"} <= texts.keys()
    assert all(990 < len(text) <= 1000 for text in texts.values())


@pytest.mark.parametrize("text", ["DATA:text/html,x", "java\u017fcript:go", "see WWW.evil.test", "go to //evil.test"])
def test_a_link_is_looked_for_in_whatever_case_it_is_written(text: str) -> None:
    assert find_foreign_link(text) is not None
