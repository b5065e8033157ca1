"""Context: characters that a reader cannot see."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.hidden import find_hidden_text
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_hidden_text")
async def check_hidden_text(text: str, config: Any) -> RailOutcome:
    return decide("hidden text", find_hidden_text(text), config)
