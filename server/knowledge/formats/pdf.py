"""PDF: the text of each page, with headings told by the size of their letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from server.errors import UnreadableDocument
from server.knowledge.formats.pdf_hidden import hidden_characters
from server.knowledge.parsed import BODY, MAX_HEADING_CHARS, Block, ParsedDocument, build_sections
from server.knowledge.text import clean

HEADING_RATIO = 1.15
"""Letters this much larger than the body's make a heading."""
WRAPPED_RATIO = 0.85
"""A line that reaches this far across the page's text was wrapped, not ended."""
LINE_STEP, PARAGRAPH_STEP = 1.5, 2.2
"""Distances of two lines, in heights of a line: below the first they may be one paragraph, above the second not."""

EDGE_LINES = 3
"""Of a page's lines so many at the top and at the bottom may be running titles."""

_PAGE_NUMBER = re.compile(r"(?:page|seite|p\.)\s*\d+(?:\s*(?:of|/|von)\s*\d+)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d.,])\d{1,5}(?![\d.,]?\d)")
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
        hidden: list[str] = []
        pages = [_read_page(document, index, hidden) for index in range(len(document))]
        title = clean(document.get_metadata_value("Title")).strip()
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadableDocument(
                "It is protected by a password.", reason="ENCRYPTED", fix="Save it without a password."
            ) from error
        raise UnreadableDocument(f"It is not a readable PDF: {error}", fix="Export it again.") from error
    lines = _without_running_titles(pages)
    return ParsedDocument(title, build_sections(_blocks(lines)), tuple(hidden))


def _read_page(document: pypdfium2.PdfDocument, index: int, hidden: list[str]) -> list[_Line]:
    """The lines of a page that a reader sees; what else it holds goes to `hidden`."""
    page = document[index]
    text_page = page.get_textpage()
    try:
        return list(_lines(text_page, index, hidden_characters(page, text_page), hidden))
    finally:
        # A document may have ten thousand pages.
        text_page.close()
        page.close()


def _lines(text_page: pypdfium2.PdfTextPage, index: int, unseen: Set[int], hidden: list[str]) -> Iterator[_Line]:
    position = 0
    for raw_line in text_page.get_text_range().split("\r\n"):
        places = range(position, position + len(raw_line))
        position += len(raw_line) + 2
        if unseen and not unseen.isdisjoint(places):
            hidden.append("".join(raw_line[place - places.start] for place in places if place in unseen))
            shown = [place for place in places if place not in unseen]
        else:
            shown = list(places)
        while shown and raw_line[shown[0] - places.start].isspace():
            del shown[0]
        while shown and raw_line[shown[-1] - places.start].isspace():
            del shown[-1]
        text = clean("".join(raw_line[place - places.start] for place in shown).translate(_LIGATURES)).strip()
        if text:
            _, bottom, _, top = text_page.get_charbox(shown[0], loose=True)
            _, last_bottom, right, last_top = text_page.get_charbox(shown[-1], loose=True)
            # A list's number may be larger than its text: a heading is large from end to end.
            yield _Line(text, index, min(top - bottom, last_top - last_bottom), bottom, right)


def _without_running_titles(pages: Sequence[Sequence[_Line]]) -> list[_Line]:
    """All lines but those that stand at the edge of many pages alike, page numbers and all.

    Left and right pages may have different ones, so that 40 % of the pages are many.
    """
    edges = Counter(form for page in pages for form in {form for line in _edge_lines(page) for form in _forms(line)})
    needed = max(2, 0.4 * len(pages))
    running = {form for form, count in edges.items() if count >= needed}
    return [line for page in pages for line in _between_edges(page, running)]


def _edge_lines(page: Sequence[_Line]) -> Sequence[_Line]:
    return (*page[:EDGE_LINES], *page[-EDGE_LINES:])


def _between_edges(page: Sequence[_Line], running: Set[str]) -> Sequence[_Line]:
    """A page without the running lines at its top and bottom; as it is where nothing else is on it."""
    start, end = 0, len(page)
    while start < min(end, EDGE_LINES) and _is_running(page[start], running):
        start += 1
    while end > max(start, len(page) - EDGE_LINES) and _is_running(page[end - 1], running):
        end -= 1
    return page[start:end] if start < end else page


def _is_running(line: _Line, running: Set[str]) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(line.text)) or not running.isdisjoint(_forms(line))


def _forms(line: _Line) -> Iterator[str]:
    """The text, and the text with each of its numbers counted from the page's own: what a running title repeats."""
    yield line.text
    for number in _NUMBER.finditer(line.text):
        yield f"{line.text[: number.start()]}#{int(number.group()) - line.page}#{line.text[number.end() :]}"


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
