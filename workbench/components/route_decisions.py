"""Which models were to answer and why, and whose answer was given again."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st

from nightdesk.routings import chain_in_words
from nightdesk.turns import repeat_cost
from nightdesk.v1 import chat_pb2, common_pb2
from workbench.components.badges import Color
from workbench.components.formatting import cache_kind, escape_markdown

WITHOUT_A_RULE = ("default", "soft limit")


def decision_box(decision: chat_pb2.RouteDecision) -> None:
    """The chain, what decided for it, and the conditions with what they were held against."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(escape_markdown(decided_by(decision)), icon=":material/alt_route:", color=_color(decision))
        st.markdown(f"**{escape_markdown(chain_in_words(decision.chain))}**", width="content")
    if decision.reason:
        st.caption(escape_markdown(decision.reason))


def decided_by(decision: chat_pb2.RouteDecision) -> str:
    """ "route default: rule easy"."""
    rule = decision.rule if decision.rule in WITHOUT_A_RULE else f"rule {decision.rule}"
    return f"route {decision.route}: {rule}" if decision.route else f"the prompt version's routing: {rule}"


def cache_hit_box(hit: chat_pb2.CacheHit, usage: Sequence[common_pb2.Usage]) -> None:
    """That an earlier answer was given again, with the way to it and what the calls beside it cost."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(f"cache: {cache_kind(hit.kind)}", icon=":material/history:", color="blue")
        alike = f", similarity {hit.similarity:.3f}" if hit.kind == common_pb2.CACHE_KIND_SEMANTIC else ""
        st.markdown(f"answered before, {escape_markdown(repeat_cost(usage))}{alike}", width="content")
        # A page link from a page to itself shows the other turn but leaves the address as it was.
        st.html(f'<a href="turn?id={quote(hit.turn_id, safe="")}" target="_self">The first turn</a>', width="content")


def _color(decision: chat_pb2.RouteDecision) -> Color:
    return "orange" if decision.rule == "soft limit" else "violet"
