"""A twin of Anthropic's Messages and list of models. `python -m tests.twins.anthropic` runs it alone."""

from __future__ import annotations

import json
from typing import Any

from tests.twins.loopback import Count, Fault, Script, Twin, Usage, run

USAGE = {
    "input_tokens": 20,
    "cache_read_input_tokens": 100,
    "cache_creation_input_tokens": 7,
    "output_tokens": 40,
    "output_tokens_details": {"thinking_tokens": 30},
}
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens"}
_ERRORS = {
    Fault.UNAUTHORIZED: ("authentication_error", "invalid x-api-key sk-secret"),
    Fault.RATE_LIMITED: ("rate_limit_error", "Number of requests has exceeded your rate limit."),
    Fault.CONTEXT_TOO_LONG: ("invalid_request_error", "prompt is too long: 215000 tokens > 200000 maximum"),
    Fault.CONTENT_POLICY: ("invalid_request_error", "Output blocked by content filtering policy: my secret question"),
    Fault.NOT_FOUND: ("not_found_error", "model: twin-none"),
    Fault.OVERLOADED: ("overloaded_error", "Overloaded"),
}


class AnthropicTwin(Twin):
    """Speaks Messages on a loopback port."""

    @property
    def base_url(self) -> str:
        return self.url

    def models(self) -> list[str]:
        return ["twin-large", "twin-small-20260101"]

    def error(self, status: int, fault: Fault) -> dict[str, Any]:
        kind, message = _ERRORS.get(fault, ("api_error", "Internal server error"))
        return {"type": "error", "error": {"type": kind, "message": message}}

    def usage(self, count: Count) -> dict[str, Any]:
        return {"input_tokens": count.input_tokens, "output_tokens": count.output_tokens}

    def whole(self, script: Script, usage: Usage) -> dict[str, Any]:
        content = [{"type": "text", "text": "".join(script.tokens)}]
        return _message(usage) | {"content": content, "stop_reason": _stop_reason(script)}

    def opening(self, script: Script, usage: Usage) -> list[str]:
        begun = None if usage is None else usage | {"output_tokens": 1}
        block = {"type": "text", "text": ""}
        return [
            _event("message_start", message=_message(begun)),
            _event("content_block_start", index=0, content_block=block),
            _event("ping"),
        ]

    def token(self, text: str) -> str:
        return _event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def finish(self, script: Script, usage: Usage) -> list[str]:
        delta = {"stop_reason": _stop_reason(script), "stop_sequence": None}
        return [_event("content_block_stop", index=0), _event("message_delta", delta=delta, usage=usage)]

    def after_finish(self, script: Script, usage: Usage) -> list[str]:
        return [_event("message_stop")]

    def error_event(self) -> str:
        return _event("error", error={"type": "overloaded_error", "message": "Overloaded"})


def _stop_reason(script: Script) -> str:
    return _STOP_REASONS.get(script.finish_reason, script.finish_reason)


def _message(usage: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "twin-large",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def _event(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | fields)}"


if __name__ == "__main__":
    run(AnthropicTwin, "ANTHROPIC_BASE_URL")
