"""Text that a reader cannot see, or takes for something else."""

from __future__ import annotations

from guardrails_config.detectors.characters import invisible_count, look_alike_words
from guardrails_config.detectors.patterns import Finding


def find_hidden_text(text: str) -> Finding | None:
    """Characters that a reader cannot see. Eight give a score of 0.8; it grows by saturation."""
    count = invisible_count(text)
    return Finding("hidden_text", _saturating(count / 8), f"{count} invisible characters") if count else None


def find_look_alikes(text: str) -> Finding | None:
    """Words of letters that look like others. Three give a score of 0.8; it grows by saturation."""
    count = look_alike_words(text)
    return Finding("look_alike_characters", _saturating(count / 3), f"{count} words of look-alikes") if count else None


def _saturating(strength: float) -> float:
    return round(1 - float(0.2**strength), 4)
