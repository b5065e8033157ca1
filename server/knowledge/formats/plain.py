"""text/plain: one section, paragraphs as they are."""

from __future__ import annotations

from server.knowledge.parsed import BODY, Block, ParsedDocument, build_sections


def parse(text: str) -> ParsedDocument:
    """Plain text has neither title nor headings."""
    return ParsedDocument("", build_sections([Block(BODY, text)]))
