"""Attempts to replace the model's instructions."""

from __future__ import annotations

from collections.abc import Sequence

from guardrails_config.detectors.injection import find_injection
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("prompt injection", direction="input")
async def check_prompt_injection(text: str, earlier: Sequence[str] = ()) -> Finding | None:
    return find_injection(text, earlier)
