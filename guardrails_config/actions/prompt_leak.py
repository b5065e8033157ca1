"""Output: the system prompt."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.leakage import find_prompt_leak
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_prompt_leak")
async def check_prompt_leak(text: str, config: Any) -> RailOutcome:
    return decide("prompt leak", find_prompt_leak(text, config.custom_data.get("canaries", ())), config)
