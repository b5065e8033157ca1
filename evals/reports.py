"""What a run's scores come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.statistics import bootstrap_mean
from nightdesk.v1 import evaluation_pb2


@dataclass(frozen=True, slots=True)
class KindSummary:
    """Means over the cases of one kind, 0 to 1; None where no case has the metric."""

    kind: str
    case_count: int
    error_count: int
    means: dict[str, float | None]


def summarise(results: Sequence[evaluation_pb2.CaseResult]) -> list[evaluation_pb2.MetricSummary]:
    """Each metric's mean with its interval, in the order in which the metrics first appear.

    A score that could not be computed is counted and left out of the mean; a metric without any number is given with a
    count of 0.
    """
    scores: dict[str, list[evaluation_pb2.Score]] = {}
    for result in results:
        for score in result.scores:
            scores.setdefault(score.metric, []).append(score)
    return [_summary(metric, of_metric) for metric, of_metric in scores.items()]


def by_kind(results: Sequence[evaluation_pb2.CaseResult], metrics: Sequence[str]) -> list[KindSummary]:
    """One line a kind of case, in the order in which the kinds first appear."""
    kinds: dict[str, list[evaluation_pb2.CaseResult]] = {}
    for result in results:
        kinds.setdefault(result.case.kind or "(none)", []).append(result)
    return [
        KindSummary(
            kind=kind,
            case_count=len(of_kind),
            error_count=sum(bool(result.error) for result in of_kind),
            means={metric: _mean(of_kind, metric) for metric in metrics},
        )
        for kind, of_kind in kinds.items()
    ]


def _summary(metric: str, scores: Iterable[evaluation_pb2.Score]) -> evaluation_pb2.MetricSummary:
    of_metric = list(scores)
    values = [score.value for score in of_metric if score.HasField("value")]
    summary = evaluation_pb2.MetricSummary(
        metric=metric, count=len(values), error_count=len(of_metric) - len(values), scorer=of_metric[0].scorer
    )
    if values:
        interval = bootstrap_mean(values)
        summary.mean, summary.low, summary.high = interval.mean, interval.low, interval.high
    return summary


def _mean(results: Iterable[evaluation_pb2.CaseResult], metric: str) -> float | None:
    values = [
        score.value
        for result in results
        for score in result.scores
        if score.metric == metric and score.HasField("value")
    ]
    return sum(values) / len(values) if values else None
