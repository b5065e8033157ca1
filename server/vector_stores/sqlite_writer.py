"""Group commit: changes that wait for the disk together share one transaction and its fsync."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from server.vector_stores.sqlite_changes import Change
from server.vector_stores.sqlite_connections import Connections
from server.vector_stores.sqlite_tenants import find_tenant, tenant_counts
from server.vector_stores.sqlite_vocabulary import GrowingVocabularies, Vocabularies, drop_unused_terms

TRANSACTION_CHUNKS = 2_048
"""A transaction that has so many chunks takes no further change, so that other processes need not wait for long."""

MIN_REMOVED = 10_000
"""Chunks removed before it is worth looking for unused terms."""

_Waiting = tuple[Callable[[], Change], Future[bool]]


class Writer:
    """Applies changes in the order in which they were asked for, on one thread."""

    def __init__(self, connections: Connections, vocabularies: Vocabularies) -> None:
        self._connections = connections
        self._vocabularies = vocabularies
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vector-store-writer")

    async def write(self, change: Callable[[], Change]) -> bool:
        """Make a change and apply it; what `apply` returned, once it is on disk.

        Raises what either raised; changes that share the transaction do not see it. A cancelled change that has not
        begun is never made; one that has begun ends by itself, wholly done or undone.
        """
        future: Future[bool] = Future()
        self._waiting.append((change, future))
        self._thread.submit(self._write_waiting)
        return await asyncio.wrap_future(future)

    async def close(self) -> None:
        """Waits for what is under way or waiting."""
        await asyncio.to_thread(self._thread.shutdown)

    def _write_waiting(self) -> None:
        group = self._next_group()
        if not group:
            return
        try:
            results = self._transaction(group)
        except BaseException as error:
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for future, result in results:
                future.set_result(result)

    def _next_group(self) -> list[tuple[Change, Future[bool]]]:
        group: list[tuple[Change, Future[bool]]] = []
        chunks = 0
        while self._waiting and chunks < TRANSACTION_CHUNKS:
            make, future = self._waiting.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                change = make()
            except Exception as error:  # noqa: BLE001 - the caller's, who waits for it
                future.set_exception(error)
                continue
            group.append((change, future))
            chunks += change.chunk_count
        return group

    def _transaction(self, group: list[tuple[Change, Future[bool]]]) -> list[tuple[Future[bool], bool]]:
        """Apply the changes of the group; those that work and their results. The others' futures have their errors."""
        results = []
        with self._connections.writing() as db:
            vocabularies = GrowingVocabularies(db, self._vocabularies)
            for change, future in group:
                vocabularies.begin_change()
                try:
                    with self._connections.part(db):
                        results.append((future, change.apply(db, vocabularies)))
                except Exception as error:
                    if not db.in_transaction:
                        raise
                    vocabularies.undo_change()
                    future.set_exception(error)
            for tenant in {change.tenant for change, _ in group}:
                _tidy_up(db, tenant)
        vocabularies.committed()
        return results


def _tidy_up(db: sqlite3.Connection, tenant_name: str) -> None:
    """Drop unused terms now and then: the cost of it, spread over the removals, stays the same."""
    tenant, counts = find_tenant(db, tenant_name), tenant_counts(db, tenant_name)
    if tenant and counts.removed_chunks > max(MIN_REMOVED, counts.chunks):
        drop_unused_terms(db, tenant.number)
