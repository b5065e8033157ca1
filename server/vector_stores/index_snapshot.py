"""All that one tenant's searches read, at one version of the index, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from server.ports import Vectors
from server.vector_stores.index_segment import Mask, Numbers, Segment
from server.vector_stores.vocabulary import Vocabulary

SEGMENT_ROWS = 32_768
"""No merge makes a larger segment, so that the search that pays for one waits for a fraction of a second at most."""

_MERGE_RATIO = 4
"""A segment stays apart from the later ones as long as it has so many times their rows: a new row is copied a few
times in its life, and there are a few small segments at most."""

_DEAD_SHARE = 4
"""One in so many rows of a segment may be dead before it is written anew."""

_NO_ROWS = np.zeros(0, dtype=np.bool_)
_NO_CHUNKS = np.zeros(0, dtype=np.int64)
_NO_LENGTHS = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class IndexSnapshot:
    """Safe for any number of threads. Rows are numbered 0 to n - 1 through all segments.

    `live`, shape (n,) as all the rest, is False for rows whose chunk is gone.
    """

    version: int
    vocabulary: Vocabulary
    segments: tuple[Segment, ...]
    live: Mask
    live_count: int
    chunks: Numbers
    lengths: NDArray[np.float32]
    """Words a chunk."""

    @classmethod
    def of(cls, version: int, vocabulary: Vocabulary, parts: Sequence[tuple[Segment, Mask]] = ()) -> Self:
        live = np.concatenate([_NO_ROWS, *(live for _, live in parts)])
        return cls(
            version,
            vocabulary,
            tuple(segment for segment, _ in parts),
            live,
            int(live.sum()),
            np.concatenate([_NO_CHUNKS, *(segment.chunks for segment, _ in parts)]),
            np.concatenate([_NO_LENGTHS, *(segment.lengths for segment, _ in parts)]),
        )

    @property
    def average_length(self) -> float:
        """Words a live chunk; 1 where there are none."""
        return float(self.lengths @ self.live) / max(self.live_count, 1) or 1.0

    def similarities(self, vector: Vectors) -> Vectors:
        """The cosine of `vector`, shape (dimension,), and every row, shape (n,); rows that are not live included."""
        cosines: Vectors = np.empty(len(self.live), dtype=np.float32)
        start = 0
        for segment in self.segments:
            segment.similarities(vector, cosines[start : start + len(segment)])
            start += len(segment)
        return cosines

    def find(self, term: int) -> tuple[Numbers, NDArray[np.float32]]:
        """The live rows that hold the term of this number, ascending, and how often each does."""
        rows, counts = [_NO_CHUNKS], [_NO_LENGTHS]
        start = 0
        for segment in self.segments:
            found, how_often = segment.postings.find(term)
            if len(found):
                rows.append(found + np.int64(start))
                counts.append(how_often.astype(np.float32))
            start += len(segment)
        places, often = np.concatenate(rows), np.concatenate(counts)
        if self.live_count == len(self.live):
            return places, often
        alive = self.live[places]
        return places[alive], often[alive]

    def with_any(self, terms: Iterable[str]) -> Mask:
        """Which rows hold any of the terms, shape (n,)."""
        mask = np.zeros(len(self.live), dtype=np.bool_)
        for number in filter(None, map(self.vocabulary.numbers.get, terms)):
            mask[self.find(number)[0]] = True
        return mask

    def updated(
        self, version: int, vocabulary: Vocabulary, changed: Numbers, fresh: Sequence[Segment]
    ) -> IndexSnapshot:
        """The snapshot at `version`: the rows of the `changed` documents replaced by those of the `fresh` segments."""
        parts: list[tuple[Segment, Mask]] = []
        start = 0
        for segment in self.segments:
            gone = np.isin(segment.documents, changed)
            parts.append((segment, self.live[start : start + len(segment)] & ~gone))
            start += len(segment)
        parts += [(segment, np.ones(len(segment), dtype=np.bool_)) for segment in fresh]
        return IndexSnapshot.of(version, vocabulary, _merged(parts))


def _merged(parts: Sequence[tuple[Segment, Mask]]) -> list[tuple[Segment, Mask]]:
    """The same live rows in segments of falling size, few of their rows dead."""
    done: list[tuple[Segment, Mask]] = []
    for part in parts:
        done.append(part)
        while len(done) > 1:
            before, last = (int(live.sum()) for _, live in done[-2:])
            if before + last > SEGMENT_ROWS or before >= _MERGE_RATIO * last:
                break
            done[-2:] = [_rewritten(done[-2:])]
    return [_rewritten([part]) if _is_wasteful(part) else part for part in done if part[1].any()]


def _is_wasteful(part: tuple[Segment, Mask]) -> bool:
    dead = len(part[1]) - int(part[1].sum())
    return dead * _DEAD_SHARE > len(part[1])


def _rewritten(parts: Sequence[tuple[Segment, Mask]]) -> tuple[Segment, Mask]:
    segment = Segment.merged(parts)
    return segment, np.ones(len(segment), dtype=np.bool_)
