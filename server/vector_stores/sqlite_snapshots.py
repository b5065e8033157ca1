"""Keeps one snapshot a tenant and brings it up to date from the database."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from server.ports import Vectors
from server.vector_stores.index_segment import Numbers, Rows, Segment
from server.vector_stores.index_snapshot import SEGMENT_ROWS, IndexSnapshot
from server.vector_stores.sqlite_tenants import Tenant
from server.vector_stores.sqlite_vocabulary import Vocabularies
from server.vector_stores.vocabulary import Vocabulary

_ROWS_AT_ONCE = 2_048

_CHANGED_ENTRIES = """
SELECT e.chunk, e.document, e.vector, e.terms, e.counts FROM changes AS c JOIN entries AS e USING (document)
WHERE c.tenant = ? AND c.version > ? AND e.searchable
"""


class Snapshots:
    """One process's snapshots, of the tenants searched so far.

    For each chunk they take 4 bytes a dimension and 3 bytes a distinct word, and the words themselves once a tenant.
    """

    def __init__(self, dimension: int, vocabularies: Vocabularies) -> None:
        self._dimension = dimension
        self._vocabularies = vocabularies
        self._newest: dict[int, IndexSnapshot] = {}
        self._locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)

    def at(self, db: sqlite3.Connection, tenant: Tenant) -> IndexSnapshot | None:
        """What the tenant's searches read, at the version that the read transaction of `db` sees.

        None where another thread has moved on to a later one: begin a new transaction.
        """
        with self._locks[tenant.number]:
            snapshot = self._newest.get(tenant.number)
            if snapshot is not None and snapshot.version == tenant.version:
                return snapshot
            if snapshot is not None and snapshot.version > tenant.version:
                return None
            vocabulary = self._vocabularies.at(db, tenant)
            if vocabulary is None:
                return None
            snapshot = self._refreshed(db, tenant, vocabulary, snapshot or IndexSnapshot.of(0, vocabulary))
            self._newest[tenant.number] = snapshot
            return snapshot

    def _refreshed(
        self, db: sqlite3.Connection, tenant: Tenant, vocabulary: Vocabulary, old: IndexSnapshot
    ) -> IndexSnapshot:
        since = (tenant.number, old.version)
        changes = db.execute("SELECT document FROM changes WHERE tenant = ? AND version > ?", since)
        changed = _numbers([row[0] for row in changes])
        fresh = list(self._segments(db.execute(_CHANGED_ENTRIES, since)))
        return old.updated(tenant.version, vocabulary, changed, fresh)

    def _segments(self, cursor: sqlite3.Cursor) -> Iterator[Segment]:
        """Of all rows that the cursor has, SEGMENT_ROWS at a time."""
        while first := cursor.fetchmany(_ROWS_AT_ONCE):
            room = len(first) if len(first) < _ROWS_AT_ONCE else SEGMENT_ROWS
            vectors: Vectors = np.empty((self._dimension, room), dtype=np.float32)
            blocks: list[Rows] = []
            count, block = 0, first
            while block:
                blocks.append(self._rows(block, vectors[:, count : count + len(block)]))
                count += len(block)
                block = cursor.fetchmany(min(_ROWS_AT_ONCE, room - count)) if count < room else []
            yield Segment.of(_joined(blocks, vectors if count == room else vectors[:, :count].copy()))

    def _rows(self, block: Sequence[tuple[Any, ...]], vectors: Vectors) -> Rows:
        """The rows of a block, whose vectors are written into `vectors`, shape (dimension, len(block))."""
        chunks, documents, blobs, terms, counts = zip(*block, strict=True)
        vectors[:] = np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(block), self._dimension).T
        return Rows(
            _numbers(chunks),
            _numbers(documents),
            vectors,
            _numbers([len(blob) for blob in counts]),
            np.frombuffer(b"".join(terms), dtype="<u4"),
            np.frombuffer(b"".join(counts), dtype=np.uint8),
        )


def _joined(blocks: Sequence[Rows], vectors: Vectors) -> Rows:
    return Rows(
        np.concatenate([block.chunks for block in blocks]),
        np.concatenate([block.documents for block in blocks]),
        vectors,
        np.concatenate([block.term_counts for block in blocks]),
        np.concatenate([block.terms for block in blocks]),
        np.concatenate([block.counts for block in blocks]),
    )


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, dtype=np.int64)
