"""Cuts a document into chunks along its structure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.domain import Chunk, Document, Section
from server.knowledge.groups import Group, SizedSection, group_sections
from server.knowledge.parsed import shared_path
from server.knowledge.sentences import split_sentences
from server.knowledge.units import CountTokens, Unit

MIN_TOKENS = 256
MAX_TOKENS = 512
OVERLAP_TOKENS = 40
MAX_PREFIX_TOKENS = 128
"""Of title and headings in front of a chunk's text; they count towards MAX_TOKENS."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What will be a chunk: its text under its headings, and the title and headings that are searched with it.

    `token_count` is that of `text`, by the counter that it was cut with.
    """

    heading_path: tuple[str, ...]
    prefix: str
    text: str
    token_count: int


def cut(title: str, sections: Sequence[Section], count_tokens: CountTokens) -> Iterator[Passage]:
    """The passages of a document, in reading order.

    A passage with its prefix has at most MAX_TOKENS; sections are merged with their neighbours until they have
    MIN_TOKENS, and one that is cut in parts repeats up to OVERLAP_TOKENS of whole sentences at each cut. The headings
    of merged sections stand in the passage's text.
    """
    room = MAX_TOKENS - min(count_tokens(title), MAX_PREFIX_TOKENS)
    for group in group_sections(title, sections, MIN_TOKENS, room, count_tokens):
        prefix = _prefix(title, group.path, count_tokens)
        for text, tokens in _texts(group, _room(prefix, count_tokens), count_tokens):
            yield Passage(group.path, prefix, text, tokens)


def fitted(passages: Sequence[Passage], tokens: Sequence[int], count_tokens: CountTokens) -> Iterator[Passage]:
    """Passages that were cut by an estimate, with the true `tokens` of their texts; cut again where those are too many.

    `count_tokens` is what made `tokens`.
    """
    rooms = {prefix: _room(prefix, count_tokens) for prefix in {passage.prefix for passage in passages}}
    for passage, count in zip(passages, tokens, strict=True):
        if count <= rooms[passage.prefix]:
            yield replace(passage, token_count=count)
            continue
        # Some headings make more tokens than expected; what is left of them still says where the text is from.
        prefix = _shortened(passage.prefix, count_tokens)
        group = Group([SizedSection(Section((), passage.text), "", MAX_TOKENS, count_tokens)])
        for text, text_tokens in _texts(group, _room(prefix, count_tokens), count_tokens):
            yield Passage(passage.heading_path, prefix, text, text_tokens)


def make_chunks(document: Document, passages: Iterable[Passage]) -> list[Chunk]:
    """The passages as chunks of the document."""
    return [
        Chunk(
            id=f"{document.id}#{ordinal}-{document.content_hash[:8]}",
            document_id=document.id,
            ordinal=ordinal,
            heading_path=passage.heading_path,
            text=passage.text,
            search_text=f"{passage.prefix}\n{passage.text}" if passage.prefix else passage.text,
            token_count=passage.token_count,
        )
        for ordinal, passage in enumerate(passages)
    ]


def _room(prefix: str, count_tokens: CountTokens) -> int:
    """Tokens that a passage's text may have. The line break behind the prefix is a token or two."""
    return MAX_TOKENS - count_tokens(prefix) - 2


def _prefix(title: str, path: Sequence[str], count_tokens: CountTokens) -> str:
    return _shortened(" > ".join(part for part in (title, *path) if part), count_tokens)


def _shortened(prefix: str, count_tokens: CountTokens) -> str:
    while count_tokens(prefix) > MAX_PREFIX_TOKENS:
        prefix = prefix[: len(prefix) * 3 // 4]
    return prefix


def _texts(group: Group, room: int, count_tokens: CountTokens) -> Iterator[tuple[str, int]]:
    """The texts of a group's chunks, each of at most `room` tokens, with their tokens."""
    overlap: list[Unit] = []
    for run in _runs(list(_units(group, room, count_tokens)), room):
        yield from _verified(overlap, run, room, count_tokens)
        overlap = _overlap(run[-1], count_tokens)


def _units(group: Group, room: int, count_tokens: CountTokens) -> Iterator[Unit]:
    """The group's units, with the headings that its path does not hold."""
    shown = group.path
    for section in group.sections:
        for depth in range(len(shared_path(shown, section.path)), len(section.path)):
            heading = f"{'#' * min(depth + 2, 6)} {section.path[depth]}"
            yield Unit(heading, count_tokens(heading), is_prose=False)
        shown = section.path
        yield from section.units(room)


def _runs(units: Sequence[Unit], room: int) -> Iterator[list[Unit]]:
    """Runs of units of much the same size: as few as fit, and the last one no mere remainder."""
    costs = [unit.cost for unit in units]
    rest, limit = sum(costs), room - OVERLAP_TOKENS
    if rest <= room:
        yield list(units)
        return
    run: list[Unit] = []
    size, target = 0, _target(rest, limit)
    for unit, cost in zip(units, costs, strict=True):
        if run and (size >= target or size + cost > limit):
            yield run
            rest -= size
            run, size, target = [], 0, _target(rest, limit)
        run.append(unit)
        size += cost
    yield run


def _target(rest: int, limit: int) -> float:
    parts = max(-(-rest // limit), 1)
    return max(rest / parts, min(MIN_TOKENS, limit))


def _verified(overlap: list[Unit], run: list[Unit], room: int, count_tokens: CountTokens) -> Iterator[tuple[str, int]]:
    """The run behind its overlap; without it, then in halves, where the joined text has more than `room` tokens."""
    units = [*overlap, *run]
    text = units[0].text + "".join(unit.glue + unit.text for unit in units[1:])
    tokens = count_tokens(text) if len(units) > 1 else units[0].tokens
    if tokens <= room or len(units) == 1:
        yield text, tokens
    elif overlap:
        yield from _verified([], run, room, count_tokens)
    else:
        middle = len(run) // 2
        yield from _verified([], run[:middle], room, count_tokens)
        yield from _verified([], run[middle:], room, count_tokens)


def _overlap(unit: Unit, count_tokens: CountTokens) -> list[Unit]:
    """The last whole sentences of a unit, up to OVERLAP_TOKENS."""
    tail: list[str] = []
    rest = OVERLAP_TOKENS
    for sentence in reversed(split_sentences(unit.text) if unit.is_prose else []):
        rest -= count_tokens(sentence) + 1
        if rest < 0:
            break
        tail.insert(0, sentence)
    return [Unit(" ".join(tail), OVERLAP_TOKENS - rest)] if tail else []
