"""Requests to carry data out."""

from __future__ import annotations

from guardrails_config.detectors.exfiltration import find_exfiltration
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("exfiltration", direction="input")
async def check_exfiltration(text: str) -> Finding | None:
    return find_exfiltration(text)
