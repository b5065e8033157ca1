"""A small typed client: one channel, the services' stubs, and the calls that everybody makes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeVar

import grpc
from google.protobuf.message import Message as ProtoMessage

from nightdesk.errors import api_errors
from nightdesk.v1 import (
    chat_pb2,
    chat_pb2_grpc,
    common_pb2,
    evaluation_pb2_grpc,
    ingest_pb2,
    ingest_pb2_grpc,
    operations_pb2_grpc,
    prompt_pb2_grpc,
    rail_pb2_grpc,
)

DEFAULT_ADDRESS = "127.0.0.1:8700"

Response = TypeVar("Response", bound=ProtoMessage)
Received_co = TypeVar("Received_co", covariant=True)
Request = TypeVar("Request", bound=ProtoMessage)


class _StreamingCall(Protocol[Received_co]):
    """What grpc returns for a call whose responses stream."""

    def __iter__(self) -> Iterator[Received_co]: ...

    def cancel(self) -> bool: ...


class Client:
    """A connection to a Nightdesk server, safe to share among threads.

    `address` and `api_key` default to the environment's NIGHTDESK_ADDRESS and NIGHTDESK_API_KEY. The stubs `chats`,
    `ingests`, `rails`, `prompts`, `evaluations` and `operations` hold every call of the contract; make them through
    `call`, which adds the key and the deadline and raises ApiError.
    """

    def __init__(self, address: str | None = None, api_key: str | None = None, *, timeout: float = 60.0) -> None:
        self.address = address or os.environ.get("NIGHTDESK_ADDRESS") or DEFAULT_ADDRESS
        key = api_key if api_key is not None else os.environ.get("NIGHTDESK_API_KEY", "")
        self._metadata = (("authorization", f"Bearer {key}"),) if key else ()
        self._timeout = timeout
        self._channel = grpc.insecure_channel(
            self.address,
            options=[
                # With gRPC's own retries on, a stream whose server dies before its first message hangs past its
                # deadline (grpcio 1.78).
                ("grpc.enable_retries", 0),
                ("grpc.max_receive_message_length", 16 * 1024 * 1024),
            ],
        )
        self.chats = chat_pb2_grpc.ChatServiceStub(self._channel)
        self.ingests = ingest_pb2_grpc.IngestServiceStub(self._channel)
        self.rails = rail_pb2_grpc.RailServiceStub(self._channel)
        self.prompts = prompt_pb2_grpc.PromptServiceStub(self._channel)
        self.evaluations = evaluation_pb2_grpc.EvaluationServiceStub(self._channel)
        self.operations = operations_pb2_grpc.OperationsServiceStub(self._channel)

    def call(self, method: grpc.UnaryUnaryMultiCallable[Request, Response], request: Request) -> Response:
        """Make a unary call. Raises ApiError."""
        with api_errors(self.address):
            return method(request, metadata=self._metadata, timeout=self._timeout)

    def chat(
        self,
        message: str,
        *,
        conversation_id: str = "",
        request_id: str = "",
        prompt_version: str = "",
        history: Sequence[common_pb2.Message] = (),
        access_groups: Sequence[str] = (),
        customer_tier: str = "",
        skip_cache: bool = False,
    ) -> Iterator[chat_pb2.ChatResponse]:
        """Ask one question; the events of the turn as they come. Leaving the loop early cancels the turn."""
        request = chat_pb2.ChatRequest(
            message=message,
            conversation_id=conversation_id,
            request_id=request_id,
            prompt_version=prompt_version,
            history=history,
            access_groups=access_groups,
            customer_tier=customer_tier,
            skip_cache=skip_cache,
        )
        return self._stream(lambda: self.chats.Chat(request, metadata=self._metadata, timeout=self._timeout))

    def ingest(self, requests: Iterable[ingest_pb2.IngestRequest]) -> Iterator[ingest_pb2.IngestResponse]:
        """Stream documents in; what the server says of them as it comes. No deadline: a corpus takes its time."""
        return self._stream(lambda: self.ingests.Ingest(iter(requests), metadata=self._metadata))

    def wait_ready(self, timeout: float) -> bool:
        """Whether the server answers within `timeout` seconds."""
        ready = grpc.channel_ready_future(self._channel)
        try:
            ready.result(timeout)
        except grpc.FutureTimeoutError:
            return False
        finally:
            ready.cancel()
        return True

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _stream(self, start: Callable[[], _StreamingCall[Response]]) -> Iterator[Response]:
        with api_errors(self.address):
            call = start()
            try:
                yield from call
            finally:
                call.cancel()
