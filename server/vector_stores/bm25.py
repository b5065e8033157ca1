"""How well chunks match a question's words (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from server.ports import Vectors
from server.vector_stores.index_segment import Numbers
from server.vector_stores.index_snapshot import IndexSnapshot
from server.vector_stores.vocabulary import Vocabulary

K1 = 1.2
B = 0.75


def text_scores(snapshot: IndexSnapshot, terms: Sequence[str]) -> Vectors:
    """Shape (n,), a score a row: 0 where no term is, higher is better; rows that are not live have 0.

    The mean of two BM25 scores: over the words as they are, and over their stems. Neither alone is best on every corpus
    (docs/decisions/0004).
    """
    scores = np.zeros(len(snapshot.live), dtype=np.float32)
    norms = K1 * (1.0 - B + B / snapshot.average_length * snapshot.lengths)
    for numbers, share in _shares(snapshot.vocabulary, terms).items():
        rows, counts = _any_of(snapshot, numbers)
        if len(rows):
            # Lucene's weight of a term, which is never negative.
            weight = math.log1p((snapshot.live_count - len(rows) + 0.5) / (len(rows) + 0.5))
            parts = norms[rows]
            parts += counts
            np.divide(counts, parts, out=parts)
            parts *= np.float32(share * weight * (K1 + 1.0))
            scores[rows] += parts
    return scores


def _shares(vocabulary: Vocabulary, terms: Sequence[str]) -> Mapping[tuple[int, ...], float]:
    """What is looked up, as sets of terms that count as one, and its share in the mean of the two scores.

    A word that alone has its stem is the same on both sides, and is looked up once.
    """
    shares: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for term in terms:
        number = vocabulary.numbers.get(term)
        if number is not None:
            shares[number,] += 0.5
    for family in dict.fromkeys(tuple(vocabulary.sharing_stem(term)) for term in terms):
        if family:
            shares[family] += 0.5
    return shares


def _any_of(snapshot: IndexSnapshot, terms: Sequence[int]) -> tuple[Numbers, Vectors]:
    """The live rows that hold any of the terms, and how often all of them together."""
    found = [(rows, counts) for rows, counts in map(snapshot.find, terms) if len(rows)]
    if len(found) == 1:
        return found[0]
    counts_by_row = np.zeros(len(snapshot.live), dtype=np.float32)
    for rows, counts in found:
        counts_by_row[rows] += counts
    rows = np.flatnonzero(counts_by_row > 0.0)
    return rows, counts_by_row[rows]
