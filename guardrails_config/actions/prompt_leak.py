"""The system prompt, announced or quoted."""

from __future__ import annotations

from typing import Any

from guardrails_config.detectors.leakage import find_prompt_leak
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("prompt leak", direction="output")
async def check_prompt_leak(text: str, config: Any) -> Finding | None:
    return find_prompt_leak(text, config.custom_data.get("canaries", ()))
