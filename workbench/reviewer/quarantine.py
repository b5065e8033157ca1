"""The demo's tab for what is quarantined: one suspect after the other, to be released or kept."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from nightdesk import ApiError, Client
from workbench import suspects
from workbench.components.formatting import breadcrumb, clock, document_kind, words
from workbench.components.suspicious_text import suspicious_text
from workbench.reviewer.errors import tell
from workbench.suspects import Suspect

Tab = tuple[Any, ...]
"""Values of: the choice among suspects, the panel, both buttons' row, the receipt."""
_EMPTY = "Nothing waits for a decision."


def suspect_html(suspect: Suspect, lines: frozenset[int] = frozenset()) -> str:
    """A suspect's reason, place, origin and text as safe HTML."""
    document, chunk = suspect.document, suspect.chunk
    facts = {
        "Reason": f'<span class="nd-badge nd-block">{html.escape(words(chunk.quarantine_reason))}</span>',
        "Place": html.escape(breadcrumb(document.title or document.document_id, chunk.heading_path)),
        "Document": f"{document_kind(document.kind)} <code>{html.escape(document.document_id)}</code>",
        "Sent by": html.escape(document.sent_by or "an unknown caller"),
        "Source": html.escape(document.source or "not given"),
        "Taken in": clock(document.ingest_time),
        "Decided by": html.escape(chunk.reviewed_by or "nobody yet"),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items())
    warning = (
        f'<p class="nd-warning" role="note">All {document.chunk_count} chunks of this document are suspect. Look at '
        "where it comes from before you release any of them.</p>"
        if suspect.whole_document
        else ""
    )
    return (
        f'<section class="nd-panel" aria-label="Suspect"><dl class="nd-facts">{rows}</dl>{warning}'
        f'<div class="nd-suspect">{suspicious_text(chunk.text, lines)}</div></section>'
    )


@dataclass(frozen=True, slots=True)
class QuarantineHandlers:
    """The tab's events, over one client of the server."""

    client: Client

    def load(self, chosen: str = "", receipt: str = "") -> Tab:
        """The suspects of now; `chosen` is shown, else the first that nobody has decided on."""
        try:
            found = suspects.suspects(self.client)
        except ApiError as error:
            tell(error)
            found = []
        found.sort(key=lambda suspect: suspect.decided)
        choices = [(_label(suspect), suspect.chunk.chunk_id) for suspect in found]
        ids = [chunk_id for _, chunk_id in choices]
        value = chosen if chosen in ids else next(iter(ids), None)
        shown = next((suspect for suspect in found if suspect.chunk.chunk_id == value), None)
        return gr.Radio(choices=choices, value=value), self._panel(shown), gr.Row(visible=bool(shown)), receipt

    def decide(self, chosen: str, *, release: bool) -> Tab:
        """Release the chosen suspect, or keep it; then the list as it is."""
        try:
            found = suspects.suspects(self.client)
            suspect = next((item for item in found if item.chunk.chunk_id == chosen), None)
            if suspect is not None:
                suspects.decide(self.client, suspect.document.document_id, chosen, release=release)
        except ApiError as error:
            tell(error)
            return self.load(chosen)
        if suspect is None:
            gr.Warning("It is not in quarantine any more.")
            return self.load()
        return self.load(receipt=f"{'Released' if release else 'Kept in quarantine'}: `{chosen.replace('`', '')}`")

    def _panel(self, suspect: Suspect | None) -> str:
        if suspect is None:
            return f'<section class="nd-panel" aria-label="Suspect"><p class="nd-empty">{_EMPTY}</p></section>'
        return suspect_html(suspect, suspects.suspicious_lines(self.client, suspect.chunk.text))


def quarantine_tab(client: Client) -> None:
    """Build the tab into the page that is open. Nothing is asked of the server before it is chosen."""
    handlers = QuarantineHandlers(client)
    with gr.Tab("Quarantine") as tab, gr.Row():
        with gr.Column(scale=2):
            choice = gr.Radio([], label="Suspects", elem_classes="nd-suspects")
            refresh = gr.Button("Refresh", size="sm")
        with gr.Column(scale=3):
            panel = gr.HTML()
            with gr.Row(visible=False) as buttons:
                release = gr.Button("Release", size="sm")
                keep = gr.Button("Keep in quarantine", size="sm")
            receipt = gr.Markdown()
    outputs = [choice, panel, buttons, receipt]
    options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on([tab.select, refresh.click], handlers.load, None, outputs, **options)
    # Not the receipt: that of a decision made meanwhile would be wiped out.
    choice.input(lambda chosen: handlers.load(chosen)[:-1], [choice], outputs[:-1], **options)
    for button, decision in ((release, True), (keep, False)):
        button.click(partial(handlers.decide, release=decision), [choice], outputs, **options)


def _label(suspect: Suspect) -> str:
    title = suspect.document.title or suspect.document.document_id
    kept = f", kept by {suspect.chunk.reviewed_by}" if suspect.decided else ""
    return f"{title}, chunk {suspect.chunk.ordinal}: {words(suspect.chunk.quarantine_reason)}{kept}"
