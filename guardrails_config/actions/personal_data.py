"""Masking: where personal data stands, and how far a stream must be held back to tell.

The server calls these two itself, because NeMo Guardrails cannot mask a stream.
"""

from __future__ import annotations

from guardrails_config.personal_data import segments, spans
from guardrails_config.rail_action import rail_action


@rail_action("find_private_spans")
def find_private_spans(text: str, start: int = 0) -> list[spans.Span]:
    return spans.find_private_spans(text, start)


@rail_action("private_span_may_grow")
def private_span_may_grow(segment: str) -> bool:
    return segments.may_grow(segment)
