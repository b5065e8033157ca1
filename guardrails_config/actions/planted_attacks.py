"""Sentences of a document that read like an attack on the model by their n-grams and concepts, in twelve languages."""

from __future__ import annotations

from guardrails_config.classifier.model import find_attack_in_document
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("planted attacks", direction="context")
async def check_planted_attacks(text: str) -> Finding | None:
    return find_attack_in_document(text)
