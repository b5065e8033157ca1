"""Letters that look like others."""

from __future__ import annotations

from guardrails_config.detectors.hidden import find_look_alikes
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("look alikes", direction="context")
async def check_look_alikes(text: str) -> Finding | None:
    return find_look_alikes(text)
