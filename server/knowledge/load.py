"""A document's bytes to its text: which format reads which media type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from server.domain import DocumentKind, Section
from server.errors import UnreadableDocument
from server.knowledge.parsed import ParsedDocument
from server.knowledge.text import clean, decode, smuggled

PDF = "application/pdf"
MEDIA_TYPES = (
    "text/markdown",
    "text/html",
    "text/plain",
    PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/json",
)

MAX_TITLE_CHARACTERS = 500
MAX_HIDDEN_CHARACTERS = 64 * 1024
"""Of hidden texts so much is kept, to be screened."""


def load(data: bytes, media_type: str, kind: DocumentKind) -> ParsedDocument:
    """Read a document. It takes as much time and memory as its bytes make it: a server goes through ParserPool.

    Raises UnreadableDocument with reason EMPTY, BROKEN, ENCRYPTED, BINARY, NOT_UTF8, TOO_LARGE or
    UNSUPPORTED_MEDIA_TYPE.
    """
    media_type = media_type.partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UnreadableDocument(
            f"The media type {media_type!r} is not supported.",
            reason="UNSUPPORTED_MEDIA_TYPE",
            fix=f"Send one of {', '.join(MEDIA_TYPES)}.",
        )
    parsed = _cleaned(_read(data, media_type, kind)) if data.strip() else ParsedDocument("", ())
    if not parsed.sections:
        fix = "If it was scanned, run text recognition (OCR) on it first." if media_type == PDF else ""
        raise UnreadableDocument("It holds no text.", reason="EMPTY", fix=fix)
    return parsed


# Each format brings its own libraries, and a process pays only for those that its documents need.
# ruff: noqa: PLC0415
def _read(data: bytes, media_type: str, kind: DocumentKind) -> ParsedDocument:
    match media_type:
        case "application/pdf":
            from server.knowledge.formats import pdf

            return pdf.parse(data)
        case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
            from server.knowledge.formats import docx

            return docx.parse(data)
        case _:
            text = decode(data)
            parsed = _read_text(clean(text), media_type, kind)
            return replace(parsed, hidden=(*parsed.hidden, *smuggled(text)))


def _read_text(text: str, media_type: str, kind: DocumentKind) -> ParsedDocument:
    match media_type:
        case "text/markdown":
            from server.knowledge.formats import markdown

            return markdown.parse(text)
        case "text/html":
            from server.knowledge.formats import html

            return html.parse(text)
        case "application/json":
            from server.knowledge.formats import records

            return records.parse(text, kind)
        case _:
            from server.knowledge.formats import plain

            return plain.parse(text)


def _cleaned(parsed: ParsedDocument) -> ParsedDocument:
    """Without the invisible characters that only the format's own notation brought in, such as HTML's `&#8203;`."""
    sections = (
        Section(tuple(clean(heading) for heading in section.heading_path), clean(section.text))
        for section in parsed.sections
    )
    texts = (text for section in parsed.sections for text in (*section.heading_path, section.text))
    hidden = (*parsed.hidden, *(found for text in (parsed.title, *texts) for found in smuggled(text)))
    return ParsedDocument(
        clean(parsed.title)[:MAX_TITLE_CHARACTERS],
        tuple(section for section in sections if section.text.strip()),
        _bounded(hidden),
    )


def _bounded(hidden: Iterable[str]) -> tuple[str, ...]:
    """The hidden texts that hold words, each once, up to MAX_HIDDEN_CHARACTERS together."""
    kept: list[str] = []
    room = MAX_HIDDEN_CHARACTERS
    for text in dict.fromkeys(clean(text).strip() for text in hidden):
        if room > 0 and any(character.isalpha() for character in text):
            kept.append(text[:room])
            room -= len(text)
    return tuple(kept)
