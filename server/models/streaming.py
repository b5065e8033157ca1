"""Reads one streamed answer, whichever provider sent it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from typing import Protocol

import httpx2

from server.domain import TextDelta
from server.models.failures import Failures
from server.models.sse import SseDecoder, SseEvent

DRAIN_SECONDS = 0.25
"""How long the end of a finished answer's body is awaited, so that the connection can be used again."""


class Response(Protocol):
    """The part of both SDKs' raw responses that is read here."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def iter_bytes(self) -> AsyncIterator[bytes]: ...


class Reply(Protocol):
    """Understands the events of one provider and keeps what the end of the answer needs."""

    @property
    def complete(self) -> bool:
        """Whether the answer has its finish marker, so that nothing of its text can be missing."""

    @property
    def ended(self) -> bool:
        """Whether the provider's last event was read."""

    def read(self, event: SseEvent) -> str:
        """The text in `event`. Raises ModelError where it is an error or not of the provider's format."""


async def read_reply(response: Response, reply: Reply, failures: Failures) -> AsyncGenerator[TextDelta]:
    """The text of a streamed answer. Raises ModelError; also where the stream ends before the answer is complete."""
    content_type = response.headers.get("content-type", "")
    if not content_type.startswith("text/event-stream"):
        raise failures.not_a_stream(content_type)
    try:
        async with aclosing(_texts(response, reply)) as texts:
            async for text in texts:
                yield text
    except httpx2.HTTPError:
        # After the finish marker only token counts can be missing, and those are estimated then.
        if not reply.complete:
            raise failures.cut() from None
    if not reply.complete:
        raise failures.cut()


async def _texts(response: Response, reply: Reply) -> AsyncGenerator[TextDelta]:
    decoder = SseDecoder()
    chunks = response.iter_bytes()
    async for chunk in chunks:
        for event in decoder.feed(chunk):
            text = reply.read(event)
            if text:
                yield TextDelta(text)
        if reply.ended:
            break
    # A server that keeps the body open after the last event costs this wait and its connection, not the answer.
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass
