"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import replace
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

import anthropic

from server.domain import MessageRole, ModelRequest, Usage
from server.models.chat_model import NO_KEY, ChatModel
from server.models.checking import CHECK_SECONDS
from server.models.conversation import conversation
from server.models.endpoint import Endpoint, Timeouts
from server.models.failures import Failures
from server.models.payload import Object, get_count, get_object, get_text, parse_object
from server.models.sse import SseEvent
from server.models.streaming import Reply, Response

if TYPE_CHECKING:
    from anthropic.types import MessageParam

PROVIDER = "anthropic"
DEFAULT_BASE_URL = "https://api.anthropic.com"

_REASONS = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "refusal"}
"""Every other stop_reason counts as stop."""


class AnthropicModel(ChatModel):
    """A model that speaks Messages."""

    provider = PROVIDER

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts) -> None:
        endpoint = replace(endpoint, base_url=endpoint.base_url or DEFAULT_BASE_URL)
        self._client = anthropic.AsyncAnthropic(
            api_key=endpoint.api_key or NO_KEY,
            base_url=endpoint.base_url,
            max_retries=0,
            timeout=None,
            open_telemetry=False,
            http_client=anthropic.DefaultAioHttpClient(),
        )
        super().__init__(endpoint, timeouts, self._client)

    def _open(self, request: ModelRequest) -> AbstractAsyncContextManager[Response]:
        return self._client.messages.with_streaming_response.create(
            model=self.name,
            system=request.system or anthropic.omit,
            messages=_messages(request),
            max_tokens=request.max_output_tokens,
            stream=True,
            # The SDK has no argument for it any more; older models still take it.
            extra_body={} if request.temperature is None else {"temperature": request.temperature},
        )

    def _reply(self) -> Reply:
        return _MessagesReply(self._failures)

    @contextmanager
    def _sdk_errors(self) -> Iterator[None]:
        try:
            yield
        except anthropic.APIStatusError as error:
            raise self._failures.of_status(error.status_code, error.body, error.response.headers) from None
        except anthropic.APIConnectionError:
            raise self._failures.unreachable() from None

    async def _list_models(self) -> object:
        with self._sdk_errors():
            try:
                return await self._client.get(
                    "/v1/models?limit=1000", cast_to=object, options={"timeout": CHECK_SECONDS}
                )
            except anthropic.NotFoundError:
                # Compatible servers may speak messages alone.
                return None


class _MessagesReply(Reply):
    provider = PROVIDER
    begun = False

    def __init__(self, failures: Failures) -> None:
        super().__init__(failures)
        self._usage: dict[str, Any] = {}

    def read(self, event: SseEvent) -> str:
        payload = parse_object(event.data)
        text = ""
        match get_text(payload, "type") or event.event:
            case "content_block_delta":
                self.begun = True
                delta = get_object(payload, "delta")
                text = get_text(delta, "text") if get_text(delta, "type") == "text_delta" else ""
            case "message_start":
                self.begun = True
                self._count(get_object(get_object(payload, "message"), "usage"))
            case "message_delta":
                stop_reason = get_text(get_object(payload, "delta"), "stop_reason")
                self.reason = _REASONS.get(stop_reason, "stop") if stop_reason else self.reason
                self._count(get_object(payload, "usage"))
            case "message_stop":
                self.ended = True
            case "error":
                raise self.failures.of_event(payload)
        return text

    def usage_at_start(self) -> Usage | None:
        """The input's counts. The first event's count of output is of a token or two and grows."""
        usage = self.usage()
        return usage and replace(usage, output_tokens=0, reasoning_tokens=0)

    def _count(self, usage: Object) -> None:
        """Counts are cumulative: later ones replace earlier ones, unless they are missing."""
        self._usage.update({key: value for key, value in usage.items() if value is not None})

    def usage(self) -> Usage | None:
        """The input's counts are disjoint already; thinking is counted among the output."""
        usage = self._usage
        if not usage:
            return None
        thinking = get_count(get_object(usage, "output_tokens_details"), "thinking_tokens")
        return Usage(
            provider=PROVIDER,
            model=self.failures.endpoint.model,
            uncached_input_tokens=get_count(usage, "input_tokens"),
            cache_read_tokens=get_count(usage, "cache_read_input_tokens"),
            cache_write_tokens=get_count(usage, "cache_creation_input_tokens"),
            output_tokens=max(0, get_count(usage, "output_tokens") - thinking),
            reasoning_tokens=thinking,
        )


def _messages(request: ModelRequest) -> list[MessageParam]:
    """The API wants a user's message first."""
    messages: list[MessageParam] = []
    for message in dropwhile(lambda message: message.role is not MessageRole.USER, conversation(request)):
        if message.role is MessageRole.USER:
            messages.append({"role": "user", "content": message.text})
        else:
            messages.append({"role": "assistant", "content": message.text})
    return messages
