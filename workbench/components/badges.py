"""Outcomes and verdicts in the colours that mean the same on every page."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from nightdesk.v1 import common_pb2
from workbench.components.formatting import direction, escape_markdown, finish_reason, flag_note, verdict, words

Color = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]

OUTCOME_COLORS: dict[str, Color] = {
    "answered": "green",
    "refused": "red",
    "unanswered": "orange",
    "degraded": "violet",
    "cancelled": "gray",
}
VERDICT_COLORS: dict[str, Color] = {"allow": "green", "block": "red", "redact": "orange", "flag": "yellow"}
_VERDICT_ICONS = {
    "allow": ":material/check:",
    "block": ":material/block:",
    "redact": ":material/visibility_off:",
    "flag": ":material/flag:",
}


def outcome_badge(reason: int, category: str = "") -> None:
    """How a turn ended, and over what it was refused."""
    outcome = finish_reason(reason)
    label = f"{outcome}: {words(category)}" if category else outcome
    st.badge(label, color=OUTCOME_COLORS.get(outcome, "gray"))


def outcome_column() -> ColumnConfig:
    """A dataframe column of outcomes (lists of one word) in their colours."""
    return st.column_config.MultiselectColumn(
        options=list(OUTCOME_COLORS), color=list(OUTCOME_COLORS.values()), width=110
    )


def verdict_badge(rail: common_pb2.RailVerdict) -> None:
    """What one rail decided on which text, over what, with what score, and what it saw."""
    decision = verdict(rail.verdict)
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(decision, icon=_VERDICT_ICONS.get(decision), color=VERDICT_COLORS.get(decision, "gray"))
            st.markdown(f"**{escape_markdown(rail.rail)}**", width="content")
        told = [f"on {direction(rail.direction)}"]
        if rail.category:
            told.append(words(rail.category))
        if rail.threshold:
            told.append(f"score {rail.score:.2f} against {rail.threshold:.2f}")
        st.caption(escape_markdown(", ".join(told)))
        if rail.detail:
            st.caption(f"It saw: {escape_markdown(rail.detail)}")
        if decision == "flag":
            st.caption(flag_note(rail))
