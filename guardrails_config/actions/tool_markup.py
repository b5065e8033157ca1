"""Markup that a model may take for its own."""

from __future__ import annotations

from guardrails_config.detectors.markup import find_tool_markup
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("tool markup", direction="context")
async def check_tool_markup(text: str) -> Finding | None:
    return find_tool_markup(text)
