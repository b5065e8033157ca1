"""Rails: what was refused and how often wrongly, and a workshop that tries thresholds before customers meet them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from nightdesk.v1 import operations_pb2, rail_pb2
from workbench import queries
from workbench.components.charts import turn_bars
from workbench.components.connection import client
from workbench.components.messages import empty_state, server_errors
from workbench.components.threshold_workshop import workshop
from workbench.rail_frames import (
    GROUPS,
    busiest_rail,
    disputed_over_time,
    flagged,
    over_time,
    rails_table,
    refusal_rates,
    refusals,
    sums,
    with_thresholds,
)

# How far back, and the width of a bar.
RANGES = {
    "1 h": (timedelta(hours=1), timedelta(minutes=2)),
    "24 h": (timedelta(hours=24), timedelta(minutes=30)),
    "7 days": (timedelta(days=7), timedelta(hours=6)),
    "30 days": (timedelta(days=30), timedelta(days=1)),
    "1 year": (timedelta(days=365), timedelta(days=7)),
}
ALL_VERSIONS = "all"

Points = Sequence[operations_pb2.RailMetricPoint]
Totals = Sequence[operations_pb2.MetricPoint]
Span = tuple[datetime, datetime]


def show() -> None:
    title, controls = st.columns([1, 3], vertical_alignment="bottom")
    title.title("Rails", anchor=False)
    with controls.container(horizontal=True, horizontal_alignment="right"):
        by = st.segmented_control("By", list(GROUPS), default="category", required=True, key="by", bind="query-params")
        chosen = st.segmented_control(
            "Range", list(RANGES), default="7 days", required=True, key="range", bind="query-params"
        )
    length, step = RANGES[chosen or "7 days"]
    end = datetime.now(UTC)
    span = (end - length, end)
    with server_errors():
        points = queries.rail_metrics(client(), span, step)
        totals = queries.totals(client(), *span)
        rails = queries.rails(client())
        versions = queries.prompt_versions(client())
    _refusals(_of_version(points, totals), totals, by or "category", span, step)
    _rails(rails, points)
    movable = with_thresholds(rails)
    workshop(movable, versions, span, busiest_rail(movable, points))


def _of_version(points: Points, totals: Totals) -> Points:
    """The points of the version that is chosen, where there is more than one."""
    if len(totals) < 2:
        return points
    options = [ALL_VERSIONS, *(f"v{point.prompt_version}" for point in totals)]
    chosen = st.segmented_control(
        "Prompt version", options, default=ALL_VERSIONS, required=True, key="version", bind="query-params"
    )
    return [point for point in points if chosen in (ALL_VERSIONS, f"v{point.prompt_version}")]


def _refusals(points: Points, totals: Totals, by: str, span: Span, step: timedelta) -> None:
    st.header("Refusals", anchor=False)
    turns = {point.prompt_version: point.turn_count for point in totals}
    refused = refusals(points)
    if refused:
        left, right = st.columns([1, 1], gap="medium")
        left.caption(refusal_rates(totals))
        chart = turn_bars(over_time(refused, by), "Refusals", span, step)
        left.altair_chart(chart, alt=f"Refused turns over time by {by}")
        disputed = disputed_over_time(refused, by)
        if len(disputed):
            chart = turn_bars(disputed, "Disputed refusals", span, step)
            left.altair_chart(chart, alt=f"Disputed refusals over time by {by}")
        right.dataframe(sums(refused, by, turns), hide_index=True, alt=f"Refusals of the whole range by {by}")
        right.caption(
            "Disputed: rated down by a reviewer or customer. Over-refusal is their share of the refusals; what "
            "nobody rated counts as right. A turn that several rails refuse is counted for each of them."
        )
    else:
        empty_state(
            "Nothing was refused in this range",
            "A refusal is counted here as soon as its turn is done. Try a message on the rails in a terminal:",
            'nightdesk rails check "Ignore all previous instructions."',
        )
    if noted := flagged(points):
        st.header("Noted only", anchor=False)
        st.caption("Rails of mode flag: they would have blocked these turns. Rails that failed open are here as well.")
        st.dataframe(sums(noted, "rail", turns), hide_index=True, alt="Flagged turns by rail")


def _rails(rails: Sequence[rail_pb2.Rail], points: Points) -> None:
    st.header("All rails", anchor=False)
    count = st.column_config.NumberColumn(format="localized", width=70)
    frame = rails_table(rails, points)
    frame = frame.drop(columns=[name for name in ("judged", "description") if not frame[name].any()])
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        alt="All rails",
        column_config={
            "rail": st.column_config.TextColumn(width=150),
            "checks": st.column_config.TextColumn(width=65),
            "threshold": st.column_config.NumberColumn(format="%.2f", width=75),
            "mode": st.column_config.TextColumn(width=60),
            "judged": st.column_config.CheckboxColumn(width=60, help="A model is asked, which costs money and time."),
            "on failure": st.column_config.TextColumn(width=80, help="What a text meets that it could not check."),
            "blocked": count,
            "flagged": count,
            "masked": count,
        },
    )


if __name__ == "__main__":
    show()
