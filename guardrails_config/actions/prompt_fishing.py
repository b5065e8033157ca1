"""Requests for the system prompt."""

from __future__ import annotations

from guardrails_config.detectors.injection import find_prompt_fishing
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("prompt fishing", direction="input")
async def check_prompt_fishing(text: str) -> Finding | None:
    return find_prompt_fishing(text)
