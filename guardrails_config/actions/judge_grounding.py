"""Output: answers that their sources do not support, by asking a model.

Flags by default and fails open: a turn whose support nobody could judge is no worse than one without this rail.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from guardrails_config.detectors.patterns import Finding
from guardrails_config.judging import Judge, ask, instructions
from guardrails_config.rail_action import rail


@rail("judge grounding", direction="output", threshold=0.5, mode="flag", judged=True, on_error="flag", unit="answer")
async def check_judge_grounding(text: str, sources: Sequence[str], judge: Judge | None) -> Finding:
    """Answers that their sources do not support."""
    asked = json.dumps({"sources": list(sources), "answer": text}, ensure_ascii=False)
    return await ask(judge, instructions(__file__, "judge_grounding"), asked)
