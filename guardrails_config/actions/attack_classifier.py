"""Input: what reads like an attack on the model, by a trained classifier."""

from __future__ import annotations

from typing import Any

from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.classifier.model import attack_score
from guardrails_config.detectors.normalise import plain
from guardrails_config.detectors.patterns import EVIDENCE_LENGTH, Finding
from guardrails_config.rail_action import decide, rail_action


@rail_action("check_attack_classifier")
async def check_attack_classifier(text: str, config: Any) -> RailOutcome:
    score, window = attack_score(plain(text))
    return decide("attack classifier", Finding("jailbreak", round(score, 4), window[:EVIDENCE_LENGTH]), config)
