"""Incitement and instructions for harm."""

from __future__ import annotations

from guardrails_config.detectors.harmful import find_harmful_answer
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("harmful answer", direction="output")
async def check_harmful_answer(text: str) -> Finding | None:
    return find_harmful_answer(text)
