"""Cuts retrieved passages into the statements that an extractive answer is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain import DocumentKind, Hit

MAX_WHOLE_WORDS = 90
"""Numbered steps and the answers of FAQs are one statement up to here: a single step or a bare "No." answers nothing.
"""

_HAS_WORD = re.compile(r"[^\W_]")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(.*)")
_RULE = re.compile(r"[\s|:]*-[\s|:-]*")
_BLOCK_END = re.compile(r"\n\s*\n|\n(?=#{1,6}\s)")
_TURN_END = re.compile(r"\n\s*\n|\n(?=(?:Agent|Customer):)")
_SPEAKER = re.compile(r"(Agent|Customer):\s+(.*)", re.DOTALL)
_GREETING = re.compile(r"\s*(?:hi|hello|hey|dear)\b[^.!?,\n]{0,40}[.!?,\n]\s*", re.IGNORECASE)
_SIGN_OFF = re.compile(r"\s*(?:(?:kind|best|warm)\s+)?(?:regards|wishes|cheers|sincerely)\b", re.IGNORECASE)
_LEANS_ON_QUESTION = re.compile(r"(?:yes|no|not|it|its|they|this|that|these|those|there)\b", re.IGNORECASE)
_MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|\\(?=[\W_])")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_SENTENCE_END = re.compile(
    r"(?<!e\.g\.)(?<!i\.e\.)(?<=[.!?…])[\"'\u201d\u2019)\]]{0,2}\s+(?=[\"'\u201c\u2018(\[]{0,2}[^\W_a-z])"
)
_BOILERPLATE = re.compile(r"(?:last\s+)?updated(?:\s+on)?:?\s+\w+.{0,30}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, a list's item, a table's row or a run of steps, as it may be shown.

    Attributes:
        passage: the position of its passage among those of the request, from 0.
        position: its place in the passage, from 0.
        lead: what must be read before it, or empty: the sentence that introduces its list, the question of an FAQ
            whose answer begins with "Yes" or "It".
        context: title and headings it stands under.
    """

    text: str
    passage: int
    position: int
    lead: str
    context: str


def split_statements(passages: Sequence[Hit]) -> list[Statement]:
    """The statements of all passages, in order. Of a ticket, only what an agent said: customers' words and the names
    and numbers in them are nobody else's business. What only introduces a list is no statement.
    """
    found = (statement for index, passage in enumerate(passages) for statement in _of_passage(index, passage))
    return [statement for statement in found if _HAS_WORD.search(statement.text) and statement.text[-1] != ":"]


def _of_passage(index: int, passage: Hit) -> Iterator[Statement]:
    base = " ".join(dict.fromkeys((passage.title, *passage.heading_path)))
    if passage.kind is DocumentKind.FAQ and len(passage.text.split()) <= MAX_WHOLE_WORDS:
        answer = _plain(passage.text)
        lead = passage.title if _LEANS_ON_QUESTION.match(answer) else ""
        yield Statement(answer, index, 0, lead, context="" if lead else passage.title)
        return
    text = _agents_words(passage.text) if passage.kind is DocumentKind.TICKET else passage.text
    position, heading, lead = 0, "", ""
    for block in _BLOCK_END.split(text):
        lines = [line for line in block.split("\n") if line.strip() and not _FENCE.match(line)]
        if lines and (titled := _HEADING.match(lines[0])):
            heading, lead = _plain(titled[1]), ""
            lines = lines[1:]
        for statement, is_item in _of_block(lines):
            yield Statement(statement, index, position, lead if is_item else "", f"{base} {heading}".strip())
            position += 1
            lead = lead if is_item else statement if statement.endswith(":") else ""


def _agents_words(text: str) -> str:
    """What agents said. Text before the first speaker's name, where a chunk was cut, belongs to nobody."""
    kept, speaker = [], ""
    for paragraph in _TURN_END.split(text):
        turn = _SPEAKER.match(paragraph)
        if turn:
            speaker = turn[1]
        if speaker == "Agent":
            words = _GREETING.sub("", turn[2] if turn else paragraph)
            kept.append("" if _SIGN_OFF.match(words) else words)
    return "\n\n".join(kept)


def _of_block(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each statement of a paragraph, list or table, and whether it is an item below a lead."""
    if lines and lines[0].lstrip().startswith("|"):
        yield from ((row, True) for row in _rows(lines))
        return
    first_item = next((number for number, line in enumerate(lines) if _ITEM.match(line)), len(lines))
    yield from ((sentence, False) for sentence in _prose(lines[:first_item]))
    yield from ((item, True) for item in _items(lines[first_item:]))


def _rows(lines: Sequence[str]) -> Iterator[str]:
    """Each row of a Markdown table as "first cell — header: value; header: value"; two columns need no header."""
    cells = [
        [_plain(cell) for cell in line.strip().strip("|").split("|")] for line in lines if not _RULE.fullmatch(line)
    ]
    header = cells[0] if cells else []
    for first, *values in cells[1:]:
        named = zip(header[1:], values, strict=False)
        labelled = [f"{name}: {value}" if name else value for name, value in named if value]
        text = "; ".join(labelled if len(header) > 2 else filter(None, values))
        yield _ended(f"{first} — {text}" if first and text else first or text)


def _items(lines: Sequence[str]) -> Iterator[str]:
    """The items of a list; numbered steps are kept together as long as they are few."""
    items: list[str] = []
    is_numbered = bool(lines) and bool(_ITEM.match(lines[0])) and lines[0].lstrip()[0].isdigit()
    for line in lines:
        item = _ITEM.match(line)
        if item:
            items.append(item[1])
        else:
            items[-1] += f" {line.strip()}"
    texts = [_ended(text) for text in map(_plain, items) if text]
    steps = " ".join(f"{number}. {text}" for number, text in enumerate(texts, start=1))
    if is_numbered and len(steps.split()) <= MAX_WHOLE_WORDS:
        yield steps
    else:
        yield from texts


def _prose(lines: Sequence[str]) -> Iterator[str]:
    """The sentences of a paragraph; where its lines are not wrapped prose, each line stands for itself."""
    texts = [" ".join(line.strip() for line in lines)] if _is_wrapped(lines) else lines
    for text in texts:
        for sentence in _SENTENCE_END.split(_plain(text)):
            if sentence and not _BOILERPLATE.fullmatch(sentence):
                yield _ended(sentence)


def _is_wrapped(lines: Sequence[str]) -> bool:
    if len(lines) < 3:
        return True
    longest = max(len(line) for line in lines)
    return any(line.lstrip()[0].islower() for line in lines[1:]) and all(
        len(line) > 0.6 * longest for line in lines[:-1]
    )


def _plain(text: str) -> str:
    """`text` without Markdown's marks."""
    return " ".join(_MARKUP.sub("", _LINK.sub(r"\1", text)).split())


def _ended(text: str) -> str:
    return text if text.rstrip("\"'\u201d\u2019)]").endswith((".", "!", "?", "…", ":")) else f"{text.rstrip(';,')}."
