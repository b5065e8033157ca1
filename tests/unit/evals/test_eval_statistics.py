"""Intervals and summaries."""

from __future__ import annotations

import numpy as np
import pytest

from evals.reports import by_kind, summarise
from evals.statistics import bootstrap_mean
from nightdesk.v1 import evaluation_pb2


def test_the_interval_of_a_normal_sample_is_the_textbook_one() -> None:
    sample = np.random.default_rng(1).normal(0.5, 0.1, 400)
    interval = bootstrap_mean(sample.tolist())
    half_width = 1.96 * sample.std(ddof=1) / 20
    assert interval.mean == pytest.approx(sample.mean())
    assert interval.low == pytest.approx(sample.mean() - half_width, abs=0.001)
    assert interval.high == pytest.approx(sample.mean() + half_width, abs=0.001)


def test_it_covers_the_true_mean_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(2)
    intervals = [bootstrap_mean((generator.random(100) < 0.3).astype(float).tolist()) for _ in range(60)]
    covered = sum(interval.low <= 0.3 <= interval.high for interval in intervals)
    assert covered >= 51


def test_the_same_values_give_the_same_interval() -> None:
    assert bootstrap_mean([0.0, 1.0, 1.0]) == bootstrap_mean([0.0, 1.0, 1.0])
    assert bootstrap_mean([0.25]).low == bootstrap_mean([0.25]).high == 0.25
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_mean([])


def _result(kind: str, *scores: tuple[str, float | None], error: str = "") -> evaluation_pb2.CaseResult:
    result = evaluation_pb2.CaseResult(case=evaluation_pb2.Case(kind=kind), error=error)
    for metric, value in scores:
        score = result.scores.add(metric=metric, scorer="test")
        if value is None:
            score.error = "no verdict"
        else:
            score.value = value
    return result


def test_a_score_that_could_not_be_computed_is_counted_and_left_out() -> None:
    results = [_result("a", ("x", 1.0), ("y", None)), _result("a", ("x", 0.0)), _result("b", ("x", None))]
    x, y = summarise(results)
    assert (x.metric, x.mean, x.count, x.error_count, x.scorer) == ("x", 0.5, 2, 1, "test")
    assert (y.metric, y.count, y.error_count) == ("y", 0, 1)


def test_kinds_have_their_own_means() -> None:
    results = [_result("a", ("x", 1.0)), _result("b", error="gone"), _result("a", ("x", 0.0))]
    first, second = by_kind(results, ["x"])
    assert (first.kind, first.case_count, first.means) == ("a", 2, {"x": 0.5})
    assert (second.kind, second.error_count, second.means) == ("b", 1, {"x": None})
