"""Input: far too long, or repetitive."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.shape import find_bad_shape
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_text_shape")
async def check_text_shape(text: str, config: Any) -> RailOutcome:
    return decide("text shape", find_bad_shape(text, int(config.custom_data["max_characters"])), config)
