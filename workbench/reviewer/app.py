"""The demo's page: a conversation on the left, all that came of its last turn on the right; what is quarantined."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import gradio as gr

from nightdesk import Client
from nightdesk.v1 import chat_pb2
from workbench.reviewer.handlers import Handlers, Session, fresh_page
from workbench.reviewer.quarantine import quarantine_tab
from workbench.reviewer.rendering import panels
from workbench.reviewer.turn_view import TurnView

STYLE = Path(__file__).with_name("style.css")
PARALLEL_TURNS = 16
WRONG_REFUSALS = ("Wrongly refused: it is harmless", "Wrongly refused: it is about the product")
"""Thumbs down with its reason in one click, shown beneath a refusal."""
HEAD = '<div class="nd-head"><h1>Reviewers\' demo</h1><p>Ask as a customer would, then say what you think.</p></div>'


def build(client: Client) -> gr.Blocks:
    """The page over this client. Nothing is asked of the server before somebody writes."""
    handlers = Handlers(client)
    page = gr.Blocks(title="Nightdesk demo", analytics_enabled=False, fill_width=True)
    with page:
        session = gr.State(Session())
        gr.HTML(HEAD)
        with gr.Tab("Conversation"), gr.Row():
            with gr.Column(scale=3):
                chat = _conversation()
                question = gr.Textbox(
                    label="Question", placeholder="How long does a refund take?", autofocus=True, submit_btn="Send"
                )
                with gr.Accordion("How the question is asked", open=False), gr.Row(equal_height=True):
                    tier = gr.Textbox(
                        label="Customer's tier",
                        value="",
                        placeholder="none",
                        max_length=64,
                        info="Routes may depend on it.",
                    )
                    skip = gr.Checkbox(label="Skip the cache", info="Answer anew, and do not keep the answer.")
                with gr.Column(visible=False) as opinion:
                    reason = gr.Textbox(
                        label="Reason (optional)", placeholder="What was good or wrong?", max_length=4096
                    )
                    with gr.Row():
                        up = gr.Button("Thumbs up", size="sm")
                        down = gr.Button("Thumbs down", size="sm")
                    with gr.Row(visible=False) as refusal:
                        wrong = [gr.Button(each, size="sm", variant="secondary") for each in WRONG_REFUSALS]
                    stored = gr.Markdown()
                new = gr.Button("New conversation", size="sm")
            with gr.Column(scale=2):
                facts, verdicts, citations = (gr.HTML(panel) for panel in panels(TurnView()))

        outputs = [question, session, chat, facts, verdicts, citations, opinion, refusal, reason, stored]
        asked = question.submit(
            handlers.ask,
            [question, tier, skip, session],
            outputs,
            concurrency_limit=PARALLEL_TURNS,
            show_progress="hidden",
            api_visibility="private",
        )
        gr.on(
            [new.click, chat.clear],
            fresh_page,
            None,
            outputs,
            cancels=asked,
            show_progress="hidden",
            api_visibility="private",
        )
        for button, rating in ((up, chat_pb2.RATING_UP), (down, chat_pb2.RATING_DOWN)):
            button.click(
                partial(handlers.give_opinion, rating),
                [reason, session],
                [reason, stored],
                show_progress="hidden",
                api_visibility="private",
            )
        for button, complaint in zip(wrong, WRONG_REFUSALS, strict=True):
            button.click(
                partial(handlers.give_opinion, chat_pb2.RATING_DOWN, complaint),
                [session],
                [reason, stored],
                show_progress="hidden",
                api_visibility="private",
            )
        quarantine_tab(client)
    return page


def theme() -> gr.themes.Base:
    """Fonts of the reader's machine: nothing is fetched from elsewhere."""
    return gr.themes.Base(
        primary_hue="indigo",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def _conversation() -> gr.Chatbot:
    return gr.Chatbot(
        label="Conversation",
        # It would lie over the first lines.
        show_label=False,
        height=560,
        latex_delimiters=[],
        allow_tags=False,
        feedback_options=None,
        buttons=["copy"],
        placeholder="No question yet.",
    )
