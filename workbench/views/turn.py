"""One turn with all that came of it. Opened from the other pages, or by `/turn?id=ID`."""

from __future__ import annotations

import streamlit as st

from nightdesk.turns import switch_in_words
from nightdesk.v1 import common_pb2, operations_pb2
from workbench import queries
from workbench.components.badges import outcome_badge, verdict_badge
from workbench.components.charts import waterfall
from workbench.components.citations import citation_list
from workbench.components.connection import client
from workbench.components.formatting import (
    NOTHING,
    clock,
    cost,
    duration,
    escape_markdown,
    html_text,
    known_seconds,
    rating,
    search_question_source,
    words,
)
from workbench.components.messages import empty_state, server_errors
from workbench.components.route_decisions import cache_hit_box, decision_box
from workbench.frames import without_empty
from workbench.rail_frames import verdicts_table
from workbench.spending_frames import usage_table


def show() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Turn", anchor=False, width="content")
        st.page_link("views/now.py", label="All turns", icon=":material/arrow_back:")
    turn_id = st.query_params.get("id", "")
    if not turn_id:
        empty_state("No turn is chosen", "Click a row on the page *Now*, or put a turn's id into the address.")
        return
    with server_errors():
        turn = queries.turn(client(), turn_id)
    _head(turn)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _conversation(turn)
        _route(turn)
        _context(turn)
    with right:
        _stages(turn)
        _rails(turn)
        _feedback(turn)
    _model_calls(turn)
    with st.expander("Prompt sent to the model", icon=":material/description:"):
        if turn.prompt:
            st.code(turn.prompt, language=None, wrap_lines=True)
        else:
            st.markdown("No model was called in this turn.")


def _head(turn: operations_pb2.Turn) -> None:
    summary = turn.summary
    with st.container(horizontal=True, vertical_alignment="center"):
        outcome_badge(summary.finish_reason, summary.refusal_category)
        st.badge(f"prompt v{summary.prompt_version}", color="blue")
        if summary.model:
            st.badge(escape_markdown(summary.model), color="gray")
        st.caption(f"{clock(summary.create_time)} · `{summary.turn_id}` · `{summary.conversation_id}`", width="content")
    columns = st.columns(6)
    columns[0].metric("First token", duration(known_seconds(summary, "first_token_latency")), border=True)
    columns[1].metric("Total", duration(known_seconds(summary, "total_latency")), border=True)
    columns[2].metric("Cost", cost(summary), border=True)
    columns[3].metric("Tokens in", f"{summary.input_tokens:,}", border=True)
    columns[4].metric("Tokens out", f"{summary.output_tokens:,}", border=True)
    # A rail that blocks the question ends the turn before anything is made of what was retrieved.
    was_searched = bool(turn.index_version)
    columns[5].metric(
        "Answerability",
        f"{turn.answerability:.2f}" if was_searched else NOTHING,
        border=True,
        help="How far the best passages cover the question, 0 to 1. Below the prompt version's floor: I don't know.",
    )


def _conversation(turn: operations_pb2.Turn) -> None:
    st.header("Question", anchor=False)
    with st.container(border=True):
        st.html(html_text(turn.question))
    if turn.search_question:
        st.caption(f"Searched for: {search_question_source(turn.search_question_source)}")
        if turn.search_question != turn.question:
            st.html(html_text(turn.search_question))
    if turn.access_groups:
        st.caption(escape_markdown(f"Access groups: {', '.join(turn.access_groups)}"))
    if turn.customer_tier:
        st.caption(escape_markdown(f"Customer's tier: {turn.customer_tier}"))
    st.header("Answer", anchor=False)
    with st.container(border=True):
        st.html(html_text(turn.answer or "No text was sent."))


def _route(turn: operations_pb2.Turn) -> None:
    st.header("Route", anchor=False)
    if turn.HasField("cache_hit"):
        cache_hit_box(turn.cache_hit, turn.usage)
    if turn.HasField("route_decision"):
        decision_box(turn.route_decision)
    elif not turn.HasField("cache_hit"):
        st.markdown("No model was to be asked.")
    for switch in turn.route_switches:
        st.warning(
            escape_markdown(f"{switch_in_words(switch)}: {words(switch.reason)}"),
            icon=":material/alt_route:",
        )


def _context(turn: operations_pb2.Turn) -> None:
    st.header("Context", anchor=False)
    if not turn.citations:
        st.markdown("No passage went to the model.")
        return
    st.caption(
        f"{len(turn.citations)} passages from index {turn.index_version}; {len(turn.citation_ids)} cited. The number "
        "behind each is its retrieval score, 0 to 1."
    )
    citation_list(turn.citations, set(turn.citation_ids))


def _stages(turn: operations_pb2.Turn) -> None:
    st.header("Stages", anchor=False)
    if turn.timings:
        st.altair_chart(waterfall(turn.timings), alt="How long each stage of the turn took")
    else:
        st.markdown("No timings were recorded.")


def _rails(turn: operations_pb2.Turn) -> None:
    st.header("Rail verdicts", anchor=False)
    allowed = [verdict for verdict in turn.rail_verdicts if verdict.verdict == common_pb2.VERDICT_ALLOW]
    for verdict in turn.rail_verdicts:
        if verdict.verdict != common_pb2.VERDICT_ALLOW:
            verdict_badge(verdict)
    if len(allowed) == len(turn.rail_verdicts):
        st.markdown("No rail objected.")
    if allowed:
        with st.expander(f"{len(allowed)} verdicts that allowed the text"):
            two_digits = st.column_config.NumberColumn(format="%.2f", width=65)
            st.dataframe(
                verdicts_table(allowed),
                hide_index=True,
                height="content",
                alt="Verdicts that allowed the text",
                column_config={
                    "rail": st.column_config.TextColumn(width=100),
                    "checks": st.column_config.TextColumn(width=57),
                    "score": two_digits,
                    "threshold": two_digits,
                },
            )


def _model_calls(turn: operations_pb2.Turn) -> None:
    st.header("Model calls", anchor=False)
    if not turn.usage:
        st.markdown("No model was called.")
    else:
        count = st.column_config.NumberColumn(format="localized", width=68)
        st.dataframe(
            without_empty(usage_table(turn.usage), "cached", "written", "reasoning"),
            hide_index=True,
            alt="Calls to models",
            column_config={
                "cost": st.column_config.TextColumn(width=120, alignment="right"),
                **dict.fromkeys(("input", "output", "cached", "written", "reasoning"), count),
                "cached": st.column_config.NumberColumn(
                    format="localized", width=60, help="Input tokens read from the provider's cache."
                ),
                "written": st.column_config.NumberColumn(
                    format="localized", width=60, help="Input tokens written to the provider's cache."
                ),
            },
        )


def _feedback(turn: operations_pb2.Turn) -> None:
    st.header("Feedback", anchor=False)
    if not (thumb := rating(turn.summary.rating)):
        st.markdown("Nobody has given an opinion yet.")
        return
    st.badge(f"thumbs {thumb}", icon=f":material/thumb_{thumb}:", color="green" if thumb == "up" else "red")
    st.html(html_text(turn.feedback_reason or "No reason was given."))


if __name__ == "__main__":
    show()
