"""Context: letters that look like others."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.hidden import find_look_alikes
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_look_alikes")
async def check_look_alikes(text: str, config: Any) -> RailOutcome:
    return decide("look alikes", find_look_alikes(text), config)
