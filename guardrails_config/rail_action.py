"""What an action of this folder needs: its registration with NeMo Guardrails, and the way from finding to outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from nemoguardrails.actions import action
from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.patterns import Finding

Action = TypeVar("Action", bound=Callable[..., Any])


def rail_action(name: str) -> Callable[[Action], Action]:
    """Register a function under the name by which flows execute it."""
    return cast("Callable[[Action], Action]", action(name=name))


def decide(rail: str, finding: Finding | None, config: Any) -> RailOutcome:
    """Block where the finding's score reaches the rail's threshold in config.yml (`custom_data.thresholds`).

    The outcome's metadata holds category, score, threshold and evidence. Raises KeyError where there is no threshold.
    """
    threshold = float(config.custom_data["thresholds"][rail])
    if finding is None:
        return RailOutcome.allow(metadata={"score": 0.0, "threshold": threshold})
    metadata = {
        "category": finding.category,
        "score": finding.score,
        "threshold": threshold,
        "evidence": finding.evidence,
    }
    return RailOutcome.block(metadata=metadata) if finding.score >= threshold else RailOutcome.allow(metadata=metadata)
