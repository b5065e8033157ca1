"""Input: requests to carry data out."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.exfiltration import find_exfiltration
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_exfiltration")
async def check_exfiltration(text: str, config: Any) -> RailOutcome:
    return decide("exfiltration", find_exfiltration(text), config)
