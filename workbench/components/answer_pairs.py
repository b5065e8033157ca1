"""Two versions' answers side by side, with what differs between them marked."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from workbench.comparison import Answer, Pair
from workbench.components.badges import outcome_badge
from workbench.components.citations import citation_list
from workbench.components.difference import similarity, word_difference
from workbench.components.formatting import UNPRICED, duration, finish_reason, html_text, money, percentage


def pair_summary(pairs: Sequence[Pair]) -> None:
    """Both versions' counts, cost and latency over all questions."""
    rows = [_summary([pair.left for pair in pairs], "A"), _summary([pair.right for pair in pairs], "B")]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Both versions over all questions")


def pair_detail(pair: Pair, marked: bool) -> None:
    """One question with both answers; `marked` highlights the words that only one of them has."""
    with st.container(border=True):
        st.html(f"<strong>{html_text(pair.question)}</strong>")
        shared = similarity(pair.left.text, pair.right.text)
        st.caption(f"{percentage(shared, 1)} of the words are the same" if shared < 1 else "Both answers are the same")
        if marked:
            left, right = word_difference(pair.left.text, pair.right.text)
        else:
            left, right = html_text(pair.left.text), html_text(pair.right.text)
        columns = st.columns(2, gap="medium")
        for column, side, answer, text in zip(columns, "AB", (pair.left, pair.right), (left, right), strict=True):
            with column:
                _answer(side, answer, text)


def _answer(side: str, answer: Answer, text: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{side} · v{answer.version}**", width="content")
        if answer.error:
            st.badge("failed", color="red")
        else:
            outcome_badge(answer.finish_reason, answer.refusal_category)
            st.caption(f"{duration(answer.latency)} · {_plain_money(answer.cost_nanos)}", width="content")
            st.page_link("views/turn.py", label="Turn", query_params={"id": answer.turn_id})
    if answer.error:
        st.html(html_text(answer.error))
        return
    st.html(text)
    cited = [citation for citation in answer.citations if citation.chunk_id in answer.cited]
    with st.expander(f"{len(answer.citations)} passages, {len(cited)} cited"):
        citation_list(answer.citations, answer.cited, expand=False)


def _summary(answers: Sequence[Answer], side: str) -> dict[str, object]:
    good = [answer for answer in answers if not answer.error]
    outcomes = [finish_reason(answer.finish_reason) for answer in good]
    costs = [answer.cost_nanos for answer in good]
    latencies = sorted(answer.latency for answer in good if answer.latency is not None)
    return {
        "side": side,
        "version": f"v{answers[0].version}",
        "answered": outcomes.count("answered"),
        "refused": outcomes.count("refused"),
        "unanswered": outcomes.count("unanswered"),
        "failed": len(answers) - len(good),
        "cost": UNPRICED if None in costs else money(sum(cost for cost in costs if cost is not None)),
        "slowest turn": duration(latencies[-1] if latencies else None),
    }


def _plain_money(nanos: int | None) -> str:
    """Captions are Markdown, in which two dollar signs would make a formula."""
    return money(nanos).replace("$", "\\$")
