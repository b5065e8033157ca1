"""Texts that are far too long, or repetitive."""

from __future__ import annotations

from typing import Any

from guardrails_config.detectors.patterns import Finding
from guardrails_config.detectors.shape import find_bad_shape
from guardrails_config.rail_action import rail


@rail("text shape", direction="input")
async def check_text_shape(text: str, config: Any) -> Finding | None:
    return find_bad_shape(text, int(config.custom_data["max_characters"]))
