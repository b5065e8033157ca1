"""Output: incitement and instructions for harm."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.harmful import find_harmful_answer
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_harmful_answer")
async def check_harmful_answer(text: str, config: Any) -> RailOutcome:
    return decide("harmful answer", find_harmful_answer(text), config)
