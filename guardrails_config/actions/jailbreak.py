"""Input: role play meant to free the model from its rules."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.jailbreak import find_jailbreak
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_jailbreak")
async def check_jailbreak(text: str, config: Any) -> RailOutcome:
    return decide("jailbreak", find_jailbreak(text), config)
