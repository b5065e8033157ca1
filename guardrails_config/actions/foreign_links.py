"""Output: links and images that lead where neither the customer nor a citation points."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.links import find_foreign_link
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_foreign_links")
async def check_foreign_links(text: str, known: str, config: Any) -> RailOutcome:
    return decide("foreign links", find_foreign_link(text, config.custom_data.get("allowed_hosts", ()), known), config)
