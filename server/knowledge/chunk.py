"""Cuts a document into chunks along its structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.domain import Chunk, Document
from server.knowledge.groups import Group, group_sections
from server.knowledge.parsed import ParsedDocument, shared_path
from server.knowledge.sentences import split_sentences
from server.knowledge.units import CountTokens, Unit

MIN_TOKENS = 256
MAX_TOKENS = 512
OVERLAP_TOKENS = 40
MAX_PREFIX_TOKENS = 128
"""Of title and headings in front of a chunk's text; they count towards MAX_TOKENS."""


def chunk_document(document: Document, parsed: ParsedDocument, count_tokens: CountTokens) -> list[Chunk]:
    """The chunks of a document, in reading order.

    A chunk's `search_text` has at most MAX_TOKENS; sections are merged with their neighbours until they have
    MIN_TOKENS, and one that is cut in parts repeats up to OVERLAP_TOKENS of whole sentences at each cut. The headings
    of merged sections stand in the chunk's text.
    """
    chunks: list[Chunk] = []
    room = MAX_TOKENS - min(count_tokens(document.title), MAX_PREFIX_TOKENS)
    for group in group_sections(document.title, parsed.sections, MIN_TOKENS, room, count_tokens):
        prefix = _prefix(document.title, group.path, count_tokens)
        # The line break after the prefix is a token or two.
        for text, tokens in _texts(group, MAX_TOKENS - count_tokens(prefix) - 2, count_tokens):
            chunks.append(
                Chunk(
                    id=f"{document.id}#{len(chunks)}-{document.content_hash[:8]}",
                    document_id=document.id,
                    ordinal=len(chunks),
                    heading_path=group.path,
                    text=text,
                    search_text=f"{prefix}\n{text}" if prefix else text,
                    token_count=tokens,
                )
            )
    return chunks


def _prefix(title: str, path: Sequence[str], count_tokens: CountTokens) -> str:
    prefix = " > ".join(part for part in (title, *path) if part)
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
