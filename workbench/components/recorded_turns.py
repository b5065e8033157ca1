"""What other thresholds would have decided on recorded turns."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from nightdesk.v1 import rail_pb2
from workbench.components.formatting import percentage
from workbench.components.messages import empty_state
from workbench.rail_frames import simulated_frame


def recorded_turns(found: rail_pb2.SimulateThresholdsResponse) -> None:
    """Refused turns before and after, each rail's share in it, and the newest turns that change sides."""
    if not found.turn_count:
        empty_state(
            "No turn of this range has scores",
            "Scores are kept from this release on. Choose a longer range, or ask something:",
            'nightdesk chat "How long does a refund take?"',
        )
        return
    first, second = st.columns(2)
    first.metric("Refused turns", f"{found.blocked_before:,}", border=True, help=f"Of {found.turn_count:,} turns.")
    second.metric(
        "With these thresholds",
        f"{found.blocked_after:,}",
        delta=found.blocked_after - found.blocked_before or None,
        delta_color="off",
        border=True,
        help=f"{percentage(found.blocked_after, found.turn_count)} of {found.turn_count:,} turns.",
    )
    for change in found.changes:
        st.caption(f"{change.rail}: blocks {change.blocked_after:,} turns, blocked {change.blocked_before:,}.")
    _turns("Newly refused", found.newly_blocked)
    _turns("No longer refused", found.newly_allowed)
    if found.newly_allowed:
        st.caption("What their answers would have met is not known: no answer was written.")


def _turns(title: str, turns: Sequence[rail_pb2.SimulatedTurn]) -> None:
    st.markdown(f"**{title}**")
    if not turns:
        st.markdown("No turn.")
        return
    st.dataframe(
        simulated_frame(turns),
        hide_index=True,
        alt=title,
        column_config={
            "turn": st.column_config.LinkColumn(display_text="open", width=45),
            "question": st.column_config.TextColumn(width=165),
            "decided by": st.column_config.TextColumn(width=130),
            "disputed": st.column_config.CheckboxColumn(width=65),
        },
    )
