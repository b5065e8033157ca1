"""The sources of an answer, cut into what can support a statement: sentences, list items and cells of tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guardrails_config.detectors.grounding.polarity import negated
from guardrails_config.detectors.grounding.quantities import Quantity, quantities
from guardrails_config.detectors.grounding.words import content_stems, is_english, stem, words

_SENTENCE_END = re.compile(r"(?<=[.!?…;])[\"'\u201d\u2019)*_]{0,3}\s+(?=[\"'\u201c\u2018(\[*_]{0,3}\w)")
_CLAUSE_END = re.compile(r"(?:,|;|:)? (?:and|while|whereas|but)\b |[;,] ")
_START = re.compile(r"(?<=[.!?…;:|])\s+|\n+")
_TURN = re.compile(r",? (?:but|so)\b |, |; |: ")
_MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|^\s*(?:[-*+•>]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"[\s|:]*-[\s|:-]*")
_KEPT = 256
"""Sources whose units are kept, as every sentence of an answer is compared with the same ones."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a source that says one thing.

    `stems` are of its own words, `around` of its headings and its table's labels as well. `names` are those words of it
    that are written like names, as stems. `negated` is None where a heading turns it around ("What cannot be done").
    `whole` where its parts are units as well, each with its own numbers.
    """

    text: str
    stems: frozenset[str]
    around: frozenset[str]
    names: frozenset[str]
    quantities: tuple[Quantity, ...]
    negated: bool | None
    asks: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Source:
    """`letters` are all letters and digits of the text; `starts` are where in it a sentence or cell begins."""

    units: tuple[Unit, ...]
    names: frozenset[str]
    english: bool
    letters: str
    starts: frozenset[int]

    def quotes(self, letters: str) -> bool:
        found = self.letters.find(letters)
        while found >= 0 and found not in self.starts:
            found = self.letters.find(letters, found + 1)
        return found >= 0


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources of one answer. `counts` tells in how many units a stem occurs, `names` are all that is named."""

    all: tuple[Source, ...]
    units: tuple[Unit, ...]
    counts: Counter[str]
    names: frozenset[str]
    english: bool

    def quote(self, text: str) -> bool:
        """Whether a text stands in one of them, from the beginning of a sentence on; blanks and marks do not count."""
        letters = _letters(text)
        return any(source.quotes(letters) for source in self.all)


@lru_cache(maxsize=32)
def read_sources(texts: tuple[str, ...]) -> Sources:
    read = [_read(text) for text in texts if text.strip()]
    units = tuple(unit for source in read for unit in source.units)
    counts = Counter(found for unit in units for found in unit.around)
    names = frozenset(name for source in read for name in source.names)
    return Sources(tuple(read), units, counts, names, any(source.english for source in read))


def clauses(text: str) -> list[str]:
    """A sentence, or its parts where it has more than one number, so that each is read with its own words."""
    if len(quantities(text)) < 2:
        return [text]
    parts: list[str] = []
    for part in _CLAUSE_END.split(text):
        if parts and (len(words(part)) < 2 or not quantities(parts[-1])):
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts


def number_word(quantity: Quantity) -> str:
    """A number as one of the words of a unit."""
    return f"#{quantity.written:g}"


def turns(text: str) -> list[str]:
    """A sentence's parts, of which one may say what is and another what is not."""
    return [part for part in _TURN.split(text) if len(words(part)) > 2] or [text]


def names_in(text: str, *, first_too: bool = False) -> frozenset[str]:
    """Stems of words that are written with a capital letter although no sentence begins there."""
    found = words(text)
    return frozenset(
        stem(word.lower()) for word in (found if first_too else found[1:]) if word[0].isupper() and word not in ("I",)
    )


@lru_cache(maxsize=_KEPT)
def _read(text: str) -> Source:
    units = tuple(_units(text))
    starts, letters = {0}, ""
    for piece in _START.split(text):
        letters += _letters(piece)
        starts.add(len(letters))
    names = frozenset(name for unit in units for name in unit.names)
    return Source(units, names, is_english(text), letters, frozenset(starts))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _units(text: str) -> Iterator[Unit]:
    heading = ""
    header: Sequence[str] = ()
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or _RULE.fullmatch(stripped):
            header = header if stripped else ()
        elif stripped.startswith("#"):
            heading = stripped.lstrip("# ")
            yield _unit(heading, "")
        elif stripped.startswith("|") and stripped.endswith("|"):
            cells = [_MARKUP.sub("", cell.strip()) for cell in stripped.strip("|").split("|")]
            if not header:
                header = cells
                continue
            yield from _row(cells, header, heading)
        else:
            for sentence in _SENTENCE_END.split(_MARKUP.sub("", stripped)):
                yield from _sentence(sentence, heading)


def _sentence(sentence: str, heading: str) -> Iterator[Unit]:
    """A sentence, and its parts where it has several numbers or turns from what is to what is not."""
    parts = clauses(sentence)
    if negated(sentence):
        parts = [turn for part in parts for turn in turns(part)]
    yield _unit(sentence, heading, heading, whole=len(parts) > 1)
    if len(parts) > 1:
        named = [names_in(part, first_too=True) for part in parts]
        for number, part in enumerate(parts):
            elsewhere = frozenset().union(*named[:number], *named[number + 1 :]) - named[number]
            yield _unit(part, f"{heading} {sentence}", heading, without=elsewhere)


def _row(cells: Sequence[str], header: Sequence[str], heading: str) -> Iterator[Unit]:
    """A table's row as a whole, and each cell with the labels of its row and column."""
    yield _unit("; ".join(cells), f"{heading} {' '.join(header)}", whole=len(cells) > 2)
    for label, cell in zip(header[1:], cells[1:], strict=False):
        yield _unit(f"{cells[0]}, {label}: {cell}", heading, label=label)


def _unit(
    text: str,
    around: str,
    heading: str = "",
    *,
    label: str = "",
    without: frozenset[str] = frozenset(),
    whole: bool = False,
) -> Unit:
    counted = tuple(quantities(text))
    stems = content_stems(text) | frozenset(map(number_word, counted))
    named = names_in(text) | (names_in(label, first_too=True) if label else frozenset())
    turned = None if negated(heading) and not negated(text) else negated(text)
    asks = text.rstrip().endswith("?")
    return Unit(text, stems, stems | (content_stems(around) - without), named, counted, turned, asks, whole)
