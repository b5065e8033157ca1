"""Wrapping a call of any shape, its streamed responses included, in an async context manager."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import grpc
from grpc.aio import ServerInterceptor, ServicerContext

Handler = Any  # grpc's RpcMethodHandler has no public generic type
Around = Callable[[str, ServicerContext[Any, Any]], AbstractAsyncContextManager[None]]


class AroundCalls(ServerInterceptor):
    """Runs every call inside `around(method, context)`.

    The whole iteration of a streamed answer lies inside too: an interceptor that only wraps the handler's call would
    let the errors raised while streaming escape.
    """

    def __init__(self, around: Around) -> None:
        self._around = around

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        method = handler_call_details.method.lstrip("/")
        if handler.response_streaming:
            return self._streaming(handler, method)
        return self._single(handler, method)

    def _single(self, handler: Handler, method: str) -> Handler:
        inner = handler.stream_unary if handler.request_streaming else handler.unary_unary

        async def call(request: Any, context: ServicerContext[Any, Any]) -> Any:
            async with self._around(method, context):
                return await inner(request, context)

        make = (
            grpc.stream_unary_rpc_method_handler if handler.request_streaming else grpc.unary_unary_rpc_method_handler
        )
        return make(call, handler.request_deserializer, handler.response_serializer)

    def _streaming(self, handler: Handler, method: str) -> Handler:
        inner = handler.stream_stream if handler.request_streaming else handler.unary_stream

        async def call(request: Any, context: ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            async with self._around(method, context):
                async for response in inner(request, context):
                    yield response

        make = (
            grpc.stream_stream_rpc_method_handler if handler.request_streaming else grpc.unary_stream_rpc_method_handler
        )
        return make(call, handler.request_deserializer, handler.response_serializer)
