"""Systematic questioning that copies the knowledge base or the model."""

from __future__ import annotations

from typing import Any

from guardrails_config.detectors.extraction import find_extraction
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("model extraction", direction="input", threshold=0.8)
async def check_model_extraction(text: str, caller: Any = None) -> Finding | None:
    return find_extraction(text, caller)
