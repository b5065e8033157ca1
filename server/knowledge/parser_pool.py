"""Parses documents in processes with limits, and replaces a process that a document has brought down."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import subprocess
import sys
import threading

from server.domain import DocumentKind, Section
from server.errors import UnreadableDocument
from server.knowledge.parse_worker import OUT_OF_MEMORY, Header, read_frame, write_frame
from server.knowledge.parsed import ParsedDocument

MEMORY_BYTES = 1024 * 1024 * 1024
DOCUMENTS_PER_PROCESS = 1000
"""A process is replaced after so many, so that what its libraries leak stays small."""

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""The only environment variables that a process which reads strangers' files gets to see: no keys."""


class ParserPool:
    """`size` processes, each started when first needed.

    `timeout` is in seconds for one document, of wall-clock and of CPU time alike.
    """

    def __init__(self, *, size: int = 2, timeout: float = 30.0, memory_bytes: int = MEMORY_BYTES) -> None:
        self._timeout = timeout
        self._memory_bytes = memory_bytes
        self._idle = [_Worker(timeout, memory_bytes) for _ in range(size)]
        self._all = tuple(self._idle)
        self._free = asyncio.Semaphore(size)

    async def parse(self, data: bytes, media_type: str, kind: DocumentKind) -> ParsedDocument:
        """Read a document. Raises UnreadableDocument as `load` does, or with reason TIMED_OUT."""
        async with self._free:
            worker = self._idle.pop()
            parsing = asyncio.ensure_future(asyncio.to_thread(worker.parse, data, media_type, kind))
            try:
                return await asyncio.shield(parsing)
            except asyncio.CancelledError:
                worker.stop()
                await asyncio.gather(parsing, return_exceptions=True)
                raise
            finally:
                self._idle.append(worker)

    def close(self) -> None:
        """End the processes. Documents that are being parsed fail as BROKEN."""
        for worker in self._all:
            worker.stop()


class _Worker:
    """One process, used by one thread at a time."""

    def __init__(self, timeout: float, memory_bytes: int) -> None:
        self._timeout = timeout
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def parse(self, data: bytes, media_type: str, kind: DocumentKind) -> ParsedDocument:
        process = self._running()
        timed_out = threading.Event()

        def give_up() -> None:
            timed_out.set()
            process.kill()

        timer = threading.Timer(self._timeout, give_up)
        timer.start()
        try:
            answer = _exchange(process, {"media_type": media_type, "kind": kind.value}, data)
            status = process.wait() if answer is None else 0
        finally:
            timer.cancel()
        self._served += 1
        if answer is not None:
            return _parsed(answer)
        raise _died(status, timed_out=timed_out.is_set(), timeout=self._timeout, memory=self._memory_bytes)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._served >= DOCUMENTS_PER_PROCESS:
            self.stop()
        if self._process is None or self._process.poll() is not None:
            limits = (str(math.ceil(self._timeout)), str(self._memory_bytes))
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-P", "-m", "server.knowledge.parse_worker", *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # What a library complains of may quote the document.
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            )
            self._served = 0
        return self._process


def _exchange(process: subprocess.Popen[bytes], header: Header, data: bytes) -> Header | None:
    """The process's answer, or None where it died over the document."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The parser was started without its pipes.")
    try:
        write_frame(process.stdin, header, data)
    except BrokenPipeError:
        return None
    frame = read_frame(process.stdout)
    return frame[0] if frame else None


def _parsed(answer: Header) -> ParsedDocument:
    if "reason" in answer:
        raise UnreadableDocument(answer["message"], reason=answer["reason"], fix=answer["fix"])
    sections = tuple(Section(tuple(path), text) for path, text in answer["sections"])
    return ParsedDocument(answer["title"], sections)


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
