"""The passages beside an answer, the cited ones first to the eye."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence

import streamlit as st

from nightdesk.v1 import common_pb2
from workbench.components.formatting import breadcrumb, document_kind, escape_markdown, html_text, web_link


def citation_list(citations: Sequence[common_pb2.Citation], cited: Collection[str], expand: bool = True) -> None:
    """Every passage with its score; those whose chunk ids are in `cited` are marked, and open where `expand` is set."""
    for citation in citations:
        _citation(citation, citation.chunk_id in cited, expand)


def _citation(citation: common_pb2.Citation, cited: bool, expand: bool) -> None:
    place = escape_markdown(breadcrumb(citation.title, citation.heading_path))
    mark = ":green-badge[cited] " if cited else ""
    label = f"**\\[{citation.number}\\]** {place} {mark}:gray-badge[{citation.score:.2f}]"
    with st.expander(label, expanded=cited and expand):
        st.html(f'<div style="max-height: 16rem; overflow-y: auto">{html_text(citation.text)}</div>')
        st.html(_source(citation))


def _source(citation: common_pb2.Citation) -> str:
    parts = [document_kind(citation.kind), html.escape(citation.document_id)]
    if link := web_link(citation.uri):
        address = html.escape(link)
        parts.append(f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>')
    return f'<small style="opacity: 0.65">{" · ".join(parts)}</small>'
