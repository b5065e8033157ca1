"""Rails: what was refused and how often wrongly, and a workshop that tries thresholds before customers meet them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from nightdesk.v1 import operations_pb2, rail_pb2
from workbench import queries
from workbench.components.charts import verdict_bars
from workbench.components.connection import client
from workbench.components.formatting import escape_markdown
from workbench.components.messages import empty_state, server_errors
from workbench.components.threshold_workshop import workshop
from workbench.frames import without_empty
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
from workbench.ranges import RANGES

ALL_VERSIONS = "all"
VERDICT_COLUMNS = {
    "category": st.column_config.TextColumn(width=125),
    "rail": st.column_config.TextColumn(width=125),
    "version": st.column_config.TextColumn(width=55),
    "verdicts": st.column_config.NumberColumn(format="localized", width=60),
    "of turns": st.column_config.TextColumn(width=60, help="Share of all turns of this prompt version."),
    "over-refusal": st.column_config.TextColumn(width=165, help="Rated down, of all these verdicts; 95 % bounds."),
}

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
    chosen_points, chosen_totals = _of_version(points, totals)
    _refusals(chosen_points, chosen_totals, by or "category", span, step)
    _rails(rails, points)
    movable = with_thresholds(rails)
    workshop(movable, versions, span, busiest_rail(movable, points))


def _of_version(points: Points, totals: Totals) -> tuple[Points, Totals]:
    """The points and totals of the version that is chosen, where there is more than one."""
    if len(totals) < 2:
        return points, totals
    options = [ALL_VERSIONS, *(f"v{point.prompt_version}" for point in totals)]
    chosen = st.segmented_control(
        "Prompt version", options, default=ALL_VERSIONS, required=True, key="version", bind="query-params"
    )
    if chosen == ALL_VERSIONS:
        return points, totals
    return (
        [point for point in points if f"v{point.prompt_version}" == chosen],
        [point for point in totals if f"v{point.prompt_version}" == chosen],
    )


def _refusals(points: Points, totals: Totals, by: str, span: Span, step: timedelta) -> None:
    st.header("Refusals", anchor=False)
    turns = {point.prompt_version: point.turn_count for point in totals}
    refused = refusals(points)
    if refused:
        st.caption(f"{refusal_rates(totals)}. In brackets: 95 % bounds.")
        left, right = st.columns([4, 5], gap="medium")
        all_verdicts = over_time(refused, by)
        groups = sorted(set(all_verdicts["group"]))
        chart = verdict_bars(all_verdicts, "Refusing verdicts", groups, span, step)
        left.altair_chart(chart, alt=f"Refusing verdicts over time by {by}")
        disputed = disputed_over_time(refused, by)
        if len(disputed):
            chart = verdict_bars(disputed, "Disputed of them", groups, span, step)
            left.altair_chart(chart, alt=f"Disputed verdicts over time by {by}")
        right.dataframe(
            sums(refused, by, turns),
            hide_index=True,
            alt=f"Refusals of the whole range by {by}",
            column_config=VERDICT_COLUMNS,
        )
        right.caption(
            "A turn that several rails refuse has a verdict of each. Over-refusal: those that a reviewer or customer "
            "rated down; what nobody rated counts as right."
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
        st.dataframe(
            sums(noted, "rail", turns), hide_index=True, alt="Flagged turns by rail", column_config=VERDICT_COLUMNS
        )


def _rails(rails: Sequence[rail_pb2.Rail], points: Points) -> None:
    st.header("All rails", anchor=False)
    count = st.column_config.NumberColumn(format="localized", width=62)
    frame = without_empty(rails_table(rails, points), "judged")
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        alt="All rails",
        column_config={
            "rail": st.column_config.TextColumn(width=130),
            "checks": st.column_config.TextColumn(
                width=60, help="input: the customer's message. context: a retrieved passage. output: the answer."
            ),
            "threshold": st.column_config.NumberColumn(
                format="%.2f",
                width=72,
                help="A score, 0 to 1, that reaches it decides. A prompt version may have one of its own.",
            ),
            "mode": st.column_config.TextColumn(width=52, help="flag: the rail only notes what it would have blocked."),
            "judged": st.column_config.CheckboxColumn(width=60, help="A model is asked, which costs money and time."),
            "on failure": st.column_config.TextColumn(width=75, help="What a text meets that it could not check."),
            "blocked": count,
            "flagged": count,
            "masked": count,
        },
    )
    # Not a column: its texts would be cut in a narrow window.
    with st.expander("What each rail looks for", icon=":material/help:"):
        st.markdown(
            "\n".join(f"- **{escape_markdown(one.rail)}**: {escape_markdown(one.description)}" for one in rails)
        )


if __name__ == "__main__":
    show()
