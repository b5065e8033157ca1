"""What happens when a reviewer sends a question, begins anew, or gives an opinion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from nightdesk import ApiError, Client
from nightdesk.v1 import chat_pb2
from workbench.reviewer.errors import tell
from workbench.reviewer.rendering import answer_markdown, panels, safe_markdown
from workbench.reviewer.turn_view import TurnView

Page = tuple[Any, ...]
"""Values of: question, session, conversation, the three panels, the opinion's column with its row for refusals, its
reason and its receipt."""


@dataclass(slots=True)
class Session:
    """One reviewer's conversation: what was said, and the turn that an opinion is about."""

    conversation_id: str = ""
    messages: list[dict[str, str]] = field(default_factory=list)
    turn_id: str = ""
    refused: bool = False


def fresh_page() -> Page:
    """The page before the first question."""
    return _page("", Session(), TurnView())


@dataclass(frozen=True, slots=True)
class Handlers:
    """The page's events, over one client of the server."""

    client: Client

    def ask(self, question: str, customer_tier: str, skip_cache: bool, session: Session) -> Iterator[Page]:
        """Answer one message: the whole page after every event of the turn.

        Where the call fails the page goes back to what it was, with the question still in its box.
        """
        if not question.strip():
            gr.Warning("Write a question first.")
            yield (gr.skip(),) * len(fresh_page())
            return
        view = TurnView()
        before = Session(session.conversation_id, session.messages)
        asked = [*session.messages, {"role": "user", "content": safe_markdown(question)}]
        try:
            events = self.client.chat(
                question,
                conversation_id=session.conversation_id,
                customer_tier=customer_tier.strip(),
                skip_cache=skip_cache,
            )
            for event in events:
                view.apply(event)
                answered = [*asked, {"role": "assistant", "content": answer_markdown(view)}]
                ended = view.turn_id if view.completed else ""
                yield _page("", Session(view.conversation_id, answered, ended, view.refused), view)
        except ApiError as error:
            yield _page(question, before, TurnView())
            tell(error)

    def give_opinion(self, rating: chat_pb2.Rating.ValueType, reason: str, session: Session) -> tuple[str, str]:
        """Send a thumb and its reason for the last turn; the reason's box is emptied once it is stored."""
        request = chat_pb2.SubmitFeedbackRequest(turn_id=session.turn_id, rating=rating, reason=reason)
        try:
            self.client.call(self.client.chats.SubmitFeedback, request)
        except ApiError as error:
            tell(error)
            return reason, ""
        thumb = "up" if rating == chat_pb2.RATING_UP else "down"
        return "", f"Thumbs {thumb} recorded. Another one replaces it."


def _page(question: str, session: Session, view: TurnView) -> Page:
    opinion = gr.Column(visible=bool(session.turn_id))
    refusal = gr.Row(visible=session.refused)
    return question, session, session.messages, *panels(view), opinion, refusal, "", ""
