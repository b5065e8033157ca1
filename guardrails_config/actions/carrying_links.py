"""Context: links and images that carry a conversation away."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.carrying_links import find_carrying_link
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_carrying_links")
async def check_carrying_links(text: str, config: Any) -> RailOutcome:
    return decide("carrying links", find_carrying_link(text), config)
