"""Errands for a general assistant."""

from __future__ import annotations

from typing import Any

from guardrails_config.detectors.off_topic import find_off_topic
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("off topic", direction="input")
async def check_off_topic(text: str, config: Any) -> Finding | None:
    return find_off_topic(text, config.custom_data.get("product_words", ()))
