"""Messages that people labelled: chosen, scored once by the server's rails, and judged against thresholds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from nightdesk.labelled import InvalidLabels, LabelledText, Outcomes, ScoredText, outcomes, read_labelled, score_texts
from workbench.components.charts import threshold_curve
from workbench.components.connection import client
from workbench.components.formatting import escape_markdown
from workbench.components.messages import server_errors
from workbench.rail_frames import changed_sides, curve, outcomes_table

PACKAGED = Path(__file__).parents[2] / "samples" / "rails" / "labelled.jsonl"
SCORED = "rails.scored"

Thresholds = Mapping[str, float]


def labelled_messages() -> list[ScoredText]:
    """The uploaded messages, or else the packaged ones, scored; empty where a file cannot be read."""
    uploaded = st.file_uploader(
        "Your own messages",
        type=["jsonl"],
        help='JSON lines {"text": …, "label": "block" or "allow", "category": …}. Nothing of them is kept.',
    )
    content = uploaded.getvalue() if uploaded is not None else PACKAGED.read_bytes()
    try:
        texts = read_labelled(content.decode().splitlines(), uploaded.name if uploaded is not None else PACKAGED.name)
    except UnicodeDecodeError:
        st.error("The file is not UTF-8. Save it as UTF-8 and send it again.", icon=":material/error:")
        return []
    except InvalidLabels as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
        return []
    scored = _scored(hashlib.sha256(content).hexdigest(), texts)
    attacks = sum(one.labelled.block for one in scored)
    name = "your file" if uploaded is not None else "the packaged set"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{attacks} attacks and {len(scored) - attacks} ordinary messages of {name}.", width="stretch")
        if st.button("Score again", icon=":material/refresh:", help="After the rails were changed."):
            st.session_state[SCORED] = {}
            st.rerun(scope="fragment")
    return scored


def labelled_outcomes(
    scored: Sequence[ScoredText], rail: str, before: Thresholds, after: Thresholds
) -> tuple[Outcomes, Outcomes]:
    """Draw how the messages fare as things are and as they would be, over the threshold of `rail`; both outcomes."""
    now, then = outcomes(scored, before), outcomes(scored, after)
    st.dataframe(outcomes_table(now, then), hide_index=True, alt="Outcomes of the labelled messages")
    st.caption(
        f"All rails together; 95 % bounds in brackets. The curve moves the threshold of {escape_markdown(rail)}."
    )
    st.altair_chart(threshold_curve(curve(scored, rail, after), after[rail]), alt=f"Outcomes over {rail}'s threshold")
    changed = changed_sides(scored, before, after)
    if changed.empty:
        st.markdown("No labelled message changes sides.")
    else:
        st.dataframe(
            changed,
            hide_index=True,
            alt="Labelled messages that change sides",
            column_config={
                "becomes": st.column_config.TextColumn(width=105),
                "text": st.column_config.TextColumn(width=175),
                "decided by": st.column_config.TextColumn(width=130),
            },
        )
    return now, then


def _scored(digest: str, texts: Sequence[LabelledText]) -> list[ScoredText]:
    """Scored once in a session: a moved slider asks nothing of the server."""
    kept: dict[str, list[ScoredText]] = st.session_state.setdefault(SCORED, {})
    if digest not in kept:
        bar = st.progress(0.0, f"Scoring {len(texts)} messages …")
        with server_errors():
            kept[digest] = score_texts(client(), texts, bar.progress)
        bar.empty()
    return kept[digest]
