"""application/json: one question with its answer, or one past ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, StringConstraints, ValidationError

from server.domain import DocumentKind, Section
from server.errors import UnreadableDocument
from server.knowledge.parsed import ParsedDocument
from server.knowledge.text import clean

_Text = Annotated[str, StringConstraints(strip_whitespace=True)]
_SPEAKERS: Mapping[str, str] = {"user": "Customer", "customer": "Customer", "assistant": "Agent", "agent": "Agent"}


class _Faq(BaseModel):
    question: _Text
    answer: _Text


class _TicketMessage(BaseModel):
    role: _Text
    text: _Text


class _Ticket(BaseModel):
    title: _Text = ""
    messages: list[_TicketMessage]


def parse(text: str, kind: DocumentKind) -> ParsedDocument:
    """An FAQ is its answer under its question; a ticket has one section a message, which begins with who spoke.

    Raises UnreadableDocument: BROKEN, or UNSUPPORTED_MEDIA_TYPE where `kind` is neither FAQ nor ticket.
    """
    try:
        if kind is DocumentKind.FAQ:
            return _parse_faq(_Faq.model_validate_json(text))
        if kind is DocumentKind.TICKET:
            return _parse_ticket(_Ticket.model_validate_json(text))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableDocument(
            f"Its JSON is not a {kind.value}: {place + ': ' if place else ''}{first['msg']}",
            fix='Use {"question","answer"} or {"title","messages":[{"role","text"}]}.',
        ) from None
    raise UnreadableDocument(
        "JSON is taken for the kinds FAQ and TICKET only.",
        reason="UNSUPPORTED_MEDIA_TYPE",
        fix="Set the kind, or send Markdown.",
    )


def _parse_faq(faq: _Faq) -> ParsedDocument:
    question, answer = clean(faq.question), clean(faq.answer)
    sections = (Section((question,) if question else (), answer),) if answer else ()
    return ParsedDocument(question, sections)


def _parse_ticket(ticket: _Ticket) -> ParsedDocument:
    sections = tuple(
        Section((), f"{_SPEAKERS.get(message.role.lower(), message.role)}: {clean(message.text)}")
        for message in ticket.messages
        if message.text
    )
    return ParsedDocument(clean(ticket.title), sections)
