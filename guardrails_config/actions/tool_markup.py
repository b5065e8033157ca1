"""Context: markup that a model may take for its own."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.markup import find_tool_markup
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_tool_markup")
async def check_tool_markup(text: str, config: Any) -> RailOutcome:
    return decide("tool markup", find_tool_markup(text), config)
