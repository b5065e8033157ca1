"""Trends: cost, refusals, traffic and latency over time, by prompt version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st

from workbench import queries
from workbench.components.charts import lines
from workbench.components.connection import client
from workbench.components.formatting import NOTHING
from workbench.components.messages import empty_state, server_errors
from workbench.frames import cost_table, latency_table, metrics_frame, outcome_table

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
    _beside("Cost", frame, ("cost", "Cost, USD", "$,.6~f"), (start, end), cost_table(totals))
    _beside("Refusals", frame, ("refusal rate", "Refused turns", ".0%"), (start, end), outcome_table(totals))
    st.page_link("views/rails.py", label="Refusals by category and rail", icon=":material/fence:")
    _traffic(frame, (start, end), latency_table(totals))
    with st.expander(f"All {len(frame):,} points", icon=":material/table:"):
        st.dataframe(frame, hide_index=True, placeholder=NOTHING, alt="All points")


def _beside(name: str, frame: pd.DataFrame, drawing: tuple[str, str, str], span: Span, table: pd.DataFrame) -> None:
    """A chart (its column, title and number format) with the whole range's numbers beside it."""
    value, title, number_format = drawing
    st.header(name, anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    drawn = frame.dropna(subset=[value])
    if drawn.empty:
        left.markdown("Every turn of this range is unpriced: there is nothing to draw.")
    else:
        left.altair_chart(lines(drawn, value, title, number_format, span), alt=f"{name} over time by prompt version")
    right.dataframe(table, hide_index=True, alt=f"{name} of the whole range by prompt version")


def _traffic(frame: pd.DataFrame, span: Span, table: pd.DataFrame) -> None:
    st.header("Traffic and latency", anchor=False)
    left, middle, right = st.columns([3, 3, 4], gap="medium")
    left.altair_chart(lines(frame, "turns", "Turns", "d", span), alt="Turns over time by prompt version")
    latency = right.selectbox("Latency shown", list(LATENCIES))
    column = LATENCIES[latency or "First token p50"]
    drawn = frame.dropna(subset=[column])
    middle.altair_chart(lines(drawn, column, f"{latency}, s", ".3~f", span), alt="Latency over time by prompt version")
    right.dataframe(table, hide_index=True, alt="Latency of the whole range by prompt version")


if __name__ == "__main__":
    show()
