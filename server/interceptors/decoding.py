"""Requests that are no valid protobuf, or hold text that is not UTF-8, become clear errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc.aio import ServerInterceptor

from server.errors import InvalidArgument
from server.interceptors.around import Handler


class DecodeRequests(ServerInterceptor):
    """Raises InvalidArgument inside the call where gRPC itself would end it as an internal error."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        handler = await continuation(handler_call_details)
        if handler is None or handler.request_deserializer is None:
            return handler
        decode = handler.request_deserializer

        def try_decode(data: bytes) -> Any:
            try:
                return decode(data)
            except DecodeError as error:
                return error

        return handler._replace(request_deserializer=try_decode, **_checked(handler))


def _checked(handler: Handler) -> dict[str, Any]:
    """The handler's function, with each request checked before it sees it."""
    if handler.request_streaming and handler.response_streaming:
        return {"stream_stream": lambda requests, context: handler.stream_stream(_each(requests), context)}
    if handler.request_streaming:
        return {"stream_unary": lambda requests, context: handler.stream_unary(_each(requests), context)}
    if handler.response_streaming:
        return {"unary_stream": lambda request, context: handler.unary_stream(_decoded(request), context)}
    return {"unary_unary": lambda request, context: handler.unary_unary(_decoded(request), context)}


async def _each(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        yield _decoded(request)


def _decoded(request: Any) -> Any:
    if isinstance(request, DecodeError):
        raise InvalidArgument(
            "request",
            "The request cannot be decoded: it is no valid protobuf, or a string in it is not UTF-8.",
            reason="REQUEST_NOT_DECODABLE",
            fix="Send strings as UTF-8, encoded by code that was generated from this server's .proto files.",
        )
    return request
