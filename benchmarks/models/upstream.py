"""A provider as lean as asyncio allows, in a process of its own: its CPU time is not counted with the reader's.

It speaks the three chat APIs in the events of the tests' twins. The address says how: `/paced/N/…` writes N tokens, one
each DELAY seconds, `/fast/N/…` as fast as it can. Each token is the microsecond of the monotonic clock at which it was
written, which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from tests.twins.anthropic import AnthropicTwin
from tests.twins.loopback import Count, Script, Twin
from tests.twins.openai import OpenAITwin
from tests.twins.responses import ResponsesTwin

DELAY = 0.005
_PLACE = "PLACE-OF-THE-TOKEN"
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"


class Protocol:
    """One API's events as bytes."""

    suffixes: ClassVar[dict[str, type[Twin]]] = {
        "/chat/completions": OpenAITwin,
        "/responses": ResponsesTwin,
        "/messages": AnthropicTwin,
    }

    def __init__(self, twin_type: type[Twin]) -> None:
        twin = twin_type()
        usage = twin.usage(Count(20, 200))
        # In a list of one token the whole text, which some events repeat, stays short.
        script = Script(tokens=("…",))
        self.opening = _framed(twin.opening(script, usage))
        self.ending = _framed([*twin.finish(script, usage), *twin.after_finish(script, usage)])
        before, _, after = f"{twin.token(_PLACE)}\n\n".partition(_PLACE)
        self._before, self._after = before.encode(), after.encode()

    def token(self) -> bytes:
        return _chunk(b"%s %d%s" % (self._before, time.monotonic_ns() // 1000, self._after))


def _framed(events: list[str]) -> bytes:
    return b"".join(_chunk(f"{event}\n\n".encode()) for event in events)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class Upstream:
    """Answers one request after another on each connection."""

    def __init__(self) -> None:
        self._protocols = {suffix: Protocol(twin_type) for suffix, twin_type in Protocol.suffixes.items()}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = head.partition("content-length:")[2].partition("\r\n")[0]
                await reader.readexactly(int(length or 0))
                await self._answer(head.split()[1], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        protocol = next(known for suffix, known in self._protocols.items() if path.endswith(suffix))
        pace, count = path.split("/")[1:3]
        writer.write(_HEAD + protocol.opening)
        for _ in range(int(count)):
            if pace == "paced":
                await asyncio.sleep(DELAY)
            writer.write(protocol.token())
            await writer.drain()
        writer.write(protocol.ending + b"0\r\n\r\n")
        await writer.drain()


@contextmanager
def upstream(port: int) -> Iterator[str]:
    """Run it until the block ends; its address."""
    command = [sys.executable, "-m", "benchmarks.models.upstream", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _main(port: int) -> None:
    server = await asyncio.start_server(Upstream().serve, "127.0.0.1", port)
    host, bound = server.sockets[0].getsockname()
    print(f"http://{host}:{bound}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
