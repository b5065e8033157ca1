"""Messages of the contract as tables. No call is made and nothing is drawn here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from nightdesk.labelled import Share
from nightdesk.v1 import evaluation_pb2, operations_pb2
from workbench.components.formatting import (
    NANOS,
    cache_kind,
    cost,
    duration,
    finish_reason,
    known_seconds,
    moment,
    money,
    percentage,
    rating,
    run_state,
    share_text,
    total_cost,
    words,
)

SCORE = "score."
"""Begins the names of columns that hold a metric, so that no metric's name is taken for a column of ours."""

RUN_CHARACTERS = 12
"""Enough of a run's id to tell it from the others in a chart."""


def turns_frame(turns: Iterable[operations_pb2.TurnSummary]) -> pd.DataFrame:
    """One row a turn, in the order given; latencies in seconds."""
    return pd.DataFrame(
        {
            "time": moment(turn.create_time),
            "question": turn.question,
            "outcome": [finish_reason(turn.finish_reason)],
            "category": words(turn.refusal_category),
            "version": f"v{turn.prompt_version}",
            "feedback": rating(turn.rating),
            "total": known_seconds(turn, "total_latency"),
            "cost": cost(turn),
            "first token": known_seconds(turn, "first_token_latency"),
            "model": turn.model,
            "cache": cache_kind(turn.cache),
            "tokens in": turn.input_tokens,
            "tokens out": turn.output_tokens,
        }
        for turn in turns
    )


def metrics_frame(points: Iterable[operations_pb2.MetricPoint]) -> pd.DataFrame:
    """One row a point: money in dollars, latencies in seconds, rates 0 to 1."""
    return pd.DataFrame(
        {
            "time": moment(point.start_time),
            "version": f"v{point.prompt_version}",
            "turns": point.turn_count,
            "refusal rate": point.refused_count / point.turn_count,
            "unanswered rate": point.unanswered_count / point.turn_count,
            # Where no turn of the interval has a price there is nothing to draw: it did not cost zero.
            "cost": point.cost.nanos / NANOS if point.unpriced_count < point.turn_count else None,
            "unpriced": point.unpriced_count,
            "first token p50": known_seconds(point, "first_token_p50"),
            "total p50": known_seconds(point, "total_p50"),
            "total p95": known_seconds(point, "total_p95"),
        }
        for point in points
        if point.turn_count
    )


def outcome_table(points: Sequence[operations_pb2.MetricPoint]) -> pd.DataFrame:
    """How each version's turns ended; the share answered from the cache, where there was any."""
    cached = any(point.cached_count for point in points)
    return pd.DataFrame(
        {
            "version": f"v{point.prompt_version}",
            "turns": point.turn_count,
            "refused": share_text(Share(point.refused_count, point.turn_count)),
            "answered": percentage(point.answered_count, point.turn_count),
            "unanswered": percentage(point.unanswered_count, point.turn_count),
            "degraded": percentage(point.degraded_count, point.turn_count),
            **({"cached": percentage(point.cached_count, point.turn_count)} if cached else {}),
            "thumbs up": point.thumbs_up_count,
            "thumbs down": point.thumbs_down_count,
        }
        for point in points
    )


def cost_and_latency_table(points: Sequence[operations_pb2.MetricPoint]) -> pd.DataFrame:
    """What each version cost, the mean over its priced turns, and how fast it was."""
    return pd.DataFrame(
        {
            "version": f"v{point.prompt_version}",
            "cost": total_cost(point.cost.nanos, point.unpriced_count, point.turn_count),
            "per priced turn": money(_mean_cost(point)),
            "unpriced turns": point.unpriced_count,
            "first token p50": duration(known_seconds(point, "first_token_p50")),
            "total p50": duration(known_seconds(point, "total_p50")),
            "total p95": duration(known_seconds(point, "total_p95")),
        }
        for point in points
    )


def runs_frame(runs: Iterable[evaluation_pb2.Run]) -> pd.DataFrame:
    """One row a run, in the order given."""
    return pd.DataFrame(
        {
            "time": moment(run.create_time),
            "dataset": run.dataset,
            "version": f"v{run.prompt_version}",
            "state": run_state(run.state),
            "cases": run.case_count,
            "errors": run.error_count,
            "cost": cost(run),
            "description": run.description,
            "run": run.run_id,
        }
        for run in runs
    )


def summaries_frame(runs: Iterable[evaluation_pb2.Run]) -> pd.DataFrame:
    """One row for each metric of each run: mean and 95 % interval, 0 to 1."""
    return pd.DataFrame(
        {
            "metric": summary.metric,
            "run": f"v{run.prompt_version} · {run.run_id[:RUN_CHARACTERS]}",
            "mean": summary.mean,
            "low": summary.low,
            "high": summary.high,
            "cases": summary.count,
            "errors": summary.error_count,
            "scorer": summary.scorer,
        }
        for run in runs
        for summary in run.metrics
    )


def results_frame(results: Iterable[evaluation_pb2.CaseResult]) -> pd.DataFrame:
    """One row a case, a column `score.METRIC` for each metric; one that could not be computed is missing."""
    return pd.DataFrame(
        {
            "case": result.case.case_id,
            "kind": words(result.case.kind),
            "question": result.case.question,
            "expected": result.case.expected_outcome,
            "outcome": [] if result.error else [finish_reason(result.finish_reason)],
            **{f"{SCORE}{score.metric}": score.value if score.HasField("value") else None for score in result.scores},
            "cost": "" if result.error else cost(result),
            "latency": None if result.error else result.latency_seconds,
            "error": result.error,
        }
        for result in results
    )


def without_empty(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Without those of these columns in which every row is empty or zero."""
    return frame.drop(columns=[name for name in names if not frame[name].any()])


def _mean_cost(point: operations_pb2.MetricPoint) -> int | None:
    priced = point.turn_count - point.unpriced_count
    return round(point.cost.nanos / priced) if priced else None


def scores_frame(scores: Iterable[evaluation_pb2.Score]) -> pd.DataFrame:
    """One row a score of one case; a missing value comes with its error."""
    return pd.DataFrame(
        {
            "metric": score.metric,
            "value": score.value if score.HasField("value") else None,
            "scorer": score.scorer,
            "error": score.error,
        }
        for score in scores
    )
