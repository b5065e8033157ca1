"""Which neighbouring sections of a document make one chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.domain import Section
from server.knowledge.parsed import shared_path
from server.knowledge.units import CountTokens, Unit, split_units


class SizedSection:
    """A section with its units counted. `path` is without a first heading that only repeats the title."""

    def __init__(self, section: Section, title: str, limit: int, count_tokens: CountTokens) -> None:
        path = section.heading_path
        self.path = path[1:] if path and path[0].casefold() == title.casefold() else path
        self._text = section.text
        self._limit = limit
        self._count_tokens = count_tokens
        self._units = list(split_units(section.text, limit, count_tokens))
        headings = count_tokens(" ".join(self.path)) + 4 if self.path else 0
        self.tokens = headings + sum(unit.cost for unit in self._units)

    def units(self, limit: int) -> list[Unit]:
        """The section's units, each of at most `limit` tokens."""
        if all(unit.tokens <= limit for unit in self._units):
            return self._units
        return list(split_units(self._text, limit, self._count_tokens))


@dataclass(slots=True)
class Group:
    """Neighbouring sections that share a parent and fit into one chunk; or one section of any size."""

    sections: list[SizedSection]

    @property
    def path(self) -> tuple[str, ...]:
        """The headings that all sections are under."""
        return shared_path(*(section.path for section in self.sections))

    @property
    def tokens(self) -> int:
        return sum(section.tokens for section in self.sections)

    def takes(self, other: Group, limit: int) -> bool:
        """Whether the two are siblings, or parent and child, and fit into one chunk."""
        shared = len(shared_path(self.path, other.path))
        return shared >= min(len(self.path), len(other.path)) - 1 and self.tokens + other.tokens <= limit


def group_sections(
    title: str, sections: Sequence[Section], minimum: int, limit: int, count_tokens: CountTokens
) -> list[Group]:
    """Merge each section with those behind it until they have `minimum` tokens, and small remainders with those before.

    A group of several sections has at most `limit` tokens.
    """
    forward = _merged(
        (Group([SizedSection(section, title, limit, count_tokens)]) for section in sections),
        limit,
        lambda group, _: group.tokens < minimum,
    )
    return list(_merged(forward, limit, lambda _, after: after.tokens < minimum))


def _merged(groups: Iterable[Group], limit: int, wanted: Callable[[Group, Group], bool]) -> Iterator[Group]:
    """The groups, each merged with those behind it as long as that is `wanted` and they fit together."""
    current: Group | None = None
    for group in groups:
        if current is None:
            current = group
        elif wanted(current, group) and current.takes(group, limit):
            current.sections.extend(group.sections)
        else:
            yield current
            current = group
    if current is not None:
        yield current
