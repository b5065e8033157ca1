"""Which cases of a run the filters leave."""

from __future__ import annotations

import pytest

from nightdesk.v1 import common_pb2, evaluation_pb2
from workbench.components.case_results import filtered, wrong_outcome

ANSWERED = common_pb2.FINISH_REASON_ANSWERED
REFUSED = common_pb2.FINISH_REASON_REFUSED
UNANSWERED = common_pb2.FINISH_REASON_UNANSWERED


def result(
    case_id: str, expected: str, reason: common_pb2.FinishReason.ValueType, kind: str = "answerable", error: str = ""
) -> evaluation_pb2.CaseResult:
    case = evaluation_pb2.Case(case_id=case_id, kind=kind, expected_outcome=expected)
    return evaluation_pb2.CaseResult(case=case, finish_reason=reason, error=error)


@pytest.mark.parametrize(
    ("expected", "reason", "wrong"),
    [
        ("answered", ANSWERED, False),
        ("answered", REFUSED, True),
        ("declined", REFUSED, False),
        ("declined", UNANSWERED, False),
        ("declined", ANSWERED, True),
        ("", ANSWERED, False),
    ],
)
def test_declined_means_refused_or_unanswered(
    expected: str, reason: common_pb2.FinishReason.ValueType, wrong: bool
) -> None:
    assert wrong_outcome(result("c", expected, reason)) is wrong


def test_filters_narrow_each_other() -> None:
    results = [
        result("right", "answered", ANSWERED),
        result("wrong", "answered", REFUSED),
        result("attack", "refused", REFUSED, kind="attack"),
        result("failed", "answered", ANSWERED, error="The model timed out."),
    ]

    def ids(kinds: list[str], outcomes: list[str], shown: str) -> list[str]:
        return [item.case.case_id for item in filtered(results, kinds, outcomes, shown)]

    assert ids([], [], "all") == ["right", "wrong", "attack", "failed"]
    assert ids([], [], "failed") == ["failed"]
    assert ids([], [], "wrong") == ["wrong", "failed"]
    assert ids(["attack"], [], "all") == ["attack"]
    assert ids(["answerable"], ["refused"], "all") == ["wrong"]
