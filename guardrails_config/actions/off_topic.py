"""Input: errands for a general assistant."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.off_topic import find_off_topic
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_off_topic")
async def check_off_topic(text: str, config: Any) -> RailOutcome:
    return decide("off topic", find_off_topic(text, config.custom_data.get("product_words", ())), config)
