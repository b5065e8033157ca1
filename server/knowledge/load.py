"""A document's bytes to its text: which format reads which media type."""

from __future__ import annotations

from server.domain import DocumentKind
from server.errors import UnreadableDocument
from server.knowledge.parsed import ParsedDocument
from server.knowledge.text import decode

PDF = "application/pdf"
MEDIA_TYPES = (
    "text/markdown",
    "text/html",
    "text/plain",
    PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/json",
)


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
    parsed = _read(data, media_type, kind) if data.strip() else ParsedDocument("", ())
    if not parsed.sections:
        fix = "If it was scanned, run text recognition (OCR) on it first." if media_type == PDF else ""
        raise UnreadableDocument("It holds no text.", reason="EMPTY", fix=fix)
    return parsed


# Each format brings its own libraries, and a process pays only for those that its documents need.
# ruff: noqa: PLC0415
def _read(data: bytes, media_type: str, kind: DocumentKind) -> ParsedDocument:
    match media_type:
        case "text/markdown":
            from server.knowledge.formats import markdown

            return markdown.parse(decode(data))
        case "text/html":
            from server.knowledge.formats import html

            return html.parse(decode(data))
        case "text/plain":
            from server.knowledge.formats import plain

            return plain.parse(decode(data))
        case "application/json":
            from server.knowledge.formats import records

            return records.parse(decode(data), kind)
        case "application/pdf":
            from server.knowledge.formats import pdf

            return pdf.parse(data)
        case _:
            from server.knowledge.formats import docx

            return docx.parse(data)
