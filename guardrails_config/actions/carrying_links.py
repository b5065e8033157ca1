"""Links and images that carry a conversation away."""

from __future__ import annotations

from guardrails_config.detectors.carrying_links import find_carrying_link
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("carrying links", direction="context")
async def check_carrying_links(text: str) -> Finding | None:
    return find_carrying_link(text)
