"""Trends: cost, refusals, traffic and latency over time, by prompt version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from nightdesk.v1 import operations_pb2
from workbench import queries
from workbench.components.charts import lines
from workbench.components.connection import client
from workbench.components.formatting import NOTHING
from workbench.components.messages import empty_state, server_errors
from workbench.frames import cost_and_latency_table, metrics_frame, outcome_table

RANGES = {
    "1 h": timedelta(hours=1),
    "6 h": timedelta(hours=6),
    "24 h": timedelta(hours=24),
    "3 days": timedelta(days=3),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
}
LATENCIES = {"First token p50": "first token p50", "Total p50": "total p50", "Total p95": "total p95"}

Span = tuple[datetime, datetime]


def show() -> None:
    title, controls = st.columns([2, 3], vertical_alignment="bottom")
    title.title("Trends", anchor=False)
    with controls.container(horizontal=True, horizontal_alignment="right"):
        chosen = st.segmented_control(
            "Range", list(RANGES), default="24 h", required=True, key="range", bind="query-params"
        )
    end = datetime.now(UTC)
    start = end - RANGES[chosen or "24 h"]
    with server_errors():
        points = queries.metrics(client(), start, end)
        totals = queries.totals(client(), start, end)
    frame = metrics_frame(points)
    if frame.empty:
        empty_state(
            f"No turn in the last {chosen}",
            "Lines begin with the first turn. Choose a longer range, or ask something:",
            'nightdesk chat "How long does a refund take?"',
        )
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _cost(frame, (start, end))
    with right:
        _chart("Refusals", frame, ("refusal rate", "Refused turns", ".0%"), (start, end))
    left, right = st.columns(2, gap="medium")
    with left:
        _chart("Traffic", frame, ("turns", "Turns", "d"), (start, end))
    with right:
        _latency(frame, (start, end))
    _whole_range(totals)
    with st.expander(f"The points of the charts ({len(frame):,})", icon=":material/table:"):
        st.dataframe(frame, hide_index=True, placeholder=NOTHING, alt="All points", column_config=_point_columns(frame))


def _chart(name: str, frame: pd.DataFrame, drawing: tuple[str, str, str], span: Span) -> None:
    """A chart beneath its heading; `drawing` is its column, title and number format."""
    value, title, number_format = drawing
    st.header(name, anchor=False)
    drawn = frame.dropna(subset=[value])
    st.altair_chart(lines(drawn, value, title, number_format, span), alt=f"{name} over time by prompt version")


def _cost(frame: pd.DataFrame, span: Span) -> None:
    priced = frame["cost"].dropna()
    if priced.any():
        _chart("Cost", frame, ("cost", "Cost, USD", "$,.6~f"), span)
        return
    st.header("Cost", anchor=False)
    if priced.empty:
        st.markdown("Every turn of this range is unpriced: there is nothing to draw.")
    else:
        st.markdown("No turn of this range cost anything: there is nothing to draw.")


def _latency(frame: pd.DataFrame, span: Span) -> None:
    title, control = st.columns([2, 3], vertical_alignment="bottom")
    title.header("Latency", anchor=False)
    shown = control.selectbox("Latency shown", list(LATENCIES), label_visibility="collapsed") or "First token p50"
    column = LATENCIES[shown]
    drawn = frame.dropna(subset=[column])
    if drawn.empty:
        st.markdown("No turn of this range has streamed text: there is nothing to draw.")
    else:
        chart = lines(drawn, column, f"{shown}, s", ".3~f", span)
        st.altair_chart(chart, alt="Latency over time by prompt version")


def _whole_range(totals: Sequence[operations_pb2.MetricPoint]) -> None:
    st.header("Whole range by prompt version", anchor=False)
    st.dataframe(outcome_table(totals), hide_index=True, alt="How the turns ended, by prompt version")
    st.dataframe(cost_and_latency_table(totals), hide_index=True, alt="What the turns cost and took, by prompt version")
    st.caption(
        "In brackets: 95 % bounds. p50 and p95: half, and 95 %, of the turns were at most so slow. Cost per turn is "
        "over those that have a price."
    )
    st.page_link("views/rails.py", label="Refusals by category and rail", icon=":material/fence:")


def _point_columns(frame: pd.DataFrame) -> dict[str, ColumnConfig]:
    share = st.column_config.NumberColumn(format="percent")
    seconds = st.column_config.NumberColumn(format="%.3f s")
    return {
        "time": st.column_config.DatetimeColumn(format="MMM DD HH:mm", timezone=st.context.timezone),
        **dict.fromkeys([name for name in frame.columns if name.endswith(" rate")], share),
        **dict.fromkeys(LATENCIES.values(), seconds),
        "cost": st.column_config.NumberColumn(format="$%.6f"),
    }


if __name__ == "__main__":
    show()
