"""Input: requests for help with harm."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.harmful import find_harmful_request
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_harmful_request")
async def check_harmful_request(text: str, config: Any) -> RailOutcome:
    return decide("harmful request", find_harmful_request(text), config)
