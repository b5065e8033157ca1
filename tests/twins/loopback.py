"""What the twins of the model providers share: a server in a thread, and what it was told to do and was asked."""

from __future__ import annotations

import argparse
import asyncio
import json
import queue
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.twins.script import FAULTS_IN_MID_STREAM, Asked, Charge, Count, Fault, Programme, Script, count_tokens

__all__ = ["FAULTS_IN_MID_STREAM", "Asked", "Charge", "Count", "Fault", "Script", "Twin", "run"]

STALL_SECONDS = 3600.0

Usage = dict[str, Any] | None
"""A provider's object, or None where the twin keeps it back."""


class Cut(Exception):
    """Ends a response without its end, so that the client sees a broken connection."""


class Twin(ABC):
    """A loopback server that speaks a provider's protocol.

    `script` may be exchanged between requests; those in `upcoming` come before it, one a request, and `programme`
    chooses in its place where it is set. `asked` has every request, `charged` those that were taken, once they are
    over: input by `count_tokens`, output as the number of the script's tokens that were written before the client left.
    """

    def __init__(self, script: Script | None = None, port: int = 0) -> None:
        self.script = script or Script()
        self.upcoming: deque[Script] = deque()
        self.programme: Programme | None = None
        self.asked: list[Asked] = []
        self.charged: list[Charge] = []
        self._arrivals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._departures: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._socket = socket.create_server(("127.0.0.1", port))
        config = uvicorn.Config(self._serve, interface="asgi3", log_level="critical", lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.force_exit = True
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    async def until_asked(self) -> None:
        """Wait for a request. Raises queue.Empty after 10 seconds."""
        await asyncio.to_thread(self._arrivals.get, timeout=10)

    async def until_disconnected(self) -> None:
        """Wait for a client to go away before its answer is complete. Raises queue.Empty after 10 seconds."""
        await asyncio.to_thread(self._departures.get, timeout=10)

    @abstractmethod
    def models(self) -> list[str]:
        """The ids that the list of models has."""

    @abstractmethod
    def error(self, status: int, fault: Fault) -> dict[str, Any]:
        """The body of a refused request."""

    @abstractmethod
    def usage(self, count: Count) -> dict[str, Any]:
        """The provider's object for a count."""

    @abstractmethod
    def whole(self, script: Script, usage: Usage) -> dict[str, Any]:
        """An answer that is not streamed."""

    @abstractmethod
    def opening(self, script: Script, usage: Usage) -> list[str]:
        """The events before the first token, without the blank lines between events."""

    @abstractmethod
    def token(self, text: str) -> str:
        """The event of one token."""

    @abstractmethod
    def finish(self, script: Script, usage: Usage) -> list[str]:
        """The events after the last token, up to the one that says that the answer is complete."""

    @abstractmethod
    def after_finish(self, script: Script, usage: Usage) -> list[str]:
        """The events behind that."""

    @abstractmethod
    def error_event(self) -> str:
        """The event of a failure in mid-stream."""

    async def until_charged(self, requests: int) -> list[Charge]:
        """Wait until so many requests are over, which for a client that left is a moment later than it thinks.

        Raises TimeoutError after 10 seconds.
        """
        async with asyncio.timeout(10):
            while len(self.charged) < requests:  # noqa: ASYNC110 - they are noted by another thread
                await asyncio.sleep(0.005)
        return self.charged

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        asked = Asked(scope["path"], scope["client"], dict(request.headers), json.loads(raw) if raw else {})
        self.asked.append(asked)
        self._arrivals.put(None)
        script = self._choose(asked, request.method)
        await asyncio.sleep(script.start_delay)
        if script.fault in _STATUSES:
            response = self._refusal(script, script.fault)
        elif script.fault is Fault.CUT_BEFORE_START:
            _hang_up(send)
            return
        elif request.method == "GET":
            response = JSONResponse({"object": "list", "data": [{"id": name} for name in self.models()]})
        elif script.fault is Fault.WRONG_CONTENT_TYPE:
            await PlainTextResponse("<html>Welcome</html>", media_type="text/html")(scope, receive, send)
            return
        elif asked.body.get("stream"):
            await self._stream(_Answer(asked, script), receive, send)
            return
        else:
            count = _Answer(asked, script, written=len(script.tokens)).count
            self.charged.append(Charge(asked, count, complete=True))
            response = JSONResponse(self.whole(script, script.usage or self.usage(count)))
        await response(scope, receive, send)

    def _choose(self, asked: Asked, method: str) -> Script:
        if self.upcoming:
            return self.upcoming.popleft()
        return self.programme(asked) if self.programme and method == "POST" else self.script

    def _refusal(self, script: Script, fault: Fault) -> JSONResponse:
        wanted = {"retry-after": script.retry_after, "retry-after-ms": script.retry_after_ms}
        status = _STATUSES[fault]
        return JSONResponse(self.error(status, fault), status, {name: value for name, value in wanted.items() if value})

    async def _stream(self, answer: _Answer, receive: Receive, send: Send) -> None:
        """Send the answer, unless the client goes away first; note what it costs."""
        sending = asyncio.create_task(self._send_events(answer, send))
        leaving = asyncio.create_task(_disconnected(receive))
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        left = not sending.done()
        (sending if left else leaving).cancel()
        if answer.taken and not answer.complete:
            self.charged.append(Charge(answer.asked, answer.count, complete=False))
        if left:
            self._departures.put(None)
            return
        await sending

    async def _send_events(self, answer: _Answer, send: Send) -> None:
        script = answer.script
        if script.fault is Fault.SLOW_START:
            await asyncio.sleep(STALL_SECONDS)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        answer.taken = True
        if script.fault is Fault.SILENT_START:
            await asyncio.sleep(STALL_SECONDS)
        if script.fault is Fault.GARBAGE:
            await send({"type": "http.response.body", "body": b"\x00\xff\x17 no event at all\n\n" * 5})
            return
        events = (f"{event}\n\n".replace("\n", script.line_end).encode() async for event in self._events(answer))
        if script.at_once:
            await send({"type": "http.response.body", "body": b"".join([event async for event in events])})
            return
        async for event in events:
            size = script.bytes_per_write or len(event)
            for start in range(0, len(event), size):
                await send({"type": "http.response.body", "body": event[start : start + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _events(self, answer: _Answer) -> AsyncIterator[str]:
        script = answer.script
        for event in self.opening(script, self._usage(answer)):
            yield event
        for number, text in enumerate(script.tokens):
            if number == len(script.tokens) // 2 and script.fault in FAULTS_IN_MID_STREAM:
                yield await self._broken_off(script.fault)
                return
            await asyncio.sleep(script.delay)
            yield self.token(text)
            answer.written += 1
        usage = self._usage(answer)
        for event in self.finish(script, usage):
            yield event
        # Before the last bytes, so that a client that has them finds it noted.
        answer.complete = True
        self.charged.append(Charge(answer.asked, answer.count, complete=True))
        if script.fault is Fault.CUT_AFTER_FINISH:
            raise Cut
        for event in self.after_finish(script, usage):
            yield event

    def _usage(self, answer: _Answer) -> Usage:
        if answer.script.usage is None or answer.script.fault is Fault.USAGE_MISSING:
            return None
        return answer.script.usage or self.usage(answer.count)

    async def _broken_off(self, fault: Fault) -> str:
        """What comes in place of the second half; an empty comment where nothing does."""
        match fault:
            case Fault.STALL:
                await asyncio.sleep(STALL_SECONDS)
            case Fault.CUT:
                raise Cut
            case Fault.ERROR_EVENT:
                return self.error_event()
            case Fault.TRUNCATED_JSON:
                return self.token("x")[:-10]
        return ":"


_STATUSES = {
    Fault.UNAUTHORIZED: 401,
    Fault.RATE_LIMITED: 429,
    Fault.CONTEXT_TOO_LONG: 400,
    Fault.CONTENT_POLICY: 400,
    Fault.NOT_FOUND: 404,
    Fault.SERVER_ERROR: 500,
    Fault.OVERLOADED: 529,
}


@dataclass(slots=True)
class _Answer:
    """One streamed answer, as far as it was written."""

    asked: Asked
    script: Script
    taken: bool = False
    written: int = 0
    complete: bool = False

    @property
    def count(self) -> Count:
        return Count(sum(count_tokens(text) for _, text in self.asked.texts), self.written)


def _hang_up(send: Send) -> None:
    """Close the connection without an answer. ASGI has no word for it, so that this knows uvicorn's objects."""
    send.__self__.transport.abort()  # type: ignore[attr-defined]


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def run(twin_type: type[Twin], environment: str, path: str = "") -> None:
    """Serve a twin until Ctrl-C, for demonstrations. `environment` is the setting that points at it and `path`."""
    parser = argparse.ArgumentParser(description=twin_type.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--text", default="This is the twin speaking, one word at a time.", help="what it answers")
    parser.add_argument("--delay", type=float, default=0.03, help="seconds before each word")
    parser.add_argument("--fault", type=Fault, choices=list(Fault), help="what goes wrong")
    arguments = parser.parse_args()
    words = tuple(f"{word} " for word in arguments.text.split())
    script = Script(tokens=words, delay=arguments.delay, fault=arguments.fault)
    with twin_type(script, arguments.port) as twin:
        print(f"{environment}={twin.url}{path}", flush=True)  # noqa: T201
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return
