"""Input: attempts to replace the model's instructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.injection import find_injection
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_prompt_injection")
async def check_prompt_injection(text: str, config: Any, earlier: Sequence[str] | None = None) -> RailOutcome:
    return decide("prompt injection", find_injection(text, earlier or ()), config)
