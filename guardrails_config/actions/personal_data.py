"""Masking: where personal data stands, how far a stream must be held back to tell, and which spellings are the same.

The server calls these itself, because NeMo Guardrails cannot mask a stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guardrails_config.personal_data import canonical, names, segments, spans
from guardrails_config.rail_action import rail_action


@rail_action("find_private_spans")
def find_private_spans(text: str, start: int = 0) -> list[spans.Span]:
    return spans.find_private_spans(text, start)


@rail_action("private_span_may_grow")
def private_span_may_grow(segment: str, ahead: str = "") -> bool | None:
    return segments.may_grow(segment, ahead)


@rail_action("canonical_private_values")
def canonical_private_values(value: str, kind: str) -> frozenset[str]:
    return canonical.canonical_values(value, kind)


@rail_action("open_names")
def open_names(settings: Mapping[str, Any]) -> names.NamesToo:
    return names.open_names(settings)
