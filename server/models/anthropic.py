"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anthropic

from server.domain import ComponentStatus, MessageRole, ModelEvent, ModelFinished, ModelRequest, Usage
from server.domain.token_estimate import estimate_usage
from server.models.checking import CHECK_SECONDS, check_model
from server.models.failures import Failures
from server.models.payload import Object, get_count, get_object, get_text, parse_object
from server.models.sse import SseEvent
from server.models.streaming import Response, read_reply
from server.models.timeouts import limit_silence

if TYPE_CHECKING:
    from anthropic.types import MessageParam

PROVIDER = "anthropic"
DEFAULT_BASE_URL = "https://api.anthropic.com"

NO_KEY = "none"
"""Sent where no key is set: the SDK wants one, and servers that need none do not look at it."""

_REASONS = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "refusal"}
"""Every other stop_reason counts as stop."""


class AnthropicModel:
    """A Claude model behind `base_url`, or Anthropic's own where that is empty.

    The SDK does authentication, addresses and connections; the stream is parsed here, as for OpenAI. Retries are off:
    the chat layer decides on them.

    Args:
        name: the model, as the server names it.
        api_key: may be empty where the server at `base_url` wants none.
        first_token_timeout: seconds from the request to the first text.
        idle_timeout: seconds between two pieces of text; pings do not count.
    """

    provider = PROVIDER

    def __init__(self, name: str, api_key: str, base_url: str, first_token_timeout: float, idle_timeout: float) -> None:
        self.name = name
        self._first_token_timeout = first_token_timeout
        self._idle_timeout = idle_timeout
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key or NO_KEY,
            base_url=base_url or DEFAULT_BASE_URL,
            max_retries=0,
            timeout=None,
            open_telemetry=False,
            http_client=anthropic.DefaultAioHttpClient(),
        )
        deployment = "Anthropic" if not base_url else f"The model server at {urlsplit(base_url).hostname}"
        self._failures = Failures(deployment, name, "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        return limit_silence(self._events(request), self._first_token_timeout, self._idle_timeout)

    async def _events(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        reply = _Reply(self._failures)
        with _sdk_errors(self._failures):
            async with (
                self._open(request) as response,
                aclosing(read_reply(response, reply, self._failures)) as deltas,
            ):
                async for delta in deltas:
                    yield delta
        yield reply.finish(self.name, request)

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

    async def check(self) -> ComponentStatus:
        return await check_model(self.provider, self.name, self._list_models())

    async def close(self) -> None:
        await self._client.close()

    async def _list_models(self) -> object:
        with _sdk_errors(self._failures):
            try:
                return await self._client.get(
                    "/v1/models?limit=1000", cast_to=object, options={"timeout": CHECK_SECONDS}
                )
            except anthropic.NotFoundError:
                # Compatible servers may speak messages alone.
                return None


class _Reply:
    """One streamed answer, as far as it was read."""

    def __init__(self, failures: Failures) -> None:
        self.ended = False
        self._failures = failures
        self._texts: list[str] = []
        self._stop_reason = ""
        self._usage: dict[str, Any] = {}

    @property
    def complete(self) -> bool:
        return bool(self._stop_reason)

    def read(self, event: SseEvent) -> str:
        payload = parse_object(event.data)
        text = ""
        match get_text(payload, "type") or event.event:
            case "message_start":
                self._count(get_object(get_object(payload, "message"), "usage"))
            case "content_block_delta":
                text = self._read_delta(get_object(payload, "delta"))
            case "message_delta":
                self._stop_reason = get_text(get_object(payload, "delta"), "stop_reason")
                self._count(get_object(payload, "usage"))
            case "message_stop":
                self.ended = True
            case "error":
                raise self._failures.of_event(payload)
        return text

    def _read_delta(self, delta: Object) -> str:
        text = get_text(delta, "text") if get_text(delta, "type") == "text_delta" else ""
        if text:
            self._texts.append(text)
        return text

    def _count(self, usage: Object) -> None:
        """Counts are cumulative: later ones replace earlier ones, unless they are missing."""
        self._usage.update({key: value for key, value in usage.items() if value is not None})

    def finish(self, model: str, request: ModelRequest) -> ModelFinished:
        """The last event. Raises ModelError BAD_RESPONSE where there was neither text nor a refusal."""
        reason = _REASONS.get(self._stop_reason, "stop")
        if not self._texts and reason != "refusal":
            raise self._failures.empty(reason)
        if not self._usage:
            return ModelFinished(reason, estimate_usage(PROVIDER, model, request, "".join(self._texts)))
        return ModelFinished(reason, _disjoint_usage(model, self._usage))


def _disjoint_usage(model: str, usage: Object) -> Usage:
    """Anthropic's input counts are disjoint already; thinking is counted among the output."""
    thinking = get_count(get_object(usage, "output_tokens_details"), "thinking_tokens")
    return Usage(
        provider=PROVIDER,
        model=model,
        uncached_input_tokens=get_count(usage, "input_tokens"),
        cache_read_tokens=get_count(usage, "cache_read_input_tokens"),
        cache_write_tokens=get_count(usage, "cache_creation_input_tokens"),
        output_tokens=max(0, get_count(usage, "output_tokens") - thinking),
        reasoning_tokens=thinking,
    )


def _messages(request: ModelRequest) -> list[MessageParam]:
    """History and question. The API wants a user's message first and none empty."""
    messages: list[MessageParam] = []
    for message in request.history:
        if not message.text.strip():
            continue
        if message.role is MessageRole.USER:
            messages.append({"role": "user", "content": message.text})
        elif messages:
            messages.append({"role": "assistant", "content": message.text})
    messages.append({"role": "user", "content": request.question})
    return messages


@contextmanager
def _sdk_errors(failures: Failures) -> Iterator[None]:
    try:
        yield
    except anthropic.APIStatusError as error:
        raise failures.of_status(error.status_code, error.body, error.response.headers) from None
    except anthropic.APIConnectionError:
        raise failures.unreachable() from None
