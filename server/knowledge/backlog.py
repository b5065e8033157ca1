"""The documents that wait to be indexed: how many may, and which come next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.knowledge.outcome import Outcome
from server.knowledge.spool import Waiting

BATCH_DOCUMENTS = 64
BATCH_BYTES = 16 * 1024 * 1024
"""What is indexed at once; memory grows with it."""

MAX_TAKEN_BYTES = 32 * 1024 * 1024
"""Of all batches that are being indexed together, unless one document alone is larger."""

MAX_DOCUMENTS = 1024
MAX_BYTES = 256 * 1024 * 1024
"""What may wait before `room` lets its caller wait."""


@dataclass(slots=True)
class _Entry:
    waiting: Waiting
    outcome: asyncio.Future[Outcome]
    ready: bool = False
    taken: bool = False


class Backlog:
    """Hands out batches in the order of arrival; never two versions of one document at the same time."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._of_document: dict[tuple[str, str], dict[int, _Entry]] = {}
        self._held: set[tuple[str, str]] = set()
        self._bytes = 0
        self._taken_bytes = 0
        self._work = asyncio.Event()
        self._space = asyncio.Event()

    def __len__(self) -> int:
        return len(self._entries)

    async def room(self, tenant: str, document_id: str, more: Callable[[], bool]) -> None:
        """Return when this document may be added and `more` agrees."""
        while (
            len(self._entries) >= MAX_DOCUMENTS
            or self._bytes >= MAX_BYTES
            or (tenant, document_id) in self._held
            or not more()
        ):
            self._space.clear()
            await self._space.wait()

    @asynccontextmanager
    async def alone(self, tenant: str, document_id: str) -> AsyncIterator[None]:
        """Have a document to oneself: none of its versions waits, and none is added while the block runs.

        Raises what the outcomes of those that wait now raise.
        """
        key = (tenant, document_id)
        while key in self._held or key in self._of_document:
            await asyncio.gather(*(asyncio.shield(outcome) for outcome in self.outcomes(tenant, document_id)))
            while key in self._held:
                self._space.clear()
                await self._space.wait()
        self._held.add(key)
        try:
            yield
        finally:
            self._held.discard(key)
            self._space.set()

    def add(self, waiting: Waiting) -> asyncio.Future[Outcome]:
        """Take a document in; the future gets what becomes of it."""
        entry = _Entry(waiting, asyncio.get_running_loop().create_future())
        self._entries[waiting.sequence] = entry
        self._of_document.setdefault(_key(waiting), {})[waiting.sequence] = entry
        self._bytes += waiting.size
        return entry.outcome

    def may_begin(self, waiting: Waiting) -> None:
        """The document is durable."""
        self._entries[waiting.sequence].ready = True
        self._work.set()
        self._space.set()

    def drop(self, waiting: Waiting, error: BaseException) -> None:
        """The document could not be made durable."""
        outcome = self._remove(waiting).outcome
        if not outcome.done():
            outcome.set_exception(error)
            # Whoever still waits is told; nobody has to be.
            outcome.exception()

    async def take(self) -> list[Waiting]:
        """The oldest documents that may be indexed together, at least one. `finish` gives them back."""
        while not (batch := self._next_batch()):
            self._work.clear()
            await self._work.wait()
        for entry in batch:
            entry.taken = True
            self._taken_bytes += entry.waiting.size
        return [entry.waiting for entry in batch]

    def finish(self, outcomes: Iterable[tuple[Waiting, Outcome]]) -> None:
        """Tell what became of documents that were taken."""
        for waiting, outcome in outcomes:
            entry = self._remove(waiting)
            self._taken_bytes -= waiting.size
            if not entry.outcome.done():
                entry.outcome.set_result(outcome)
        self._work.set()

    def outcomes(self, tenant: str, document_id: str) -> list[asyncio.Future[Outcome]]:
        """Those of a document's versions that wait."""
        return [entry.outcome for entry in self._of_document.get((tenant, document_id), {}).values()]

    def all_outcomes(self) -> list[asyncio.Future[Outcome]]:
        return [entry.outcome for entry in self._entries.values()]

    def fail(self, error: Exception) -> None:
        """Give all outcomes that nobody will learn any more this error."""
        for entry in list(self._entries.values()):
            self.drop(entry.waiting, error)

    def _next_batch(self) -> list[_Entry]:
        batch: list[_Entry] = []
        size = 0
        for entry in self._entries.values():
            if not entry.ready or entry.taken or self._is_later_version(entry):
                continue
            after = size + entry.waiting.size
            if batch and (len(batch) >= BATCH_DOCUMENTS or after > BATCH_BYTES):
                break
            if self._taken_bytes and self._taken_bytes + after > MAX_TAKEN_BYTES:
                break
            batch.append(entry)
            size = after
        return batch

    def _is_later_version(self, entry: _Entry) -> bool:
        return next(iter(self._of_document[_key(entry.waiting)])) != entry.waiting.sequence

    def _remove(self, waiting: Waiting) -> _Entry:
        entry = self._entries.pop(waiting.sequence)
        versions = self._of_document[_key(waiting)]
        del versions[waiting.sequence]
        if not versions:
            del self._of_document[_key(waiting)]
        self._bytes -= waiting.size
        self._space.set()
        return entry


def _key(waiting: Waiting) -> tuple[str, str]:
    return waiting.tenant, waiting.document_id
