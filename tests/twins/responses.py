"""A twin of OpenAI's Responses and list of models. `python -m tests.twins.responses` runs it alone."""

from __future__ import annotations

import itertools
import json
from typing import Any

from tests.twins.loopback import Count, Script, Usage, run
from tests.twins.openai import OpenAITwin

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 100},
    "output_tokens": 40,
    "output_tokens_details": {"reasoning_tokens": 30},
    "total_tokens": 160,
}
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
_ITEM = "msg_1"
_PART = {"item_id": _ITEM, "output_index": 0, "content_index": 0}
_numbers = itertools.count()


class ResponsesTwin(OpenAITwin):
    """Speaks Responses on a loopback port."""

    def usage(self, count: Count) -> dict[str, Any]:
        return {
            "input_tokens": count.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": count.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": count.input_tokens + count.output_tokens,
        }

    def whole(self, script: Script, usage: Usage) -> dict[str, Any]:
        return _response(script, "completed", usage)

    def opening(self, script: Script, usage: Usage) -> list[str]:
        begun = _response(script, "in_progress", None) | {"output": []}
        item = {"id": _ITEM, "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        return [
            _event("response.created", response=begun),
            _event("response.in_progress", response=begun),
            _event("response.output_item.added", output_index=0, item=item),
            _event("response.content_part.added", **_PART, part=_text_part("")),
        ]

    def token(self, text: str) -> str:
        return _event("response.output_text.delta", **_PART, delta=text, logprobs=[], obfuscation="x" * 8)

    def finish(self, script: Script, usage: Usage) -> list[str]:
        text = "".join(script.tokens)
        status = "incomplete" if script.finish_reason in _INCOMPLETE else "completed"
        return [
            _event("response.output_text.done", **_PART, text=text, logprobs=[]),
            _event("response.content_part.done", **_PART, part=_text_part(text)),
            _event("response.output_item.done", output_index=0, item=_item(script)),
            _event(f"response.{status}", response=_response(script, status, usage)),
        ]

    def after_finish(self, script: Script, usage: Usage) -> list[str]:
        return []

    def error_event(self) -> str:
        error = {"code": "server_error", "message": "The model failed."}
        return _event("response.failed", response=_response(Script(), "failed", None) | {"error": error})


class RefusingResponsesTwin(ResponsesTwin):
    """Declines in the events that OpenAI has for it."""

    def token(self, text: str) -> str:
        return _event("response.refusal.delta", **_PART, delta=text)


class AlarmedResponsesTwin(ResponsesTwin):
    """Fails by the event that belongs to no response."""

    def error_event(self) -> str:
        return _event("error", code="rate_limit_exceeded", message="Rate limit reached.", param=None)


def _response(script: Script, status: str, usage: Usage) -> dict[str, Any]:
    reason = _INCOMPLETE.get(script.finish_reason) if status == "incomplete" else None
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1767225600,
        "status": status,
        "model": "twin-large",
        "output": [_item(script)],
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
    }


def _item(script: Script) -> dict[str, Any]:
    content = [_text_part("".join(script.tokens))]
    return {"id": _ITEM, "type": "message", "role": "assistant", "status": "completed", "content": content}


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _event(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': next(_numbers)} | fields)}"


if __name__ == "__main__":
    run(ResponsesTwin, "OPENAI_BASE_URL", "/v1")
