"""Characters that a reader cannot see."""

from __future__ import annotations

from guardrails_config.detectors.hidden import find_hidden_text
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("hidden text", direction="context")
async def check_hidden_text(text: str) -> Finding | None:
    return find_hidden_text(text)
