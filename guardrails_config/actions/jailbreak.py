"""Role play meant to free the model from its rules."""

from __future__ import annotations

from guardrails_config.detectors.jailbreak import find_jailbreak
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("jailbreak", direction="input")
async def check_jailbreak(text: str) -> Finding | None:
    return find_jailbreak(text)
