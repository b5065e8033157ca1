"""OpenAI's Chat Completions, and any server that speaks them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import openai

from server.domain import ComponentStatus, MessageRole, ModelEvent, ModelFinished, ModelRequest, Usage
from server.domain.token_estimate import estimate_usage
from server.models.checking import CHECK_SECONDS, check_model
from server.models.failures import Failures
from server.models.payload import Object, get_count, get_object, get_objects, get_text, parse_object
from server.models.sse import SseEvent
from server.models.streaming import Response, read_reply
from server.models.timeouts import limit_silence

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

PROVIDER = "openai"
DEFAULT_BASE_URL = "https://api.openai.com/v1"

NO_KEY = "none"
"""Sent where no key is set: the SDK wants one, and servers that need none do not look at it."""

_REASONS = {"length": "length", "content_filter": "refusal"}
"""Every other finish_reason counts as stop: compatible servers have names of their own for it."""


class OpenAIModel:
    """A chat model behind `base_url`, or OpenAI's own where that is empty.

    The SDK does authentication, addresses and connections; the stream is parsed here, because the SDK's objects for
    each chunk are most of a streamed turn's CPU time. Retries are off: the chat layer decides on them.

    Args:
        name: the model, as the server names it.
        api_key: may be empty where the server at `base_url` wants none.
        first_token_timeout: seconds from the request to the first text, a reasoning model's thinking included.
        idle_timeout: seconds between two pieces of text.
    """

    provider = PROVIDER

    def __init__(self, name: str, api_key: str, base_url: str, first_token_timeout: float, idle_timeout: float) -> None:
        self.name = name
        self._first_token_timeout = first_token_timeout
        self._idle_timeout = idle_timeout
        self._client = openai.AsyncOpenAI(
            api_key=api_key or NO_KEY,
            base_url=base_url or DEFAULT_BASE_URL,
            max_retries=0,
            timeout=None,
            http_client=openai.DefaultAioHttpClient(),
        )
        host = urlsplit(str(self._client.base_url)).hostname or ""
        self._limit_field = "max_completion_tokens" if _is_openai(host) else "max_tokens"
        deployment = "OpenAI" if not base_url else f"The model server at {host}"
        self._failures = Failures(deployment, name, "OPENAI_API_KEY", "OPENAI_BASE_URL")

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
        return self._client.chat.completions.with_streaming_response.create(
            model=self.name,
            messages=_messages(request),
            stream=True,
            stream_options={"include_usage": True},
            temperature=openai.omit if request.temperature is None else request.temperature,
            extra_body={self._limit_field: request.max_output_tokens},
        )

    async def check(self) -> ComponentStatus:
        return await check_model(self.provider, self.name, self._list_models())

    async def close(self) -> None:
        await self._client.close()

    async def _list_models(self) -> object:
        with _sdk_errors(self._failures):
            try:
                return await self._client.get("/models", cast_to=object, options={"timeout": CHECK_SECONDS})
            except openai.NotFoundError:
                # Compatible servers may speak chat completions alone.
                return None


class _Reply:
    """One streamed answer, as far as it was read."""

    def __init__(self, failures: Failures) -> None:
        self.ended = False
        self._failures = failures
        self._texts: list[str] = []
        self._finish_reason = ""
        self._refused = False
        self._usage: Object = {}

    @property
    def complete(self) -> bool:
        return bool(self._finish_reason) or (self.ended and bool(self._texts))

    def read(self, event: SseEvent) -> str:
        if event.data == "[DONE]":
            self.ended = True
            return ""
        chunk = parse_object(event.data)
        if chunk.get("error"):
            raise self._failures.of_event(chunk)
        self._usage = get_object(chunk, "usage") or self._usage
        choices = get_objects(chunk, "choices")
        return self._read_choice(choices[0]) if choices else ""

    def _read_choice(self, choice: Object) -> str:
        self._finish_reason = get_text(choice, "finish_reason") or self._finish_reason
        delta = get_object(choice, "delta")
        refusal = get_text(delta, "refusal")
        self._refused = self._refused or bool(refusal)
        text = get_text(delta, "content") + refusal
        if text:
            self._texts.append(text)
        return text

    def finish(self, model: str, request: ModelRequest) -> ModelFinished:
        """The last event. Raises ModelError BAD_RESPONSE where there was neither text nor a refusal."""
        reason = "refusal" if self._refused else _REASONS.get(self._finish_reason, "stop")
        if not self._texts and reason != "refusal":
            raise self._failures.empty(reason)
        if not self._usage:
            return ModelFinished(reason, estimate_usage(PROVIDER, model, request, "".join(self._texts)))
        return ModelFinished(reason, _disjoint_usage(model, self._usage))


def _disjoint_usage(model: str, usage: Object) -> Usage:
    """OpenAI counts cached tokens among the prompt's and reasoning tokens among the completion's.

    Some compatible servers count reasoning beside the completion; their total tells.
    """
    prompt, completion = get_count(usage, "prompt_tokens"), get_count(usage, "completion_tokens")
    prompt_details = get_object(usage, "prompt_tokens_details")
    cached, written = get_count(prompt_details, "cached_tokens"), get_count(prompt_details, "cache_write_tokens")
    reasoning = get_count(get_object(usage, "completion_tokens_details"), "reasoning_tokens")
    apart = get_count(usage, "total_tokens") == prompt + completion + reasoning
    return Usage(
        provider=PROVIDER,
        model=model,
        uncached_input_tokens=max(0, prompt - cached - written),
        cache_read_tokens=cached,
        cache_write_tokens=written,
        output_tokens=completion if apart else max(0, completion - reasoning),
        reasoning_tokens=reasoning,
    )


def _messages(request: ModelRequest) -> list[ChatCompletionMessageParam]:
    messages: list[ChatCompletionMessageParam] = []
    if request.system:
        messages.append({"role": "system", "content": request.system})
    for message in request.history:
        if message.role is MessageRole.USER:
            messages.append({"role": "user", "content": message.text})
        else:
            messages.append({"role": "assistant", "content": message.text})
    messages.append({"role": "user", "content": request.question})
    return messages


def _is_openai(host: str) -> bool:
    """Whether OpenAI's newer models, which refuse max_tokens, may be behind `host`; others often know only that."""
    return host.endswith((".openai.com", ".openai.azure.com"))


@contextmanager
def _sdk_errors(failures: Failures) -> Iterator[None]:
    try:
        yield
    except openai.APIStatusError as error:
        raise failures.of_status(error.status_code, error.body, error.response.headers) from None
    except openai.APIConnectionError:
        raise failures.unreachable() from None
