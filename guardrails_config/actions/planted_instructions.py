"""Instructions to the model in a document."""

from __future__ import annotations

from guardrails_config.detectors.patterns import Finding
from guardrails_config.detectors.planted import find_planted_instructions
from guardrails_config.rail_action import rail


@rail("planted instructions", direction="context")
async def check_planted_instructions(text: str) -> Finding | None:
    return find_planted_instructions(text)
