"""Keeps one vector snapshot a tenant and brings it up to date from the database."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict

import numpy as np

from server.ports import Vectors
from server.vector_stores.vector_snapshot import Numbers, VectorSnapshot

_ROWS_AT_ONCE = 4_096


class Snapshots:
    """One process's snapshots; memory is 4 bytes a dimension for each chunk of the tenants searched so far."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._newest: dict[int, VectorSnapshot] = {}
        self._locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)

    def at(self, db: sqlite3.Connection, tenant: int, version: int) -> VectorSnapshot | None:
        """The tenant's vectors at the version that the read transaction of `db` sees.

        None where another thread has moved on to a later one: begin a new transaction.
        """
        with self._locks[tenant]:
            snapshot = self._newest.get(tenant, VectorSnapshot.empty(self._dimension))
            if snapshot.version > version:
                return None
            if snapshot.version < version:
                snapshot = self._refreshed(db, tenant, version, snapshot)
                self._newest[tenant] = snapshot
            return snapshot

    def _refreshed(self, db: sqlite3.Connection, tenant: int, version: int, old: VectorSnapshot) -> VectorSnapshot:
        since = (tenant, old.version)
        changed = _numbers(db.execute("SELECT document FROM changes WHERE tenant = ? AND version > ?", since))
        source = (
            "FROM changes AS c JOIN vectors AS v USING (document) WHERE c.tenant = ? AND c.version > ? AND v.searchable"
        )
        count = db.execute(f"SELECT count(*) {source}", since).fetchone()[0]
        chunks, documents = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
        rows: Vectors = np.empty((count, self._dimension), dtype=np.float32)
        cursor = db.execute(f"SELECT v.chunk, v.document, v.vector {source}", since)
        start = 0
        while block := cursor.fetchmany(_ROWS_AT_ONCE):
            end = start + len(block)
            chunks[start:end] = [row[0] for row in block]
            documents[start:end] = [row[1] for row in block]
            rows[start:end] = np.frombuffer(b"".join(row[2] for row in block), dtype="<f4").reshape(len(block), -1)
            start = end
        order = np.argsort(chunks)
        return old.updated(version, changed, chunks[order], documents[order], rows[order])


def _numbers(cursor: sqlite3.Cursor) -> Numbers:
    return np.array([row[0] for row in cursor], dtype=np.int64)
