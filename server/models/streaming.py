"""Reads one streamed answer, whichever provider sent it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import ClassVar, Protocol, cast

import httpx2

from server.domain import ModelEvent, ModelFinished, ModelRequest, ModelStarted, TextDelta, Usage
from server.domain.token_estimate import estimate_usage
from server.errors import ModelError
from server.models.failures import Failures
from server.models.plausibility import warn_where_implausible
from server.models.sse import SseDecoder, SseEvent
from server.models.timeouts import StreamClock

DRAIN_SECONDS = 0.25
"""How long the end of a finished answer's body is awaited, so that the connection can be used again."""


class Response(Protocol):
    """The part of both SDKs' raw responses that is read here."""

    @property
    def http_response(self) -> httpx2.Response: ...


class Reply(ABC):
    """Understands the events of one provider and keeps what the end of the answer needs.

    Attributes:
        begun: whether all is read that ModelStarted is to tell.
        taken: whether the provider has taken the request.
        started: whether ModelStarted was told.
        ended: whether the provider's last event was read.
        reason: ModelFinished's, once the finish marker was read, after which nothing of the text can be missing.
    """

    provider: ClassVar[str]
    begun = True
    taken = False
    started = False
    ended = False
    reason = ""

    def __init__(self, failures: Failures) -> None:
        self.failures = failures
        self._texts: list[str] = []
        self._pieces = 0

    @abstractmethod
    def read(self, event: SseEvent) -> str:
        """The text in `event`. Raises ModelError where it is an error or not of the provider's format."""

    @abstractmethod
    def usage(self) -> Usage | None:
        """The counts as far as they were told, None where there are none. Raises ModelError BAD_RESPONSE."""

    @property
    def complete(self) -> bool:
        return bool(self.reason)

    def start(self) -> ModelStarted:
        self.started = True
        return ModelStarted(self.usage_at_start())

    def usage_at_start(self) -> Usage | None:
        """ModelStarted's counts."""
        return None

    def take(self, texts: list[str]) -> TextDelta:
        """One delta of the texts that came together."""
        text = "".join(texts)
        self._texts.append(text)
        self._pieces += len(texts)
        return TextDelta(text, len(texts))

    def finish(self, request: ModelRequest) -> ModelFinished:
        """The last event. Raises ModelError BAD_RESPONSE where there was neither text nor a refusal."""
        reason = self.reason or "stop"
        if not self._texts and reason != "refusal":
            raise self.failures.empty(reason)
        endpoint = self.failures.endpoint
        estimate = estimate_usage(self.provider, endpoint.model, request, "".join(self._texts), self._pieces)
        told = self.usage()
        if told is None:
            return ModelFinished(reason, estimate)
        warn_where_implausible(endpoint.deployment, told, estimate)
        return ModelFinished(reason, told)


async def read_reply(response: Response, reply: Reply, clock: StreamClock) -> AsyncGenerator[ModelEvent]:
    """The beginning and the text of a streamed answer.

    Raises ModelError; also where the stream ends before the answer is complete.
    """
    content_type = response.http_response.headers.get("content-type", "")
    if not content_type.startswith("text/event-stream"):
        raise reply.failures.not_a_stream(content_type)
    reply.taken = True
    if reply.begun:
        yield reply.start()
    decoder = SseDecoder()
    async with aclosing(_bytes(response.http_response)) as chunks:
        while chunk := await _next(chunks, reply, clock):
            texts, error = _read(chunk, decoder, reply)
            if reply.begun and not reply.started:
                yield reply.start()
            if texts:
                clock.heard()
                yield reply.take(texts)
            if error is not None:
                raise error
            if reply.ended:
                await _drain(chunks)
                break
    if not reply.complete:
        raise reply.failures.cut()


def _bytes(response: httpx2.Response) -> AsyncGenerator[bytes]:
    """The body as it comes over the network; past the layers that decode it where there is nothing to decode."""
    if "content-encoding" in response.headers or not isinstance(response.stream, httpx2.AsyncByteStream):
        return response.aiter_bytes()
    # httpx2's client wraps every transport's stream in one that is read by an async generator.
    return cast("AsyncGenerator[bytes]", aiter(response.stream))


async def _next(chunks: AsyncGenerator[bytes], reply: Reply, clock: StreamClock) -> bytes:
    """What came next over the network, empty at the end."""
    clock.start()
    try:
        return await anext(chunks, b"")
    except httpx2.HTTPError:
        # After the finish marker only token counts can be missing, and those are estimated then.
        if reply.complete:
            return b""
        raise reply.failures.cut() from None
    except asyncio.CancelledError:
        clock.raise_if_expired()
        raise
    finally:
        clock.pause()


def _read(chunk: bytes, decoder: SseDecoder, reply: Reply) -> tuple[list[str], ModelError | None]:
    """The texts in `chunk`, and the error behind them: what was said before it is not lost."""
    texts: list[str] = []
    try:
        for event in decoder.feed(chunk):
            text = reply.read(event)
            if text:
                texts.append(text)
    except ModelError as error:
        return texts, error
    return texts, None


async def _drain(chunks: AsyncGenerator[bytes]) -> None:
    """Read to the end of the body. A server that keeps it open costs this wait and its connection, not the answer."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass
