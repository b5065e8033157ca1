"""Parses and cuts documents in processes with limits, and replaces a process that a document has brought down."""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.domain import DocumentKind, Section
from server.errors import UnreadableDocument
from server.knowledge.chunk import Passage, cut
from server.knowledge.estimate import TokenEstimate
from server.knowledge.load import load
from server.knowledge.parse_worker import OUT_OF_MEMORY, Header
from server.knowledge.parsed import ParsedDocument
from server.knowledge.parser_process import ParserProcess

MEMORY_BYTES = 1024 * 1024 * 1024
DOCUMENTS_PER_PROCESS = 10_000
"""A process is replaced after so many, so that what its libraries leak stays small."""

START_SECONDS = 30.0
"""On top of a document's time, for a process that is only just starting."""

LIGHT_BYTES = 16 * 1024
LIGHT_MEDIA_TYPES = ("text/plain", "application/json")
"""Small documents of these types are read right here: that takes less time than asking a process, and no more than a
few milliseconds and a few times their size whatever they hold."""


@dataclass(frozen=True, slots=True)
class CutDocument:
    """A document's passages in reading order, under the title they were cut with; `hidden` as in ParsedDocument."""

    title: str
    hidden: tuple[str, ...]
    passages: tuple[Passage, ...]


class ParserPool:
    """`size` processes, each started when first needed. Bound to the event loop that uses it.

    `timeout` is in seconds for one document, of wall-clock and of CPU time alike.
    """

    def __init__(
        self,
        *,
        size: int = 2,
        timeout: float = 30.0,
        memory_bytes: int = MEMORY_BYTES,
        estimate: TokenEstimate | None = None,
    ) -> None:
        self._idle = [_Worker(timeout, memory_bytes) for _ in range(size)]
        self._all = tuple(self._idle)
        self._free = asyncio.Semaphore(size)
        self._estimate = estimate or TokenEstimate()

    async def parse(self, data: bytes, media_type: str, kind: DocumentKind) -> ParsedDocument:
        """Read a document. Raises UnreadableDocument as `load` does, or with reason TIMED_OUT."""
        if _is_light(len(data), media_type):
            return load(data, media_type, kind)
        answer = await self._ask({"media_type": media_type, "kind": kind.value}, data)
        sections = tuple(Section(tuple(path), text) for path, text in answer["rows"])
        return ParsedDocument(answer["title"], sections, tuple(answer["hidden"]))

    async def read(self, data: bytes, media_type: str, kind: DocumentKind, title: str, default: str) -> CutDocument:
        """Read a document and cut it; an empty `title` is the document's own, or else `default`. Raises as `parse`."""
        if _is_light(len(data), media_type):
            parsed = load(data, media_type, kind)
            title = title or parsed.title or default
            return CutDocument(title, parsed.hidden, tuple(cut(title, parsed.sections, self._estimate)))
        request = {
            "media_type": media_type,
            "kind": kind.value,
            "titles": [title, None, default],
            "scale": self._estimate.scale,
        }
        return _cut_document(await self._ask(request, data))

    async def cut(self, title: str, sections: Sequence[Section]) -> CutDocument:
        """Cut what was read by `parse`. Raises UnreadableDocument: TIMED_OUT or TOO_LARGE."""
        if sum(len(section.text) for section in sections) <= LIGHT_BYTES:
            return CutDocument(title, (), tuple(cut(title, sections, self._estimate)))
        plain = [[section.heading_path, section.text] for section in sections]
        return _cut_document(
            await self._ask({"sections": plain, "titles": [title], "scale": self._estimate.scale}, b"")
        )

    @property
    def has_processes(self) -> bool:
        return any(worker.is_running for worker in self._all)

    async def close(self) -> None:
        """End the processes. Documents that are being read fail as BROKEN."""
        for worker in self._all:
            await worker.stop()

    async def _ask(self, request: Header, body: bytes) -> Header:
        async with self._worker() as worker:
            answer = await worker.ask(request, body)
        if "reason" in answer:
            raise UnreadableDocument(answer["message"], reason=answer["reason"], fix=answer["fix"])
        return answer

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[_Worker]:
        async with self._free:
            worker = self._idle.pop()
            try:
                yield worker
            finally:
                self._idle.append(worker)


class _Worker:
    """One process, used by one task at a time."""

    def __init__(self, timeout: float, memory_bytes: int) -> None:
        self._timeout = timeout
        self._memory_bytes = memory_bytes
        self._process: ParserProcess | None = None
        self._served = 0

    @property
    def is_running(self) -> bool:
        return self._process is not None

    async def ask(self, request: Header, body: bytes) -> Header:
        """The process's answer. Raises UnreadableDocument where it died over the document or took too long."""
        process = self._process or await self._start()
        seconds = self._timeout if self._served else self._timeout + START_SECONDS
        self._served += 1
        answer, died, status = None, False, 0
        try:
            async with asyncio.timeout(seconds):
                answer = await process.exchange(request, body)
            died = answer is None
        except TimeoutError:
            pass
        finally:
            # Also where the caller went away: an answer that nobody reads would be taken for the next document's.
            if answer is None or answer.get("worn") or self._served >= DOCUMENTS_PER_PROCESS:
                status = await self.stop(kill=not died)
        if answer is None:
            raise _died(status, timed_out=not died, timeout=self._timeout, memory=self._memory_bytes)
        return answer

    async def stop(self, *, kill: bool = True) -> int:
        """End the process, or wait for the end that it has come to; its exit status, 0 where none runs."""
        process, self._process = self._process, None
        return await process.stop(kill=kill) if process else 0

    async def _start(self) -> ParserProcess:
        self._process = await ParserProcess.start(cpu_seconds=math.ceil(self._timeout), memory_bytes=self._memory_bytes)
        self._served = 0
        return self._process


def _is_light(byte_count: int, media_type: str) -> bool:
    return byte_count <= LIGHT_BYTES and media_type in LIGHT_MEDIA_TYPES


def _cut_document(answer: Header) -> CutDocument:
    passages = (Passage(tuple(path), prefix, text, tokens) for path, prefix, text, tokens in answer["rows"])
    return CutDocument(answer["title"], tuple(answer["hidden"]), tuple(passages))


def _died(status: int, *, timed_out: bool, timeout: float, memory: int) -> UnreadableDocument:
    """What the end of a process says of the document it was reading."""
    if timed_out or status == -signal.SIGXCPU:
        return UnreadableDocument(
            f"Reading it took more than {timeout:g} s.", reason="TIMED_OUT", fix="Split it, or send it as Markdown."
        )
    if status in (OUT_OF_MEMORY, -signal.SIGKILL):
        return UnreadableDocument(
            f"Reading it took more than {memory // 2**20:,} MiB of memory.",
            reason="TOO_LARGE",
            fix="Split it, or send it as Markdown.",
        )
    return UnreadableDocument(
        "It broke the program that reads it.", fix="Open it in its own program and save it again."
    )
