"""The cases of one evaluation run: filters, a table, and one case with its scores."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from nightdesk.v1 import evaluation_pb2
from workbench.components.badges import outcome_badge, outcome_column
from workbench.components.formatting import NOTHING, finish_reason, html_text, words
from workbench.frames import SCORE, results_frame, scores_frame, without_empty

SHOWN = {"All": "all", "Failed": "failed", "Wrong outcome": "wrong"}


def filtered(
    results: Sequence[evaluation_pb2.CaseResult], kinds: Sequence[str], outcomes: Sequence[str], shown: str
) -> list[evaluation_pb2.CaseResult]:
    """The results of these kinds and outcomes (empty: all); `shown` is "all", "failed" (no answer) or "wrong"."""
    return [
        result
        for result in results
        if (not kinds or result.case.kind in kinds)
        and (not outcomes or (not result.error and finish_reason(result.finish_reason) in outcomes))
        and (shown != "failed" or result.error)
        and (shown != "wrong" or wrong_outcome(result))
    ]


def wrong_outcome(result: evaluation_pb2.CaseResult) -> bool:
    """Whether the turn ended in another way than the case expects; a turn that failed did."""
    if not result.case.expected_outcome:
        return False
    outcome = finish_reason(result.finish_reason)
    accepted = {"declined": ("unanswered", "refused")}.get(
        result.case.expected_outcome, (result.case.expected_outcome,)
    )
    return bool(result.error) or outcome not in accepted


def case_table(results: Sequence[evaluation_pb2.CaseResult]) -> None:
    """The filters, the table, and below it the case whose row is clicked."""
    first, second, third = st.columns(3, vertical_alignment="bottom")
    shown = first.segmented_control("Cases", list(SHOWN), default="All", required=True)
    kinds = second.multiselect("Kind", sorted({result.case.kind for result in results}), format_func=words)
    present = sorted({finish_reason(result.finish_reason) for result in results if not result.error})
    outcomes = third.multiselect("Outcome", present)
    chosen = filtered(results, kinds, outcomes, SHOWN[shown or "All"])
    if not chosen:
        st.markdown("No case matches these filters.")
        return
    frame = without_empty(results_frame(chosen), "error")
    scores = {
        column: st.column_config.NumberColumn(column.removeprefix(SCORE), format="%.3f")
        for column in frame.columns
        if column.startswith(SCORE)
    }
    event = st.dataframe(
        frame,
        key="evals.cases",
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        hide_index=True,
        placeholder=NOTHING,
        alt="Results by case",
        column_config=scores
        | {
            "case": st.column_config.TextColumn(pinned=True),
            "question": st.column_config.TextColumn(width=280),
            "outcome": outcome_column(),
            "latency": st.column_config.NumberColumn(format="%.2f s"),
        },
    )
    st.caption(
        f"{len(chosen):,} of {len(results):,} cases. {NOTHING}: the metric does not apply, or could not be computed. "
        "Click a row for the case."
    )
    rows = [*event.selection.rows, *(row for row, _ in event.selection.cells)]
    if rows and rows[0] < len(chosen):
        _case(chosen[rows[0]])


def _case(result: evaluation_pb2.CaseResult) -> None:
    """One case: what was asked, expected and answered, and every score with its scorer."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Case** `{result.case.case_id}`", width="content")
            if not result.error:
                outcome_badge(result.finish_reason, result.refusal_category)
            if result.turn_id:
                st.page_link("views/turn.py", label="Turn", query_params={"id": result.turn_id})
        left, right = st.columns([3, 2], gap="medium")
        with left:
            for message in result.case.history:
                st.caption("earlier")
                st.html(html_text(message.text))
            _field("Question", result.case.question)
            _field("Error" if result.error else "Answer", result.error or result.answer)
            _field("Expected facts", "\n".join(result.case.expected_facts))
            _field("Expected sources", "\n".join(result.case.expected_sources))
            _field("Retrieved", "\n".join(result.retrieved_document_ids))
        scores = without_empty(scores_frame(result.scores), "error")
        right.dataframe(scores, hide_index=True, placeholder=NOTHING, alt="Scores of the case")


def _field(name: str, text: str) -> None:
    if text:
        st.caption(name)
        st.html(html_text(text))
