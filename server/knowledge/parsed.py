"""What a document is once it is text: a title and sections under their headings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.domain import Section

BODY = 0
"""The level of a block that is no heading."""

MAX_HEADING_CHARS = 200
"""Longer "headings" are body text that somebody set large."""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """`title` is the document's own, empty where it has none. `sections` are in reading order, none without text.

    `hidden` are texts that the document holds but does not show its readers; they are in no section.
    """

    title: str
    sections: tuple[Section, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A heading of level 1 to 6, or body text (level BODY)."""

    level: int
    text: str


def shared_path(*paths: tuple[str, ...]) -> tuple[str, ...]:
    """The headings that all of the paths begin with."""
    shared = 0
    for headings in zip(*paths, strict=False):
        if len(set(headings)) > 1:
            break
        shared += 1
    return paths[0][:shared]


def build_sections(blocks: Iterable[Block]) -> tuple[Section, ...]:
    """Gather body text under its heading path. A heading with nothing below it becomes text, so that it is not lost."""
    sections: list[Section] = []
    headings: list[Block] = []
    body: list[str] = []
    childless = False

    def flush(next_level: int) -> None:
        path = tuple(heading.text for heading in headings)
        if body:
            sections.append(Section(path, "\n\n".join(body)))
            body.clear()
        elif childless and next_level <= headings[-1].level:
            sections.append(Section(path[:-1], path[-1]))

    for block in blocks:
        text = block.text.strip("\n") if block.level == BODY else " ".join(block.text.split())
        if not text.strip():
            continue
        if block.level == BODY or len(text) > MAX_HEADING_CHARS:
            body.append(text)
            childless = False
            continue
        flush(block.level)
        while headings and headings[-1].level >= block.level:
            headings.pop()
        headings.append(Block(block.level, text))
        childless = True
    flush(BODY)
    return tuple(sections)
