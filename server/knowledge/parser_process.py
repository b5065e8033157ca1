"""One parser process and the connection to it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from typing import Any, Self

from server.knowledge.parse_worker import LENGTHS, Header, pack

_FRAME_BYTES = 2**20
"""What is read ahead of an answer."""

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""The only environment variables that a process which reads strangers' files gets to see: no keys."""


class ParserProcess:
    """A running `server.knowledge.parse_worker`, which answers one request at a time."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """For `start`, which callers use."""
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, *, cpu_seconds: int, memory_bytes: int) -> Self:
        """Start a process whose documents may each take so much. Raises OSError.

        Not by the event loop: uvloop forks, and in the child the fork handlers of gRPC's threads can hang, for whose
        end the whole loop would wait. `subprocess` starts it by vfork, which runs no handlers.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_FRAME_BYTES)
            try:
                process = _popen(theirs, str(cpu_seconds), str(memory_bytes))
            except OSError:
                writer.close()
                raise
        return cls(process, reader, writer)

    async def exchange(self, request: Header, body: bytes) -> Header | None:
        """The answer with all of its rows, or None where the process died over the request."""
        try:
            self._writer.write(pack(request, body) + body)
            await self._writer.drain()
            rows: list[Any] = []
            while True:
                header_length, _ = LENGTHS.unpack(await self._reader.readexactly(LENGTHS.size))
                answer: Header = json.loads(await self._reader.readexactly(header_length))
                rows += answer.get("rows", ())
                if not answer.get("more"):
                    return {**answer, "rows": rows}
        except (ConnectionError, asyncio.IncompleteReadError):
            return None

    async def stop(self, *, kill: bool = True) -> int:
        """End the process, or wait for the end that it has come to; its exit status."""
        if kill:
            self._process.kill()
        self._writer.close()
        return await asyncio.to_thread(self._process.wait)


def _popen(connection: socket.socket, *limits: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", "-m", "server.knowledge.parse_worker", *limits],
        stdin=connection.fileno(),
        stdout=connection.fileno(),
        # What a library complains of may quote the document.
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    )
