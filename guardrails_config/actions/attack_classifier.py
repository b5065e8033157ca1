"""What reads like an attack by its n-grams, whatever the patterns make of it."""

from __future__ import annotations

from guardrails_config.classifier.model import find_attack
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("attack classifier", direction="input")
async def check_attack_classifier(text: str) -> Finding | None:
    return find_attack(text)
