"""OpenAI's Chat Completions, and any server that speaks them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import openai

from server.domain import MessageRole, ModelRequest, Usage
from server.models.conversation import conversation
from server.models.endpoint import Endpoint, Timeouts
from server.models.failures import Failures
from server.models.openai_client import PROVIDER, OpenAIClientModel
from server.models.payload import Object, get_count, get_object, get_objects, get_text, parse_object
from server.models.sse import SseEvent
from server.models.streaming import Reply, Response

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

_REASONS = {"length": "length", "content_filter": "refusal"}
"""Every other finish_reason counts as stop: compatible servers have names of their own for it."""


class OpenAIModel(OpenAIClientModel):
    """A model that speaks Chat Completions."""

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts) -> None:
        super().__init__(endpoint, timeouts)
        # The SDK imports this part at its first use, which would take the first customer most of a second.
        self._completions = self._client.chat.completions
        host = urlsplit(self._endpoint.base_url).hostname or ""
        self._limit_field = "max_completion_tokens" if _is_openai(host) else "max_tokens"

    def _open(self, request: ModelRequest) -> AbstractAsyncContextManager[Response]:
        return self._completions.with_streaming_response.create(
            model=self.name,
            messages=_messages(request),
            stream=True,
            stream_options={"include_usage": True},
            temperature=openai.omit if request.temperature is None else request.temperature,
            extra_body={self._limit_field: request.max_output_tokens},
        )

    def _reply(self) -> Reply:
        return _ChatReply(self._failures)


class _ChatReply(Reply):
    provider = PROVIDER

    def __init__(self, failures: Failures) -> None:
        super().__init__(failures)
        self._refused = False
        self._usage: Object = {}

    @property
    def complete(self) -> bool:
        return bool(self.reason) or (self.ended and bool(self._texts))

    def read(self, event: SseEvent) -> str:
        if event.data == "[DONE]":
            self.ended = True
            self.reason = self.reason or ("refusal" if self._refused else "")
            return ""
        chunk = parse_object(event.data)
        if chunk.get("error"):
            raise self.failures.of_event(chunk)
        if chunk.get("usage"):
            self._usage = get_object(chunk, "usage")
        choices = get_objects(chunk, "choices")
        return self._read_choice(choices[0]) if choices else ""

    def _read_choice(self, choice: Object) -> str:
        delta = get_object(choice, "delta")
        text = get_text(delta, "content")
        if delta.get("refusal"):
            self._refused = True
            text += get_text(delta, "refusal")
        if choice.get("finish_reason"):
            self.reason = "refusal" if self._refused else _REASONS.get(get_text(choice, "finish_reason"), "stop")
        return text

    def usage(self) -> Usage | None:
        """OpenAI counts cached tokens among the prompt's and reasoning tokens among the completion's.

        Some compatible servers count reasoning beside the completion; their total tells.
        """
        usage = self._usage
        if not usage:
            return None
        prompt, completion = get_count(usage, "prompt_tokens"), get_count(usage, "completion_tokens")
        prompt_details = get_object(usage, "prompt_tokens_details")
        cached, written = get_count(prompt_details, "cached_tokens"), get_count(prompt_details, "cache_write_tokens")
        reasoning = get_count(get_object(usage, "completion_tokens_details"), "reasoning_tokens")
        apart = get_count(usage, "total_tokens") == prompt + completion + reasoning
        return Usage(
            provider=PROVIDER,
            model=self.failures.endpoint.model,
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
    for message in conversation(request):
        if message.role is MessageRole.USER:
            messages.append({"role": "user", "content": message.text})
        else:
            messages.append({"role": "assistant", "content": message.text})
    return messages


def _is_openai(host: str) -> bool:
    """Whether OpenAI's newer models, which refuse max_tokens, may be behind `host`; others often know only that."""
    return host.endswith((".openai.com", ".openai.azure.com"))
