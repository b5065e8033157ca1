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
_HTML = ("html_block", "html_inline")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDING = re.compile(
    r"<(\w{1,20})\b[^<>]{0,1000}?(?:\shidden\b|aria-hidden=[\"']?true|display\s*:\s*none|visibility\s*:\s*hidden|"
    r"font-size\s*:\s*[01](?:px|pt)?\s*[;\"']|opacity\s*:\s*0\s*[;\"']|[\"';\s]color\s*:\s*(?:white|transparent|#fff(?:fff)?)\b)"
    r"[^<>]{0,1000}>.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_FRONT_MATTER_TITLE = re.compile(r"^title:[ \t]*([\"']?)(.+?)\1[ \t]*$", re.MULTILINE)


def parse(text: str) -> ParsedDocument:
    """The title is the front matter's, else that of a heading of level 1 which begins the document.

    HTML comments, and HTML that hides itself, are told apart as hidden: no reader of the rendered page sees them.
    """
    title, text = _split_front_matter(text)
    hidden: list[str] = []
    blocks = [block for block in _blocks(text, hidden) if block.text.strip()]
    if not title and blocks and blocks[0].level == 1:
        title = blocks[0].text
    return ParsedDocument(title, build_sections(blocks), tuple(hidden))


def _split_front_matter(text: str) -> tuple[str, str]:
    matter = _FRONT_MATTER.match(text)
    if matter is None:
        return "", text
    title = _FRONT_MATTER_TITLE.search(matter.group(1))
    return (title.group(2) if title else ""), text[matter.end() :]


def _blocks(text: str, hidden: list[str]) -> Iterator[Block]:
    tokens = _BLOCKS.parse(text)
    lines = text.split("\n")
    _blank_hidden(tokens, lines, hidden)
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


def _blank_hidden(tokens: list[Token], lines: list[str], hidden: list[str]) -> None:
    """Move what no reader sees from `lines` to `hidden`, in place and without moving any line."""
    for token in tokens:
        if "<" not in token.content or not token.map or token.type not in ("html_block", "inline"):
            continue
        start, end = token.map
        source = "\n".join(lines[start:end])
        for found in _unseen(token):
            if found in source:
                hidden.append(_TAG.sub(" ", found.removeprefix("<!--").removesuffix("-->")))
                source = source.replace(found, "\n" * found.count("\n"), 1)
        lines[start:end] = source.split("\n")


def _unseen(token: Token) -> Iterator[str]:
    """The comments of a token that holds HTML, and its elements that hide themselves."""
    pieces = [token] if token.type == "html_block" else _inline(token.content)
    if all(piece.type == "text" for piece in pieces):
        return
    yield from (found.strip() for piece in pieces if piece.type in _HTML for found in _COMMENT.findall(piece.content))
    if any(piece.type in _HTML for piece in pieces):
        yield from (found.group() for found in _HIDING.finditer(token.content))
