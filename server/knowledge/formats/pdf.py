"""PDF: the text of each page, with headings told by the size of their letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from server.errors import UnreadableDocument
from server.knowledge.parsed import BODY, MAX_HEADING_CHARS, Block, ParsedDocument, build_sections
from server.knowledge.text import clean

HEADING_RATIO = 1.15
"""Letters this much larger than the body's make a heading."""
WRAPPED_RATIO = 0.85
"""A line that reaches this far across the page's text was wrapped, not ended."""
LINE_STEP, PARAGRAPH_STEP = 1.5, 2.2
"""Distances of two lines, in heights of a line: below the first they may be one paragraph, above the second not."""

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_HYPHEN_AT_LINE_END = "\ufffe"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page; `size` is the height of its letters, all lengths in points."""

    text: str
    page: int
    size: float
    bottom: float
    right: float


def parse(data: bytes) -> ParsedDocument:
    """The title is the one in the document's properties. Raises UnreadableDocument: ENCRYPTED or BROKEN."""
    try:
        document = pypdfium2.PdfDocument(data)
        pages = [_lines(document[index], index) for index in range(len(document))]
        title = clean(document.get_metadata_value("Title")).strip()
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadableDocument(
                "It is protected by a password.", reason="ENCRYPTED", fix="Save it without a password."
            ) from error
        raise UnreadableDocument(f"It is not a readable PDF: {error}", fix="Export it again.") from error
    lines = _without_running_titles(pages)
    return ParsedDocument(title, build_sections(_blocks(lines)))


def _lines(page: pypdfium2.PdfPage, index: int) -> list[_Line]:
    text_page = page.get_textpage()
    lines, position = [], 0
    for raw_line in text_page.get_text_range().split("\r\n"):
        text = clean(raw_line.translate(_LIGATURES)).strip()
        if text:
            first = position + len(raw_line) - len(raw_line.lstrip())
            _, bottom, _, top = text_page.get_charbox(first, loose=True)
            _, last_bottom, right, last_top = text_page.get_charbox(position + len(raw_line.rstrip()) - 1, loose=True)
            # A list's number may be larger than its text: a heading is large from end to end.
            lines.append(_Line(text, index, min(top - bottom, last_top - last_bottom), bottom, right))
        position += len(raw_line) + 2
    return lines


def _without_running_titles(pages: Sequence[Sequence[_Line]]) -> list[_Line]:
    """All lines but those that, apart from numbers, begin or end most pages alike."""

    def shape(line: _Line) -> str:
        return re.sub(r"\d+", "#", line.text)

    edges = Counter(key for page in pages if page for key in {shape(page[0]), shape(page[-1])})
    running = {key for key, count in edges.items() if count >= max(2, 0.6 * len(pages))}
    return [
        line
        for page in pages
        for place, line in enumerate(page)
        if place not in (0, len(page) - 1) or shape(line) not in running
    ]


def _blocks(lines: Sequence[_Line]) -> Iterator[Block]:
    if not lines:
        return
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    body_size = letters.most_common(1)[0][0]
    sizes = sorted({round(line.size) for line in lines if _is_heading(line, body_size)}, reverse=True)
    right = max(line.right for line in lines)
    text, previous = "", None
    for line in lines:
        if _is_heading(line, body_size):
            yield Block(BODY, text)
            yield Block(min(1 + sizes.index(round(line.size)), 6), line.text)
            text, previous = "", None
        else:
            text = line.text if previous is None else _join(text, previous, line, right)
            previous = line
    yield Block(BODY, text)


def _is_heading(line: _Line, body_size: float) -> bool:
    return line.size >= HEADING_RATIO * body_size and len(line.text) <= MAX_HEADING_CHARS


def _join(text: str, previous: _Line, line: _Line, right: float) -> str:
    """`text` with `line` behind it: in the same paragraph, on a line of its own, or as a new paragraph."""
    if text.endswith(_HYPHEN_AT_LINE_END):
        return text[:-1] + line.text
    step = (previous.bottom - line.bottom) / max(line.size, 1.0) if previous.page == line.page else LINE_STEP
    wrapped = previous.right >= WRAPPED_RATIO * right
    goes_on = line.text[0].islower() if previous.page != line.page else 0 <= step <= LINE_STEP
    if wrapped and goes_on:
        return f"{text} {line.text}"
    return f"{text}\n{line.text}" if 0 <= step <= PARAGRAPH_STEP else f"{text}\n\n{line.text}"
