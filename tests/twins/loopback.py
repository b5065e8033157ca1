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
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

STALL_SECONDS = 3600.0


class Fault(StrEnum):
    """What goes wrong."""

    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate_limited"
    CONTEXT_TOO_LONG = "context_too_long"
    CONTENT_POLICY = "content_policy"
    NOT_FOUND = "not_found"
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"
    SLOW_START = "slow_start"
    STALL = "stall"
    CUT = "cut"
    SILENT_END = "silent_end"
    ERROR_EVENT = "error_event"
    GARBAGE = "garbage"
    TRUNCATED_JSON = "truncated_json"
    WRONG_CONTENT_TYPE = "wrong_content_type"


FAULTS_IN_MID_STREAM = (Fault.STALL, Fault.CUT, Fault.SILENT_END, Fault.ERROR_EVENT, Fault.TRUNCATED_JSON)


@dataclass(frozen=True, slots=True)
class Script:
    """How a twin answers one request.

    `delay` is in seconds before each token; a fault in mid-stream comes after half of the tokens. `usage` is the
    provider's object, empty for the twin's own, None for none. `bytes_per_write` cuts the stream into pieces of that
    size; 0 sends events whole.
    """

    tokens: tuple[str, ...] = ("Hello", ", ", "world", ".")
    finish_reason: str = "stop"
    usage: dict[str, Any] | None = field(default_factory=dict)
    delay: float = 0.0
    fault: Fault | None = None
    retry_after: str = ""
    line_end: str = "\n"
    bytes_per_write: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    path: str
    client: tuple[str, int]
    """Host and port; the same for all requests over one connection."""
    headers: dict[str, str]
    body: dict[str, Any]


class Cut(Exception):
    """Ends a response without its end, so that the client sees a broken connection."""


class Twin(ABC):
    """A loopback server that speaks a provider's protocol.

    `script` may be exchanged between requests; those in `upcoming` come before it, one a request. `asked` has every
    request.
    """

    def __init__(self, script: Script | None = None, port: int = 0) -> None:
        self.script = script or Script()
        self.upcoming: deque[Script] = deque()
        self.asked: list[Asked] = []
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
    def whole(self, script: Script) -> dict[str, Any]:
        """An answer that is not streamed."""

    @abstractmethod
    def opening(self, script: Script) -> list[str]:
        """The events before the first token, without the blank lines between events."""

    @abstractmethod
    def token(self, text: str) -> str:
        """The event of one token."""

    @abstractmethod
    def ending(self, script: Script) -> list[str]:
        """The events after the last token."""

    @abstractmethod
    def error_event(self) -> str:
        """The event of a failure in mid-stream."""

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        body = json.loads(raw) if raw else {}
        self.asked.append(Asked(scope["path"], scope["client"], dict(request.headers), body))
        self._arrivals.put(None)
        script = self.upcoming.popleft() if self.upcoming else self.script
        if script.fault in _STATUSES:
            response = self._refusal(script, script.fault)
        elif request.method == "GET":
            response = JSONResponse({"object": "list", "data": [{"id": name} for name in self.models()]})
        elif script.fault is Fault.WRONG_CONTENT_TYPE:
            await PlainTextResponse("<html>Welcome</html>", media_type="text/html")(scope, receive, send)
            return
        elif body.get("stream"):
            await self._stream(script, receive, send)
            return
        else:
            response = JSONResponse(self.whole(script))
        await response(scope, receive, send)

    def _refusal(self, script: Script, fault: Fault) -> JSONResponse:
        headers = {"retry-after": script.retry_after} if script.retry_after else {}
        status = _STATUSES[fault]
        return JSONResponse(self.error(status, fault), status, headers)

    async def _stream(self, script: Script, receive: Receive, send: Send) -> None:
        """Send the answer, unless the client goes away first."""
        sending = asyncio.create_task(self._send_events(script, send))
        leaving = asyncio.create_task(_disconnected(receive))
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if not sending.done():
            sending.cancel()
            self._departures.put(None)
            return
        await sending

    async def _send_events(self, script: Script, send: Send) -> None:
        if script.fault is Fault.SLOW_START:
            await asyncio.sleep(STALL_SECONDS)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if script.fault is Fault.GARBAGE:
            await send({"type": "http.response.body", "body": b"\x00\xff\x17 no event at all\n\n" * 5})
            return
        async for event in self._events(script):
            text = f"{event}\n\n".replace("\n", script.line_end).encode()
            size = script.bytes_per_write or len(text)
            for start in range(0, len(text), size):
                await send({"type": "http.response.body", "body": text[start : start + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _events(self, script: Script) -> AsyncIterator[str]:
        for event in self.opening(script):
            yield event
        for number, text in enumerate(script.tokens):
            if number == len(script.tokens) // 2 and script.fault in FAULTS_IN_MID_STREAM:
                yield await self._broken_off(script.fault)
                return
            await asyncio.sleep(script.delay)
            yield self.token(text)
        for event in self.ending(script):
            yield event

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
