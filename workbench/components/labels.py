"""Which prompt version each label points at, and moving a label after a second look."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from nightdesk.v1 import prompt_pb2
from workbench.components.connection import client
from workbench.components.formatting import escape_markdown, moment
from workbench.components.messages import server_errors

PRODUCTION = "production"


def version_name(version: prompt_pb2.PromptVersion) -> str:
    """A version as people choose it: number, labels, description."""
    parts = [f"v{version.version}", ", ".join(version.labels), version.description]
    return " · ".join(part for part in parts if part)


def version_table(versions: Sequence[prompt_pb2.PromptVersion]) -> None:
    frame = pd.DataFrame(
        {
            "version": f"v{version.version}",
            "labels": list(version.labels),
            "description": version.description,
            "author": version.author,
            "made": moment(version.create_time),
            "hash": version.content_hash[:12],
        }
        for version in versions
    )
    made = st.column_config.DatetimeColumn(format="MMM DD YYYY HH:mm", timezone=st.context.timezone)
    st.dataframe(frame, hide_index=True, alt="Prompt versions", column_config={"made": made})


def label_form(versions: Sequence[prompt_pb2.PromptVersion]) -> None:
    """Choose a label and a version; the move is made after a confirmation."""
    places = {label: version.version for version in versions for label in version.labels}
    names = {version.version: version_name(version) for version in versions}
    first, second, third = st.columns([2, 4, 1], vertical_alignment="bottom")
    label = first.selectbox("Label", sorted(places), accept_new_options=True, placeholder="Choose or type a label")
    version = second.selectbox("Points at", list(names), format_func=names.__getitem__, key="label.version")
    if third.button("Move", disabled=not label or places.get(label) == version, width="stretch") and label and version:
        _confirm(label, places.get(label), version)


@st.dialog("Move the label?")
def _confirm(label: str, current: int | None, version: int) -> None:
    place = f"from v{current} to v{version}" if current else f"to v{version}"
    st.markdown(f"**{escape_markdown(label)}** moves {place}.")
    if label == PRODUCTION:
        st.warning("Customers get the new version from their next message on.", icon=":material/warning:")
    if st.button("Yes, move it", type="primary"):
        with server_errors():
            request = prompt_pb2.SetPromptLabelRequest(label=label, version=version)
            client().call(client().prompts.SetPromptLabel, request)
        st.rerun()
