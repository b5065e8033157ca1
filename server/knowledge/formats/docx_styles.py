"""What a Word document's styles and numbering say of a paragraph or a run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

TINY_HALF_POINTS = 5
"""Letters of at most this size, in half points, are not read by anybody."""

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_NO_LIST = "0"


@dataclass(frozen=True, slots=True)
class Style:
    """`level` is that of a heading, 1 to 6, or 0. `numbering` is (number id, depth) where it makes list items."""

    level: int = 0
    numbering: tuple[str, int] | None = None
    hidden: bool = False
    white: bool = False


class Styles:
    """The styles of a document by id, each with what it takes over from those that it is based on."""

    def __init__(self, part: Element | None) -> None:
        self._elements = (
            {} if part is None else {style.get(f"{W}styleId", ""): style for style in part.iter(f"{W}style")}
        )
        self._known: dict[str, Style] = {}

    def __getitem__(self, style_id: str) -> Style:
        if style_id not in self._known:
            self._known[style_id] = Style()  # A style that is based on itself, by whatever way, ends here.
            element = self._elements.get(style_id)
            if element is not None:
                based_on = value(element.find(f"{W}basedOn"))
                self._known[style_id] = _read(element, self[based_on] if based_on else Style())
        return self._known[style_id]


def _read(element: Element, base: Style) -> Style:
    name = value(element.find(f"{W}name"))
    heading = _HEADING.fullmatch(name)
    level = min(int(heading[1]), 6) if heading else 1 if name.lower() == "title" else base.level
    outline = element.find(f"{W}pPr/{W}outlineLvl")
    if not level and outline is not None and value(outline).isdigit() and int(value(outline)) < 9:
        level = min(int(value(outline)) + 1, 6)
    run = element.find(f"{W}rPr")
    return Style(
        level,
        numbering(element.find(f"{W}pPr"), base.numbering),
        hidden=is_hidden(run, base.hidden),
        white=is_white(run, base.white),
    )


def value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")


def numbering(properties: Element | None, default: tuple[str, int] | None = None) -> tuple[str, int] | None:
    """The list that a paragraph's properties put it in: (number id, depth from 0)."""
    found = None if properties is None else properties.find(f"{W}numPr")
    if found is None:
        return default
    number = value(found.find(f"{W}numId")) or (default[0] if default else _NO_LIST)
    depth = value(found.find(f"{W}ilvl"))
    return None if number == _NO_LIST else (number, min(int(depth), 8) if depth.isdigit() else 0)


def is_hidden(properties: Element | None, default: bool = False) -> bool:
    """Whether a run is marked as hidden, or its letters are too small to be read."""
    if properties is None:
        return default
    for name in ("vanish", "webHidden", "specVanish"):
        mark = properties.find(f"{W}{name}")
        if mark is not None:
            return value(mark) not in ("0", "false", "off")
    size = value(properties.find(f"{W}sz"))
    return int(size) <= TINY_HALF_POINTS if size.isdigit() else default


def is_white(properties: Element | None, default: bool = False) -> bool:
    """Whether the letters are as white as paper."""
    color = value(None if properties is None else properties.find(f"{W}color"))
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", color):
        return default
    return all(int(color[place : place + 2], 16) >= 0xFA for place in (0, 2, 4))


def is_shaded(properties: Element | None) -> bool:
    """Whether something else than white paper lies behind the letters."""
    if properties is None:
        return False
    shade = properties.find(f"{W}shd")
    fill = "" if shade is None else shade.get(f"{W}fill", "")
    highlight = value(properties.find(f"{W}highlight"))
    return fill.lower() not in ("", "auto", "ffffff") or highlight not in ("", "none", "white")


def ordered_lists(part: Element | None) -> Mapping[tuple[str, int], bool]:
    """Which lists are numbered, rather than bulleted, by (number id, depth)."""
    if part is None:
        return {}
    abstract: dict[str, dict[int, bool]] = {}
    for definition in part.iter(f"{W}abstractNum"):
        levels = abstract.setdefault(definition.get(f"{W}abstractNumId", ""), {})
        for level in definition.iter(f"{W}lvl"):
            depth = level.get(f"{W}ilvl", "")
            if depth.isdigit():
                levels[int(depth)] = value(level.find(f"{W}numFmt")) not in ("bullet", "none", "")
    return {
        (number.get(f"{W}numId", ""), depth): ordered
        for number in part.iter(f"{W}num")
        for depth, ordered in abstract.get(value(number.find(f"{W}abstractNumId")), {}).items()
    }
