"""A twin of OpenAI's Chat Completions and list of models. `python -m tests.twins.openai` runs it alone."""

from __future__ import annotations

import json
from typing import Any

from tests.twins.loopback import Count, Fault, Script, Twin, Usage, run

USAGE = {
    # Counts with every detail, for scripts.
    "prompt_tokens": 120,
    "completion_tokens": 40,
    "total_tokens": 160,
    "prompt_tokens_details": {"cached_tokens": 100},
    "completion_tokens_details": {"reasoning_tokens": 30},
}
_ERRORS = {
    Fault.UNAUTHORIZED: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-secret."),
    Fault.RATE_LIMITED: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    Fault.CONTEXT_TOO_LONG: ("invalid_request_error", "context_length_exceeded", "Maximum context length is 8192."),
    Fault.CONTENT_POLICY: ("invalid_request_error", "content_filter", "The prompt was filtered: my secret question"),
    Fault.NOT_FOUND: ("invalid_request_error", "model_not_found", "The model does not exist."),
}


class OpenAITwin(Twin):
    """Speaks Chat Completions on a loopback port."""

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def models(self) -> list[str]:
        return ["twin-large", "twin-small-2026-01-01"]

    def error(self, status: int, fault: Fault) -> dict[str, Any]:
        kind, code, message = _ERRORS.get(fault, ("server_error", None, "The server had an error."))
        return {"error": {"message": message, "type": kind, "param": None, "code": code}}

    def usage(self, count: Count) -> dict[str, Any]:
        return {
            "prompt_tokens": count.input_tokens,
            "completion_tokens": count.output_tokens,
            "total_tokens": count.input_tokens + count.output_tokens,
        }

    def whole(self, script: Script, usage: Usage) -> dict[str, Any]:
        message = {"role": "assistant", "content": "".join(script.tokens), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": script.finish_reason, "logprobs": None}
        return _object("chat.completion", [choice]) | {"usage": usage}

    def opening(self, script: Script, usage: Usage) -> list[str]:
        return [": the twin is awake", _chunk({"role": "assistant", "content": "", "refusal": None})]

    def token(self, text: str) -> str:
        return _chunk({"content": text})

    def finish(self, script: Script, usage: Usage) -> list[str]:
        return [_chunk({}, script.finish_reason)]

    def after_finish(self, script: Script, usage: Usage) -> list[str]:
        counts = [] if usage is None else [_data(_object("chat.completion.chunk", []) | {"usage": usage})]
        return [*counts, "data: [DONE]"]

    def error_event(self) -> str:
        return _data({"error": {"message": "The server had an error.", "type": "server_error", "code": None}})


class RefusingOpenAITwin(OpenAITwin):
    """Declines in the field that OpenAI has for it."""

    def token(self, text: str) -> str:
        return _chunk({"refusal": text})


def _chunk(delta: dict[str, Any], finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _data(_object("chat.completion.chunk", [choice]) | {"usage": None})


def _object(kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1767225600, "model": "twin-large", "choices": choices}


def _data(payload: dict[str, Any]) -> str:
    return f"data: {json.dumps(payload)}"


if __name__ == "__main__":
    run(OpenAITwin, "OPENAI_BASE_URL", "/v1")
