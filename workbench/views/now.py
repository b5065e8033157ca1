"""Now: the turns just made, in numbers and one by one. `/?turn=ID` opens one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median, quantiles

import streamlit as st

from nightdesk.v1 import operations_pb2
from workbench import queries
from workbench.components.badges import outcome_column
from workbench.components.connection import client
from workbench.components.formatting import NOTHING, duration, known_seconds, percentage, total_cost
from workbench.components.messages import empty_state, server_errors
from workbench.frames import turns_frame

REFRESH = timedelta(seconds=2)
WINDOWS = {
    "15 min": timedelta(minutes=15),
    "1 h": timedelta(hours=1),
    "24 h": timedelta(hours=24),
    "7 days": timedelta(days=7),
}
SHOWN_TURNS = "now.shown_turns"
CHOSEN_TURN = "now.chosen_turn"
OPENED = "now.opened"


def show() -> None:
    if turn_id := st.query_params.get("turn"):
        st.switch_page("views/turn.py", query_params={"id": turn_id})
    title, controls = st.columns([3, 2], vertical_alignment="bottom")
    title.title("Now", anchor=False)
    with controls.container(horizontal=True, horizontal_alignment="right"):
        window = st.segmented_control(
            "Window", list(WINDOWS), default="24 h", required=True, key="window", bind="query-params"
        )
    _live(WINDOWS[window or "24 h"])


@st.fragment(run_every=REFRESH)
def _live(window: timedelta) -> None:
    """The part that refreshes by itself."""
    if turn_id := st.session_state.pop(CHOSEN_TURN, ""):
        st.switch_page("views/turn.py", query_params={"id": turn_id})
    now = datetime.now(UTC)
    with server_errors():
        totals = queries.totals(client(), now - window, now)
        turns = queries.newest_turns(client(), now - window)
    if not turns:
        empty_state(
            "No turn in this window yet",
            "Turns show up here as soon as they are done. Ask something in the reviewers' demo, or in a terminal:",
            'nightdesk chat "How long does a refund take?"',
        )
        return
    _numbers(totals, turns)
    _table(turns)


def _numbers(totals: list[operations_pb2.MetricPoint], turns: list[operations_pb2.TurnSummary]) -> None:
    count = sum(point.turn_count for point in totals)
    unpriced = sum(point.unpriced_count for point in totals)
    latencies = [value for turn in turns if (value := known_seconds(turn, "first_token_latency")) is not None]
    half, most = _percentiles(latencies)
    columns = st.columns(6)
    columns[0].metric("Turns", f"{count:,}", border=True)
    for column, label, field in zip(
        columns[1:4],
        ("Answered", "Refused", "Unanswered"),
        ("answered_count", "refused_count", "unanswered_count"),
        strict=True,
    ):
        part = sum(getattr(point, field) for point in totals)
        column.metric(label, percentage(part, count), border=True, help=f"{part:,} of {count:,} turns")
    columns[4].metric(
        "Cost",
        total_cost(sum(point.cost.nanos for point in totals), unpriced, count),
        border=True,
        help=f"{unpriced:,} of {count:,} turns have no price and are not in this sum." if unpriced else None,
    )
    sample = f"Of the newest {len(latencies):,} turns that streamed text."
    columns[5].metric(
        "First token",
        half,
        border=True,
        help=f"Until the first text: half of the turns took at most {half}, 95 % of them {most}. {sample}",
    )
    if unpriced and unpriced < count:
        st.caption(f"The cost is that of {count - unpriced:,} priced turns; {unpriced:,} more are unpriced.")


def _table(turns: list[operations_pb2.TurnSummary]) -> None:
    st.session_state[SHOWN_TURNS] = [turn.turn_id for turn in turns]
    # A table of its own after each choice: the browser's back button would bring the old selection back.
    table = f"now.table.{st.session_state.setdefault(OPENED, 0)}"
    narrow = st.column_config.TextColumn(width=60)
    seconds = st.column_config.NumberColumn(format="%.2f s", width=75)
    st.dataframe(
        turns_frame(turns),
        key=table,
        on_select=partial(_choose, table),
        selection_mode=["single-row", "single-cell"],
        hide_index=True,
        height=560,
        placeholder=NOTHING,
        alt="Newest turns",
        column_config={
            "time": st.column_config.DatetimeColumn(format="MMM DD HH:mm:ss", width=116, timezone=st.context.timezone),
            "question": st.column_config.TextColumn(width=204),
            "outcome": outcome_column(),
            "category": st.column_config.TextColumn(width=105, help="Over what it was refused."),
            "version": narrow,
            "model": st.column_config.TextColumn(width=105),
            "first token": seconds,
            "total": seconds,
            "cost": st.column_config.TextColumn(width=75, alignment="right"),
            "cache": st.column_config.TextColumn(width=65, help="An earlier answer was given again."),
            "tokens in": st.column_config.NumberColumn(width=70),
            "tokens out": st.column_config.NumberColumn(width=72),
            "feedback": st.column_config.TextColumn(width=66, help="A thumb, up or down."),
        },
    )
    st.caption(
        f"The newest {len(turns):,} turns, refreshed every {REFRESH.seconds} s. "
        "Click a row for all that came of the turn."
    )


def _choose(table: str) -> None:
    """Remember the turn of the clicked row. New turns may have come since: what counts is what was on the page."""
    selection = st.session_state[table].selection
    rows = [*selection.rows, *(row for row, _ in selection.cells)]
    if rows:
        st.session_state[OPENED] += 1
        st.session_state[CHOSEN_TURN] = st.session_state[SHOWN_TURNS][rows[0]]


def _percentiles(latencies: list[float]) -> tuple[str, str]:
    """The median and the 95th percentile."""
    if len(latencies) < 2:
        value = latencies[0] if latencies else None
        return duration(value), duration(value)
    return duration(median(latencies)), duration(quantiles(latencies, n=20, method="inclusive")[-1])


if __name__ == "__main__":
    show()
