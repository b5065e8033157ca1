"""All vectors of one tenant in one numpy matrix, brought up to date by what changed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.ports import Vectors

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_GROWTH = 1.25
_DEAD_ROWS_KEPT = 4_096


@dataclass(slots=True)
class _Buffers:
    """Room for more rows than are in use; rows in use are never written again, so that snapshots can share them."""

    vectors: Vectors
    chunks: Numbers
    documents: Numbers

    @classmethod
    def empty(cls, capacity: int, dimension: int) -> _Buffers:
        return cls(
            np.empty((capacity, dimension), dtype=np.float32),
            np.empty(capacity, dtype=np.int64),
            np.empty(capacity, dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class VectorSnapshot:
    """The state of one tenant's vectors at one version. Safe for any number of threads.

    `live` has shape (n,) and is False for rows whose chunk is gone; row positions are 0 to n - 1, in the order of the
    chunks' numbers.
    """

    version: int
    live: Mask
    _buffers: _Buffers = field(repr=False)

    @classmethod
    def empty(cls, dimension: int) -> VectorSnapshot:
        return cls(0, np.zeros(0, dtype=np.bool_), _Buffers.empty(0, dimension))

    @property
    def chunks(self) -> Numbers:
        return self._buffers.chunks[: len(self.live)]

    @property
    def documents(self) -> Numbers:
        return self._buffers.documents[: len(self.live)]

    def similarities(self, vector: Vectors) -> Vectors:
        """The cosine of `vector`, shape (dimension,), and every row, shape (n,); rows that are not live included."""
        cosines: Vectors = self._buffers.vectors[: len(self.live)] @ vector
        return cosines

    def positions(self, chunks: Numbers) -> Numbers:
        """The rows of these chunks, which must all be in the snapshot."""
        return np.searchsorted(self.chunks, chunks)

    def updated(
        self, version: int, changed: Numbers, chunks: Numbers, documents: Numbers, rows: Vectors
    ) -> VectorSnapshot:
        """The snapshot at `version`: all rows of the `changed` documents replaced by the given ones.

        `chunks` ascend and are greater than any here. Only one caller at a time may update the newest snapshot, and
        nobody an older one.
        """
        live = self.live & ~np.isin(self.documents, changed)
        base = self._with_room(live, len(chunks))
        start = len(base.live)
        end = start + len(chunks)
        base._buffers.vectors[start:end] = rows
        base._buffers.chunks[start:end] = chunks
        base._buffers.documents[start:end] = documents
        return VectorSnapshot(version, np.concatenate([base.live, np.ones(len(chunks), dtype=np.bool_)]), base._buffers)

    def _with_room(self, live: Mask, more: int) -> VectorSnapshot:
        """The same live rows in buffers with room for `more`: these, or new ones without the dead rows."""
        dead = len(live) - int(live.sum())
        if len(live) + more <= len(self._buffers.chunks) and dead <= max(_DEAD_ROWS_KEPT, len(live) // 4):
            return VectorSnapshot(self.version, live, self._buffers)
        kept = np.flatnonzero(live)
        capacity = len(kept) + more if not len(kept) else int((len(kept) + more) * _GROWTH)
        buffers = _Buffers.empty(capacity, self._buffers.vectors.shape[1])
        np.take(self._buffers.vectors, kept, axis=0, out=buffers.vectors[: len(kept)])
        buffers.chunks[: len(kept)] = self.chunks[kept]
        buffers.documents[: len(kept)] = self.documents[kept]
        return VectorSnapshot(self.version, np.ones(len(kept), dtype=np.bool_), buffers)
