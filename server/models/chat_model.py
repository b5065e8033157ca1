"""What every chat model behind an API has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, aclosing
from typing import ClassVar, Protocol

from server.domain import ComponentStatus, ModelEvent, ModelRequest
from server.errors import ModelError
from server.models.checking import check_model
from server.models.endpoint import Endpoint, Timeouts
from server.models.failures import Failures
from server.models.streaming import Reply, Response, read_reply
from server.models.timeouts import StreamClock

NO_KEY = "none"
"""Sent where no key is set: the SDKs want one, and servers that need none do not look at it."""


class Client(Protocol):
    """The part of an SDK's client that does not depend on the API."""

    async def close(self) -> None: ...


class ChatModel(ABC):
    """A chat model behind an endpoint.

    The SDK does authentication, addresses and connections. The stream is parsed here, because the SDKs' objects for
    each chunk are most of a streamed turn's CPU time. Retries are off: the chain of models decides on them.

    `endpoint` has the provider's own address where the settings have none.
    """

    provider: ClassVar[str]

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts, client: Client) -> None:
        self.name = endpoint.model
        self._endpoint = endpoint
        self._timeouts = timeouts
        self._closing = client
        self._failures = Failures(endpoint)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        reply, clock = self._reply(), StreamClock(self._timeouts.within(request.seconds), self._endpoint.title)
        try:
            async with AsyncExitStack() as stack:
                stack.enter_context(self._sdk_errors())
                response = await clock.wait(stack.enter_async_context(self._open(request)))
                events = await stack.enter_async_context(aclosing(read_reply(response, reply, clock)))
                async for event in events:
                    yield event
        except ModelError:
            if reply.taken and not reply.started:
                yield reply.start()
            raise
        finally:
            clock.stop()
        yield reply.finish(request)

    async def check(self) -> ComponentStatus:
        return await check_model(self.provider, self._endpoint, self._list_models())

    async def close(self) -> None:
        await self._closing.close()

    @abstractmethod
    def _open(self, request: ModelRequest) -> AbstractAsyncContextManager[Response]:
        """The call; entering it sends the request and waits for the head of the response."""

    @abstractmethod
    def _reply(self) -> Reply: ...

    @abstractmethod
    def _sdk_errors(self) -> AbstractContextManager[None]:
        """Turns the SDK's errors into ModelErrors."""

    @abstractmethod
    async def _list_models(self) -> object:
        """The JSON of the list of models; None where the server keeps none. Raises ModelError."""
