"""Spend: budgets with what is left of them, and what calls to models cost over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from nightdesk import ApiError
from nightdesk.v1 import operations_pb2
from workbench import queries
from workbench.components.budget_list import budget_list
from workbench.components.charts import stacked_bars
from workbench.components.connection import client
from workbench.components.formatting import UNPRICED, exact_money, short_count
from workbench.components.messages import empty_state, error_box, server_errors
from workbench.ranges import RANGES
from workbench.spending_frames import spend_frame, spend_table, total

GROUPS = {
    "model": operations_pb2.SPEND_GROUP_MODEL,
    "purpose": operations_pb2.SPEND_GROUP_PURPOSE,
    "key": operations_pb2.SPEND_GROUP_KEY,
    "outcome": operations_pb2.SPEND_GROUP_OUTCOME,
}
COUNTS = ("calls", "unpriced", "estimated", "tokens in", "tokens out")


def show() -> None:
    st.title("Spend", anchor=False)
    st.header("Budgets", anchor=False)
    try:
        found = queries.budgets(client())
    except ApiError as error:
        error_box(error)
    else:
        budget_list(found)
    _over_time()


def _over_time() -> None:
    title, controls = st.columns([1, 3], vertical_alignment="bottom")
    title.header("Over time", anchor=False)
    with controls.container(horizontal=True, horizontal_alignment="right"):
        by = st.segmented_control("By", list(GROUPS), default="model", required=True, key="by", bind="query-params")
        chosen = st.segmented_control(
            "Range", list(RANGES), default="24 h", required=True, key="range", bind="query-params"
        )
    group, (length, step) = by or "model", RANGES[chosen or "24 h"]
    end = datetime.now(UTC)
    with server_errors():
        points = queries.spend(client(), (end - length, end), step, GROUPS[group])
    if not points:
        empty_state(
            f"No model was called in the last {chosen}",
            "Every call is counted here as soon as it ends, failed and cancelled ones too. In a terminal:",
            "nightdesk spend --since 7d --by model",
        )
        return
    _totals(points)
    frame = spend_frame(points)
    if frame.empty:
        st.markdown("Every call of this range is unpriced: there is nothing to draw.")
    else:
        st.altair_chart(stacked_bars(frame, (end - length, end), step), alt=f"Cost over time by {group}")
    st.dataframe(
        spend_table(points, group),
        hide_index=True,
        alt=f"Cost by {group}",
        column_config={
            "cost": st.column_config.TextColumn(width=160, alignment="right"),
            **dict.fromkeys(COUNTS, st.column_config.NumberColumn(format="localized")),
        },
    )


def _totals(points: Sequence[operations_pb2.SpendPoint]) -> None:
    whole = total(points)
    columns = st.columns([4, 2, 2.3, 2.3, 2.4, 2.6])
    is_unpriced = whole.unpriced_count == whole.call_count
    columns[0].metric("Cost", UNPRICED if is_unpriced else exact_money(whole.cost.nanos), border=True)
    for column, name, count, meaning in zip(
        columns[1:],
        ("Calls", "Unpriced", "Estimated", "Tokens in", "Tokens out"),
        (whole.call_count, whole.unpriced_count, whole.estimated_count, whole.input_tokens, whole.output_tokens),
        ("calls", "calls that the cost does not have", "calls whose tokens are estimated", "tokens", "tokens"),
        strict=True,
    ):
        column.metric(name, short_count(count), border=True, help=f"{count:,} {meaning}")


if __name__ == "__main__":
    show()
