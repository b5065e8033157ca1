"""Thresholds on trial: sliders, what labelled messages and recorded turns make of them, and a version that has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from nightdesk.labelled import Outcomes
from nightdesk.v1 import common_pb2, prompt_pb2, rail_pb2
from workbench import queries
from workbench.components.connection import client
from workbench.components.formatting import escape_markdown
from workbench.components.labelled_messages import labelled_messages, labelled_outcomes
from workbench.components.labels import PRODUCTION, version_name
from workbench.components.messages import server_errors
from workbench.components.recorded_turns import recorded_turns
from workbench.rail_frames import evidence

MADE = "rails.made"
MAX_DESCRIPTION = 2000

Thresholds = dict[str, float]


@st.fragment
def workshop(
    rails: Sequence[rail_pb2.Rail],
    versions: Sequence[prompt_pb2.PromptVersion],
    span: tuple[datetime, datetime],
    usual: str,
) -> None:
    """Begins with the rail `usual`. Only this part runs again when a slider moves."""
    st.header("Threshold workshop", anchor=False)
    base = _base(versions)
    input_rails = [rail.rail for rail in rails if rail.direction == common_pb2.RAIL_DIRECTION_INPUT]
    chosen = st.multiselect("Rails", [rail.rail for rail in rails], default=usual or None, key="rails.chosen")
    if not chosen or base is None:
        st.info("Choose a rail whose threshold is to be tried.", icon=":material/info:")
        return
    before, after = _thresholds(rails, base, chosen)
    left, right = st.columns(2, gap="medium")
    labelled = None
    with left:
        st.subheader("Labelled messages", anchor=False)
        if watched := [rail for rail in chosen if rail in input_rails]:
            if scored := labelled_messages():
                labelled = labelled_outcomes(scored, watched[-1], before, after)
        else:
            st.markdown("Labelled messages are what customers write; none of these rails looks at that.")
    with right:
        st.subheader("Recorded turns", anchor=False)
        with server_errors():
            recorded = queries.simulate(client(), span, {rail: after[rail] for rail in chosen})
        recorded_turns(recorded)
        _mode_hint(rails, chosen)
    _make_version(base, before, after, labelled, recorded)


def _base(versions: Sequence[prompt_pb2.PromptVersion]) -> prompt_pb2.PromptVersion | None:
    """The version whose thresholds are moved: production unless chosen."""
    by_number = {version.version: version for version in versions}
    numbers = list(by_number)
    usual = next((number for number, version in by_number.items() if PRODUCTION in version.labels), None)
    chosen = st.selectbox(
        "Begin with",
        numbers,
        index=numbers.index(usual) if usual is not None else 0,
        format_func=lambda number: version_name(by_number[number]),
        key="rails.base",
    )
    return by_number.get(chosen) if chosen is not None else None


def _thresholds(
    rails: Sequence[rail_pb2.Rail], base: prompt_pb2.PromptVersion, chosen: Sequence[str]
) -> tuple[Thresholds, Thresholds]:
    """The thresholds of the version as they are, and with the sliders' instead; a slider begins where things are."""
    own = base.bundle.rail_thresholds
    configured = {rail.rail: rail.threshold for rail in rails}
    before = dict(own) | {name: own.get(name, configured[name]) for name in chosen}
    after = dict(before)
    columns = st.columns(min(len(chosen), 3), gap="medium")
    for place, name in enumerate(chosen):
        after[name] = columns[place % len(columns)].slider(
            f"Threshold of {name}",
            0.0,
            1.0,
            round(before[name], 2),
            step=0.01,
            key=f"rails.threshold.{base.version}.{name}",
            help=f"Now {before[name]:.2f}. A score that reaches it blocks.",
        )
    return before, after


def _mode_hint(rails: Sequence[rail_pb2.Rail], chosen: Sequence[str]) -> None:
    watched = [rail.rail for rail in rails if rail.rail in chosen and rail.mode == rail_pb2.RAIL_MODE_FLAG]
    if watched:
        st.caption(
            escape_markdown(f"{', '.join(watched)}: of mode flag, so nothing is refused yet; counted as if it blocked.")
        )


def _make_version(
    base: prompt_pb2.PromptVersion,
    before: Mapping[str, float],
    after: Mapping[str, float],
    labelled: tuple[Outcomes, Outcomes] | None,
    recorded: rail_pb2.SimulateThresholdsResponse,
) -> None:
    if made := st.session_state.pop(MADE, ""):
        st.success(made)
    moved = {rail: (before[rail], new) for rail, new in after.items() if abs(new - before[rail]) > 1e-9}
    if not moved:
        st.caption("Move a threshold to put it into a new prompt version.")
        return
    told = evidence(moved, labelled, recorded)[:MAX_DESCRIPTION]
    # A field of its own for each evidence: what was typed beside other numbers would no longer be true.
    description = st.text_area("Description of the new version", told, max_chars=MAX_DESCRIPTION, key=f"rails.{told}")
    if not st.button(f"Make a version of v{base.version} with these thresholds", type="primary"):
        return
    bundle = prompt_pb2.PromptBundle()
    bundle.CopyFrom(base.bundle)
    bundle.rail_thresholds.update({rail: new for rail, (_, new) in moved.items()})
    with server_errors():
        version = queries.create_version(client(), bundle, description or "")
    st.session_state[MADE] = (
        f"v{version.version} has these thresholds. No traffic goes to it until a label points at it."
    )
    st.rerun()
