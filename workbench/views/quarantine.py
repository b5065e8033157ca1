"""Quarantine: what the context rails keep from customers, and the decision on each chunk of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from nightdesk.v1 import ingest_pb2
from workbench import suspects
from workbench.components.connection import client
from workbench.components.formatting import breadcrumb, clock, document_kind, escape_markdown, words
from workbench.components.messages import empty_state, server_errors
from workbench.components.suspicious_text import suspicious_text
from workbench.suspects import Suspect

TO_DECIDE, KEPT = "To decide", "Kept"
DONE = "quarantine.done"


def show() -> None:
    title, controls = st.columns([3, 2], vertical_alignment="bottom")
    title.title("Quarantine", anchor=False)
    with controls.container(horizontal=True, horizontal_alignment="right"):
        shown = st.segmented_control("Shown", [TO_DECIDE, KEPT], default=TO_DECIDE, required=True)
    if done := st.session_state.pop(DONE, ""):
        st.toast(done, icon=":material/check:")
    with server_errors():
        found = suspects.suspects(client())
    chosen = [suspect for suspect in found if suspect.decided is (shown == KEPT)]
    st.caption(
        f"{len(chosen)} of {len(found)} suspects. None of them is retrieved. A released chunk is, and no rail keeps it "
        "from an answer; a new version of its document is screened again."
    )
    if not chosen:
        _nothing(shown or TO_DECIDE)
    for _, group in groupby(chosen, key=lambda suspect: suspect.document.document_id):
        _document(list(group))
    _any_document()


def _nothing(shown: str) -> None:
    if shown == KEPT:
        empty_state("Nobody has kept a chunk in quarantine yet", "What you keep is listed here, to be released later.")
    else:
        empty_state(
            "Nothing waits for a decision",
            "Documents are screened when they are taken in. What looks like an instruction to the model, hides text, "
            "or carries a conversation away is held here. In a terminal:",
            "nightdesk documents list --quarantined",
        )


def _document(group: Sequence[Suspect]) -> None:
    document = group[0].document
    with st.container(border=True):
        st.subheader(escape_markdown(document.title or document.document_id), anchor=False)
        st.caption(_origin(document))
        if group[0].whole_document:
            st.warning(
                f"All {document.chunk_count} chunks of this document are suspect. Look at where it comes from before "
                "you release any of them.",
                icon=":material/warning:",
            )
        for suspect in group:
            _chunk(document.document_id, suspect.chunk)


def _origin(document: ingest_pb2.DocumentSummary) -> str:
    parts = [
        f"{document_kind(document.kind)} `{document.document_id}`",
        f"sent by {escape_markdown(document.sent_by or 'an unknown caller')}",
        f"from {escape_markdown(document.source)}" if document.source else "",
        clock(document.ingest_time),
        f"kept for {escape_markdown(', '.join(document.access_groups))}" if document.access_groups else "",
    ]
    return " · ".join(filter(None, parts))


def _chunk(document_id: str, chunk: ingest_pb2.DocumentChunk) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if chunk.quarantine_reason:
            st.badge(words(chunk.quarantine_reason), icon=":material/block:", color="red")
        elif chunk.reviewed_by:
            st.badge("released", icon=":material/check:", color="green")
        place = breadcrumb(f"chunk {chunk.ordinal}", chunk.heading_path)
        reviewed = f" · decided by {chunk.reviewed_by}" if chunk.reviewed_by else ""
        st.markdown(escape_markdown(f"{place} · {chunk.token_count} tokens{reviewed}"), width="content")
    with server_errors():
        lines = _suspicious_lines(chunk.text) if chunk.quarantine_reason else frozenset[int]()
    st.html(suspicious_text(chunk.text, lines))
    with st.container(horizontal=True):
        if chunk.quarantine_reason:
            _button(document_id, chunk, "Release", release=True)
        if not (chunk.quarantine_reason and chunk.reviewed_by):
            _button(document_id, chunk, "Keep" if chunk.quarantine_reason else "Quarantine", release=False)


def _button(document_id: str, chunk: ingest_pb2.DocumentChunk, label: str, *, release: bool) -> None:
    if st.button(label, key=f"{label} {chunk.chunk_id}", help=f"{label} {escape_markdown(chunk.chunk_id)}"):
        with server_errors():
            suspects.decide(client(), document_id, chunk.chunk_id, release=release)
        st.session_state[DONE] = f"{'Released' if release else 'In quarantine'}: {escape_markdown(chunk.chunk_id)}"
        st.rerun()


def _any_document() -> None:
    st.header("Any document", anchor=False)
    document_id = st.text_input("Document", placeholder="Its id, to see its chunks and quarantine one by hand")
    if document_id:
        with server_errors():
            found = suspects.chunks(client(), document_id)
        for chunk in found:
            if not chunk.quarantine_reason:
                with st.container(border=True):
                    _chunk(document_id, chunk)
        if any(chunk.quarantine_reason for chunk in found):
            st.caption("Its quarantined chunks are above.")


@st.cache_data(max_entries=1000, ttl=600, show_spinner=False)
def _suspicious_lines(text: str) -> frozenset[int]:
    return suspects.suspicious_lines(client(), text)


if __name__ == "__main__":
    show()
