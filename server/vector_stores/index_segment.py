"""Some chunks of one tenant, ready to be searched: their vectors and their words, unchanged for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from server.ports import Vectors
from server.vector_stores.index_postings import Counts, Postings, TermNumbers

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_COLUMNS_AT_ONCE = 4_096
"""Cosines computed at once: so many stay in the processor's second-level cache while the dimensions are added up."""


class Rows(NamedTuple):
    """Chunks as they are stored: n of them, with p postings in all."""

    chunks: Numbers
    documents: Numbers
    vectors: Vectors
    """Shape (dimension, n)."""
    term_counts: Numbers
    """Shape (n,): how many of `terms` belong to each chunk."""
    terms: TermNumbers
    counts: Counts


@dataclass(frozen=True, slots=True)
class Segment:
    """Immutable, so that any number of threads and snapshots share it.

    `vectors` has shape (dimension, n): a product with one vector then reads memory in long runs, twice as fast as over
    (n, dimension). `lengths` are words a chunk.
    """

    chunks: Numbers
    documents: Numbers
    lengths: NDArray[np.float32]
    vectors: Vectors
    postings: Postings

    def __len__(self) -> int:
        return len(self.chunks)

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """At most MAX_ROWS chunks."""
        owners = np.repeat(np.arange(len(rows.chunks), dtype=np.uint16), rows.term_counts)
        words = np.concatenate([[0], np.cumsum(rows.counts, dtype=np.int64)])
        lengths = np.diff(words[np.cumsum([0, *rows.term_counts])]).astype(np.float32)
        return cls(rows.chunks, rows.documents, lengths, rows.vectors, Postings.of(rows.terms, owners, rows.counts))

    @classmethod
    def merged(cls, parts: Sequence[tuple[Segment, Mask]]) -> Self:
        """The live rows of several segments, in their order."""
        lives = np.concatenate([live for _, live in parts])
        places = np.where(lives, np.cumsum(lives) - 1, -1)
        starts = np.cumsum([0, *(len(segment) for segment, _ in parts)])
        vectors = np.empty((parts[0][0].vectors.shape[0], int(lives.sum())), dtype=np.float32)
        postings = []
        for (segment, live), start in zip(parts, starts, strict=False):
            mine = places[start : start + len(segment)]
            kept = mine[live]
            if len(kept):
                np.compress(live, segment.vectors, axis=1, out=vectors[:, kept[0] : kept[-1] + 1])
            postings.append((segment.postings, mine))
        return cls(
            np.concatenate([segment.chunks[live] for segment, live in parts]),
            np.concatenate([segment.documents[live] for segment, live in parts]),
            np.concatenate([segment.lengths[live] for segment, live in parts]),
            vectors,
            Postings.merged(postings),
        )

    def similarities(self, vector: Vectors, out: Vectors) -> None:
        """Write the cosine of `vector`, shape (dimension,), and every row into `out`, shape (n,)."""
        for start in range(0, len(self), _COLUMNS_AT_ONCE):
            columns = slice(start, start + _COLUMNS_AT_ONCE)
            np.matmul(vector, self.vectors[:, columns], out=out[columns])
