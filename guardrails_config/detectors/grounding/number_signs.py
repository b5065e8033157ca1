"""Numbers that the sources do not have, have with another unit, or have of something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from guardrails_config.detectors.grounding.closeness import Sign, closeness, stem_weights
from guardrails_config.detectors.grounding.quantities import DATE, PLAIN, Quantity, quantities
from guardrails_config.detectors.grounding.sources import Sources, Unit, clauses, number_word

# Chosen, like those of word_signs, on the tuned half of benchmarks/rails/sets/grounding.jsonl.
NUMBER_NOWHERE = 0.9
OTHER_UNIT = 0.8
INDEFINITE = 0.3
ELSEWHERE = 0.75

FARTHER = 0.8
"""A number is said of something else where what has it reaches less than this share of what has another one."""
RELATED = 0.35
"""What has another number must be at least so close to be what the statement is about."""
NUMBER_WEIGHT = 2.0
MANY = 4
"""A sentence of more parts with numbers is a table's row; which number belongs to what is not told."""

_ARTICLE = re.compile(r"(?:a|an|une?|una|uma|ein\w*)\b", re.IGNORECASE)


def number_signs(said: str, sources: Sources, *, english: bool) -> Iterator[Sign]:
    """One for each number of a statement that is not supported. Where the words are not English, what a number is said
    of is not looked at."""
    parts = clauses(said)
    with_words = english and len(parts) <= MANY and not _told_together(quantities(said), sources)
    for part in parts:
        for quantity in quantities(part):
            yield from _signs(quantity, part if with_words else "", said, sources)


def _signs(quantity: Quantity, clause: str, said: str, sources: Sources) -> Iterator[Sign]:
    """A number that no source has, has with another unit, or has of something else than what the clause is about.

    Without a clause the last is not asked.
    """
    same = [unit for unit in sources.units if _holds(unit, quantity)]
    indefinite = _indefinite(quantity)
    if not same:
        written = any(quantity.written == other.written for unit in sources.units for other in unit.quantities)
        weight = INDEFINITE if indefinite else OTHER_UNIT if written else NUMBER_NOWHERE
        yield Sign(weight, f"{quantity.text} is in no source")
    elif clause and not indefinite and quantity.kind != DATE:
        weights = _subject(clause, said, sources) | _numbers_beside(quantity, clause)
        single = [unit for unit in sources.units if not unit.whole]
        about = max((closeness(unit, weights) for unit in single if _holds(unit, quantity)), default=0.0)
        others = [unit for unit in single if any(map(quantity.like, unit.quantities)) and not _holds(unit, quantity)]
        closest = max(others, key=lambda unit: closeness(unit, weights), default=None)
        if closest and about < FARTHER * (closer := closeness(closest, weights)) and closer >= RELATED:
            yield Sign(ELSEWHERE, f"not {quantity.text}: {closest.text}")


def _told_together(found: Sequence[Quantity], sources: Sources) -> bool:
    """Whether one unit has several numbers in the order of the statement, so that none can have been swapped."""
    counted = [quantity for quantity in found if not _indefinite(quantity)]
    return len(counted) > 1 and any(_in_order(counted, unit.quantities) for unit in sources.units)


def _in_order(found: Sequence[Quantity], among: Iterable[Quantity]) -> bool:
    rest = iter(among)
    return all(any(quantity.meets(other) for other in rest) for quantity in found)


def _indefinite(quantity: Quantity) -> bool:
    """Whether its number is an article, which often counts nothing: "$49 a month"."""
    return _ARTICLE.match(quantity.text) is not None


def _subject(clause: str, said: str, sources: Sources) -> dict[str, float]:
    """What the number of a clause is said of: its known words, and where they are few the names before it."""
    weights = stem_weights(clause, sources)
    if len(weights) < 2:
        before = said[: max(0, said.find(clause))]
        names = stem_weights(before, sources).items()
        weights |= {name: weight for name, weight in names if name in sources.names}
    return {each: weight for each, weight in weights.items() if sources.counts[each]}


def _numbers_beside(quantity: Quantity, clause: str) -> dict[str, float]:
    """The other numbers of a clause, as if they were words."""
    others = [other for other in quantities(clause) if other.written != quantity.written and not _indefinite(other)]
    return {number_word(other): NUMBER_WEIGHT for other in others}


def _holds(unit: Unit, quantity: Quantity) -> bool:
    """Whether a unit has a quantity, or its bare number under the name of its unit."""
    return any(
        quantity.meets(other)
        or (other.kind == PLAIN and quantity.written == other.written and quantity.unit_names & unit.around)
        for other in unit.quantities
    )
