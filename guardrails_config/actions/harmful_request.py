"""Requests for help with harm."""

from __future__ import annotations

from guardrails_config.detectors.harmful import find_harmful_request
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("harmful request", direction="input")
async def check_harmful_request(text: str) -> Finding | None:
    return find_harmful_request(text)
