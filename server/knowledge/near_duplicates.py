"""Hits that say the same: only the best of them is worth a place in the prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable

from server.domain import Hit

SHINGLE_WORDS = 5
MAX_OVERLAP = 0.95
"""Of all shingles of two texts, those that both have; above it, they are the same."""


def without_near_duplicates(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """The first `limit` hits in their order, without those whose text is much the same as a better one's.

    Texts are compared by their shingles, runs of SHINGLE_WORDS words (Broder, "On the resemblance and containment of
    documents", 1997); shorter texts as a whole.
    """
    kept: list[Hit] = []
    seen: list[frozenset[tuple[str, ...]]] = []
    for hit in hits:
        if len(kept) == limit:
            break
        shingles = _shingles(hit.text)
        if not any(_overlap(shingles, other) > MAX_OVERLAP for other in seen):
            kept.append(hit)
            seen.append(shingles)
    return kept


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    starts = range(max(len(words) - SHINGLE_WORDS, 0) + 1)
    return frozenset(tuple(words[start : start + SHINGLE_WORDS]) for start in starts)


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other)
