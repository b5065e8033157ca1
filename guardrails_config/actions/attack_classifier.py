"""Input: what reads like an attack on the model, by a trained classifier."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.classifier.model import find_attack
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_attack_classifier")
async def check_attack_classifier(text: str, config: Any) -> RailOutcome:
    return decide("attack classifier", find_attack(text), config)
