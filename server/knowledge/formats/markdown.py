"""text/markdown: headings become heading paths, everything between them stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from server.knowledge.parsed import BODY, Block, ParsedDocument, build_sections

# Inline markup matters in headings and comments only, and parsing it everywhere takes most of the time.
_BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
_INLINE = MarkdownIt("commonmark")

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_MATTER_TITLE = re.compile(r"^title:[ \t]*([\"']?)(.+?)\1[ \t]*$", re.MULTILINE)


def parse(text: str) -> ParsedDocument:
    """The title is the front matter's, else that of a heading of level 1 which begins the document.

    HTML comments are left out: no reader of the rendered page sees them.
    """
    title, text = _split_front_matter(text)
    blocks = [block for block in _blocks(text) if block.text.strip()]
    if not title and blocks and blocks[0].level == 1:
        title = blocks[0].text
    return ParsedDocument(title, build_sections(blocks))


def _split_front_matter(text: str) -> tuple[str, str]:
    matter = _FRONT_MATTER.match(text)
    if matter is None:
        return "", text
    title = _FRONT_MATTER_TITLE.search(matter.group(1))
    return (title.group(2) if title else ""), text[matter.end() :]


def _blocks(text: str) -> Iterator[Block]:
    tokens = _BLOCKS.parse(text)
    lines = text.split("\n")
    _blank_comments(tokens, lines)
    position = 0
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            start, end = token.map
            yield Block(BODY, "\n".join(lines[position:start]))
            yield Block(int(token.tag[1:]), _plain(tokens[index + 1].content))
            position = end
    yield Block(BODY, "\n".join(lines[position:]))


def _inline(source: str) -> list[Token]:
    return _INLINE.parseInline(source)[0].children or []


def _plain(source: str) -> str:
    """The text of a heading without its markup."""
    return "".join(" " if token.type == "softbreak" else token.content for token in _inline(source))


def _blank_comments(tokens: list[Token], lines: list[str]) -> None:
    """Remove HTML comments from `lines`, in place and without moving any line."""
    for token in tokens:
        if "<!--" not in token.content or not token.map or token.type not in ("html_block", "inline"):
            continue
        pieces = [token] if token.type == "html_block" else _inline(token.content)
        start, end = token.map
        source = "\n".join(lines[start:end])
        for piece in pieces:
            comment = piece.content.strip()
            if comment.startswith("<!--"):
                source = source.replace(comment, "\n" * comment.count("\n"), 1)
        lines[start:end] = source.split("\n")
