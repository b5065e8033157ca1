"""Messages as tables."""

from __future__ import annotations

from nightdesk.v1 import common_pb2, evaluation_pb2, operations_pb2
from workbench.frames import cost_and_latency_table, metrics_frame, outcome_table, results_frame, turns_frame


def point(turns: int, unpriced: int, nanos: int = 0) -> operations_pb2.MetricPoint:
    return operations_pb2.MetricPoint(
        prompt_version=2,
        turn_count=turns,
        refused_count=1,
        unpriced_count=unpriced,
        cost=common_pb2.Money(currency_code="USD", nanos=nanos),
    )


def test_an_interval_without_a_priced_turn_has_no_cost_to_draw() -> None:
    frame = metrics_frame([point(4, 4), point(4, 3, 1_000_000)])

    assert frame["cost"].isna().tolist() == [True, False]
    assert frame["cost"][1] == 0.001
    assert frame["refusal rate"].tolist() == [0.25, 0.25]


def test_the_mean_cost_is_over_priced_turns() -> None:
    table = cost_and_latency_table([point(4, 2, 3_000_000), point(2, 2)])

    assert table["per priced turn"].tolist() == ["$0.00150", "unpriced"]
    assert table["cost"].tolist() == ["$0.00300", "unpriced"]


def test_a_turn_without_text_has_no_first_token_latency() -> None:
    frame = turns_frame([operations_pb2.TurnSummary(finish_reason=common_pb2.FINISH_REASON_REFUSED)])

    assert frame["first token"].isna().all()
    assert frame["outcome"].tolist() == [["refused"]]


def test_a_metric_named_like_a_column_does_not_replace_it() -> None:
    result = evaluation_pb2.CaseResult(
        finish_reason=common_pb2.FINISH_REASON_ANSWERED,
        scores=[
            evaluation_pb2.Score(metric="outcome", value=1.0),
            evaluation_pb2.Score(metric="faithfulness", error="The judge did not answer."),
        ],
    )

    frame = results_frame([result])

    assert frame["outcome"].tolist() == [["answered"]]
    assert frame["score.outcome"].tolist() == [1.0]
    assert frame["score.faithfulness"].isna().all()


def test_the_cached_share_is_told_where_anything_was_cached() -> None:
    cached = point(4, 4)
    cached.cached_count = 1

    assert outcome_table([cached])["cached"].tolist() == ["25 %"]
    assert "cached" not in outcome_table([point(4, 4)])


def test_a_turn_from_the_cache_says_of_which_kind() -> None:
    frame = turns_frame([operations_pb2.TurnSummary(cache=common_pb2.CACHE_KIND_EXACT), operations_pb2.TurnSummary()])

    assert frame["cache"].tolist() == ["exact", ""]
