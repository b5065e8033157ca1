"""Output: sentences that the answer's sources do not support, by their words and numbers.

Flags by default and fails open: its alarms are worth a look, and not worth an answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from guardrails_config.detectors.grounding.support import find_unsupported
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("grounding", direction="output", threshold=0.6, mode="flag", on_error="flag", unit="sentence")
async def check_grounding(text: str, sources: Sequence[str]) -> Finding | None:
    """Sentences that the sources do not support; without any source nothing is checked."""
    return find_unsupported(text, sources) if sources else None
