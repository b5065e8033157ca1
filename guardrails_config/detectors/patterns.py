"""Weighted patterns, and how their matches add up to one score."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LOOK_BACK = 40
"""Characters before a match in which `unless` is sought."""
EVIDENCE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector saw: `score` is 0 to 1, `evidence` is the matching text, cut short."""

    category: str
    score: float
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One sign of something.

    `weight` is 0 to 1: how sure a match alone makes us. `needs` and `also` are literals; of each, if any, the text must
    hold at least one, which keeps the expression from running over texts that cannot match. A match right after
    `unless` does not count.
    Every repetition in `regex` is bounded, so that the time is linear in the text.
    """

    name: str
    weight: float
    regex: re.Pattern[str]
    needs: tuple[str, ...] = ()
    unless: re.Pattern[str] | None = None
    also: tuple[str, ...] = ()

    def find(self, text: str, after: int = 0) -> str | None:
        """The first match that ends behind position `after`, or None."""
        if not (_holds_any(text, self.needs) and _holds_any(text, self.also)):
            return None
        for match in self.regex.finditer(text):
            before = text[max(0, match.start() - LOOK_BACK) : match.start()]
            if match.end() > after and not (self.unless and self.unless.search(before)):
                return match.group()
        return None


def weigh(category: str, patterns: Sequence[Pattern], text: str, after: int = 0) -> Finding | None:
    """One finding from all patterns that match, None where none does.

    Independent signs add up by noisy-or: 1 - (1 - w1)(1 - w2)…
    """
    doubt = 1.0
    evidence = ""
    for pattern in patterns:
        found = pattern.find(text, after)
        if found is not None:
            doubt *= 1 - pattern.weight
            evidence = evidence or found[:EVIDENCE_LENGTH]
    return Finding(category, round(1 - doubt, 4), evidence) if evidence else None


def _holds_any(text: str, literals: tuple[str, ...]) -> bool:
    # A loop: a generator would cost as much again, a hundred times a chunk.
    for literal in literals:
        if literal in text:
            return True
    return not literals


def strongest(findings: Iterable[Finding | None]) -> Finding | None:
    """The finding with the highest score; the first of equals."""
    return max((finding for finding in findings if finding is not None), key=lambda found: found.score, default=None)
