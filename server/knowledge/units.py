"""Cuts a section into the units that a chunk takes whole: paragraphs, lists, tables, code; smaller ones only where a
unit alone is larger than a chunk may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from server.knowledge.sentences import split_sentences

CountTokens = Callable[[str], int]

_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_LIST_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")


@dataclass(frozen=True, slots=True)
class Unit:
    """`glue` is what stands between the unit and the one before it; `is_prose` where it may be cut at sentences."""

    text: str
    tokens: int
    glue: str = "\n\n"
    is_prose: bool = True

    @property
    def cost(self) -> int:
        """Tokens with the glue's line breaks, each of which is a token in some vocabularies."""
        return self.tokens + self.glue.count("\n")


def split_units(text: str, limit: int, count_tokens: CountTokens) -> Iterator[Unit]:
    """The units of a section in order, each of at most `limit` tokens."""
    for block in _blocks(text):
        yield from _fitting(block, "\n\n", limit, count_tokens)


def _blocks(text: str) -> Iterator[str]:
    """What blank lines separate, fenced code kept whole."""
    block: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        if line.strip() or fence:
            block.append(line)
        elif block:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _fitting(text: str, glue: str, limit: int, count_tokens: CountTokens) -> Iterator[Unit]:
    tokens = count_tokens(text)
    is_code, is_table = bool(_FENCE.match(text)), text.lstrip().startswith("|")
    if tokens <= limit:
        yield Unit(text, tokens, glue, is_prose=not (is_code or is_table))
        return
    lines = text.split("\n")
    if len(lines) > 3 and (is_code or is_table):
        first, last = (lines[:1], lines[-1:]) if is_code else (lines[:2], [])
        frame = count_tokens("\n".join((*first, *last))) + 2
        if frame < limit // 2:
            rows = lines[len(first) : len(lines) - len(last)]
            yield from _framed(rows, first, last, limit - frame, count_tokens)
            return
    for piece, piece_glue in _pieces(text, lines, -(-tokens // limit)):
        yield from _fitting(piece, glue, limit, count_tokens)
        glue = piece_glue


def _framed(
    rows: Sequence[str], first: Sequence[str], last: Sequence[str], limit: int, count_tokens: CountTokens
) -> Iterator[Unit]:
    """A table or code in parts, each with the table's header or the code's fences."""

    def unit() -> Unit:
        text = "\n".join((*first, *part, *last))
        return Unit(text, count_tokens(text), is_prose=False)

    part: list[str] = []
    size = 0
    for row in rows:
        # A line's break is a token of its own in some vocabularies.
        tokens = count_tokens(row) + 1
        if part and size + tokens > limit:
            yield unit()
            part, size = [], 0
        if tokens > limit:
            yield from _fitting(row, "\n", limit, count_tokens)
        else:
            part.append(row)
            size += tokens
    if part:
        yield unit()


def _pieces(text: str, lines: Sequence[str], parts: int) -> Iterator[tuple[str, str]]:
    """The next smaller pieces of a text, each with the glue of what follows it; `parts` of them if it has no shape."""
    items = _list_items(lines)
    if len(items) > 1:
        yield from ((item, "\n") for item in items)
        return
    sentences = split_sentences(text)
    if len(sentences) > 1:
        yield from ((sentence, " ") for sentence in sentences)
        return
    start, size = 0, -(-len(text) // max(parts, 2))
    while len(text) - start > size:
        end = start + size
        space = max(text.rfind(" ", start + size // 2, end), text.rfind("\t", start + size // 2, end))
        cut = space if space > 0 else end
        yield text[start:cut].rstrip(), " " if space > 0 else ""
        start = cut + (space > 0)
    yield text[start:].lstrip(), ""


def _list_items(lines: Sequence[str]) -> list[str]:
    """A list's outermost items with all that belongs to them; one item where it is no list."""
    items: list[list[str]] = []
    for line in lines:
        if not items or _LIST_ITEM.match(line):
            items.append([])
        items[-1].append(line)
    return ["\n".join(item) for item in items]
