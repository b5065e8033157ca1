"""Input: requests for the system prompt."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.injection import find_prompt_fishing
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_prompt_fishing")
async def check_prompt_fishing(text: str, config: Any) -> RailOutcome:
    return decide("prompt fishing", find_prompt_fishing(text), config)
