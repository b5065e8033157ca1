"""Evals: runs, their metrics with intervals, and the results case by case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from nightdesk.v1 import evaluation_pb2
from workbench import queries
from workbench.components.case_results import case_table
from workbench.components.charts import intervals
from workbench.components.connection import client
from workbench.components.formatting import clock, escape_markdown
from workbench.components.messages import empty_state, server_errors
from workbench.frames import runs_frame, summaries_frame

# All are 0 to 1, and more is better.
MEANINGS = {
    "outcome_match": "share of the cases that ended as they should: answered, refused or unanswered.",
    "refusal_category_match": "share of the refusals that are over what the case expects.",
    "fact_recall": "share of the expected facts that stand in the answer.",
    "source_hit": "share of the answers that cite an expected document.",
    "citation_precision": "share of the cited documents that are expected ones.",
    "id_based_context_recall": "share of the expected documents that were retrieved; one of several may be enough.",
    "id_based_context_precision": "share of the retrieved documents that are expected; low where few are wanted.",
    "forbidden_absent": "share of the answers without what they must not say.",
    "faithfulness": "share of the answer's statements that the passages support, by the judge.",
    "answer_relevancy": "how alike the question is to those that the judge makes of the answer.",
    "factual_correctness": "share of the reference's claims that the answer supports, by the judge.",
}
COMMAND = "nightdesk eval run DATASET --prompt VERSION"


def show() -> None:
    st.title("Evals", anchor=False)
    with server_errors():
        runs = queries.newest_runs(client())
    if not runs:
        empty_state(
            "No evaluation has been run yet",
            "A run asks every question of a dataset of one prompt version and scores the answers. Start one with:",
            COMMAND,
        )
        return
    chosen = _choose_runs(runs)
    _metrics(chosen)
    _cases(chosen)
    st.caption(f"Start another run with `{COMMAND}`.")


def _choose_runs(runs: Sequence[evaluation_pb2.Run]) -> list[evaluation_pb2.Run]:
    """The runs whose rows are chosen; the newest one where none is."""
    event = st.dataframe(
        runs_frame(runs),
        key="evals.runs",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [0]}},
        hide_index=True,
        alt="Evaluation runs",
        column_config={
            "time": st.column_config.DatetimeColumn(format="MMM DD HH:mm", timezone=st.context.timezone),
            "description": st.column_config.TextColumn(width=200),
        },
    )
    st.caption("Choose the runs to set side by side.")
    return [runs[row] for row in event.selection.rows if row < len(runs)] or [runs[0]]


def _metrics(runs: Sequence[evaluation_pb2.Run]) -> None:
    st.header("Metrics", anchor=False)
    frame = summaries_frame(runs)
    if frame.empty:
        st.markdown("These runs have no summary yet: it is written when a run is finished.")
        return
    st.altair_chart(intervals(frame), alt="Means of the metrics with their 95 % intervals")
    number = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        frame,
        hide_index=True,
        alt="Metrics",
        column_config={
            "mean": number,
            "low": number,
            "high": number,
            "cases": st.column_config.NumberColumn(help="To which the metric applies, and which have a score."),
            "errors": st.column_config.NumberColumn(help="Cases whose score could not be computed."),
            "scorer": st.column_config.TextColumn(help="deterministic, non_llm, or the judge's model."),
        },
    )
    st.caption("Low and high: 95 % interval by bootstrap over the cases.")
    _meanings(frame["metric"].unique())


def _meanings(metrics: Iterable[str]) -> None:
    with st.expander("What the metrics say", icon=":material/help:"):
        known = [f"- **{escape_markdown(name)}**: {MEANINGS[name]}" for name in metrics if name in MEANINGS]
        st.markdown("\n".join(known) or "These metrics are not of this release.")


@st.fragment
def _cases(runs: Sequence[evaluation_pb2.Run]) -> None:
    st.header("Cases", anchor=False)
    names = {run.run_id: f"v{run.prompt_version} · {run.dataset} · {clock(run.create_time)}" for run in runs}
    run_id = st.selectbox("Run", list(names), format_func=names.__getitem__)
    with server_errors():
        results = queries.results(client(), run_id)
    if results:
        case_table(results)
    else:
        st.markdown("This run has no result yet.")


if __name__ == "__main__":
    show()
