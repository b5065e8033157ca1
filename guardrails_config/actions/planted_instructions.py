"""Context: instructions to the model in a document."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.planted import find_planted_instructions
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_planted_instructions")
async def check_planted_instructions(text: str, config: Any) -> RailOutcome:
    return decide("planted instructions", find_planted_instructions(text), config)
