"""OpenAI's Responses."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import openai

from server.domain import MessageRole, ModelRequest, Usage
from server.models.conversation import conversation
from server.models.failures import Failures
from server.models.openai_client import PROVIDER, OpenAIClientModel
from server.models.payload import Object, get_count, get_object, get_text, parse_object
from server.models.sse import SseEvent
from server.models.streaming import Reply, Response

if TYPE_CHECKING:
    from openai.types.responses import EasyInputMessageParam

MIN_OUTPUT_TOKENS = 16
"""The API refuses a lower limit."""

_REASONS = {"content_filter": "refusal"}
"""Every other reason of an incomplete response is a limit."""


class ResponsesModel(OpenAIClientModel):
    """A model that speaks Responses. Nothing is kept at the provider: each request has the whole conversation."""

    def _open(self, request: ModelRequest) -> AbstractAsyncContextManager[Response]:
        return self._client.responses.with_streaming_response.create(
            model=self.name,
            instructions=request.system or openai.omit,
            input=[*_input(request)],
            stream=True,
            store=False,
            temperature=openai.omit if request.temperature is None else request.temperature,
            max_output_tokens=max(MIN_OUTPUT_TOKENS, request.max_output_tokens),
        )

    def _reply(self) -> Reply:
        return _ResponsesReply(self._failures)


class _ResponsesReply(Reply):
    provider = PROVIDER

    def __init__(self, failures: Failures) -> None:
        super().__init__(failures)
        self._refused = False
        self._usage: Object = {}

    def read(self, event: SseEvent) -> str:
        payload = parse_object(event.data)
        match get_text(payload, "type") or event.event:
            case "response.output_text.delta":
                return get_text(payload, "delta")
            case "response.refusal.delta":
                self._refused = True
                return get_text(payload, "delta")
            case "response.completed":
                self._end(get_object(payload, "response"), "stop")
            case "response.incomplete":
                response = get_object(payload, "response")
                reason = get_text(get_object(response, "incomplete_details"), "reason")
                self._end(response, _REASONS.get(reason, "length"))
            case "response.failed":
                raise self.failures.of_event(get_object(payload, "response"))
            case "error":
                raise self.failures.of_event(payload)
        return ""

    def _end(self, response: Object, reason: str) -> None:
        self.ended = True
        self.reason = "refusal" if self._refused else reason
        self._usage = get_object(response, "usage")

    def usage(self) -> Usage | None:
        """Cached tokens are counted among the input's and reasoning tokens among the output's."""
        usage = self._usage
        if not usage:
            return None
        details = get_object(usage, "input_tokens_details")
        cached, written = get_count(details, "cached_tokens"), get_count(details, "cache_write_tokens")
        reasoning = get_count(get_object(usage, "output_tokens_details"), "reasoning_tokens")
        return Usage(
            provider=PROVIDER,
            model=self.failures.endpoint.model,
            uncached_input_tokens=max(0, get_count(usage, "input_tokens") - cached - written),
            cache_read_tokens=cached,
            cache_write_tokens=written,
            output_tokens=max(0, get_count(usage, "output_tokens") - reasoning),
            reasoning_tokens=reasoning,
        )


def _input(request: ModelRequest) -> list[EasyInputMessageParam]:
    return [
        {"role": "user" if message.role is MessageRole.USER else "assistant", "content": message.text}
        for message in conversation(request)
    ]
