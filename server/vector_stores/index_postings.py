"""Which rows hold which term, and how often: the inverted index of one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.integer]
Counts = NDArray[np.uint8]
TermNumbers = NDArray[np.uint32]

MAX_ROWS = 65_536
MAX_COUNT = 255
"""A term that is there more often counts so many times; BM25 hardly tells such counts apart."""

_ROW_SHIFT, _TERM_SHIFT = np.uint8(8), np.uint8(24)


@dataclass(frozen=True, slots=True)
class Postings:
    """Compressed sparse columns: `terms` (t,) ascend; term i has the places starts[i] to starts[i + 1] of `rows` and
    `counts` (p,), its rows ascending. 3 bytes a posting and 12 a term.
    """

    terms: TermNumbers
    starts: NDArray[np.int64]
    rows: NDArray[np.uint16]
    counts: Counts

    @classmethod
    def of(cls, terms: TermNumbers, rows: Rows, counts: Counts) -> Self:
        """From one (term, row, count) a posting, in any order, rows 0 to MAX_ROWS - 1."""
        return cls._of_keys(_keys(terms, rows, counts))

    @classmethod
    def merged(cls, parts: Sequence[tuple[Postings, Rows]]) -> Self:
        """Of several segments, given where each of a segment's rows goes; -1 leaves a row out."""
        keys = []
        for part, places in parts:
            rows = places[part.rows]
            kept = rows >= 0
            keys.append(_keys(np.repeat(part.terms, np.diff(part.starts))[kept], rows[kept], part.counts[kept]))
        return cls._of_keys(np.concatenate(keys))

    @classmethod
    def _of_keys(cls, keys: NDArray[np.uint64]) -> Self:
        # The stable sort is a merge sort, which is fast on the ascending runs that keys come in.
        keys.sort(kind="stable")
        terms = (keys >> _TERM_SHIFT).astype(np.uint32)
        firsts = np.flatnonzero(np.concatenate([np.ones(min(len(terms), 1), np.bool_), terms[1:] != terms[:-1]]))
        return cls(
            terms[firsts],
            np.append(firsts, len(keys)),
            (keys >> _ROW_SHIFT).astype(np.uint16),
            keys.astype(np.uint8),
        )

    def find(self, term: int) -> tuple[NDArray[np.uint16], Counts]:
        """The rows that hold the term and their counts, both of shape (n,)."""
        place = int(np.searchsorted(self.terms, np.uint32(term)))
        if place == len(self.terms) or self.terms[place] != term:
            return self.rows[:0], self.counts[:0]
        span = slice(self.starts[place], self.starts[place + 1])
        return self.rows[span], self.counts[span]


def _keys(terms: TermNumbers, rows: Rows, counts: Counts) -> NDArray[np.uint64]:
    """A posting as one number: term, row and count from the highest bit down, so that sorting it sorts all three."""
    lower = rows.astype(np.uint32)
    lower <<= _ROW_SHIFT
    lower |= counts
    keys = terms.astype(np.uint64)
    keys <<= _TERM_SHIFT
    keys |= lower
    return keys
