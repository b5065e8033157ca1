"""Input: harmful, jailbreaking and off-topic messages, by asking a model.

Fails closed: who could make the judge time out or stumble would otherwise have found the way around it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from guardrails_config.detectors.patterns import Finding
from guardrails_config.judging import Judge, ask, instructions
from guardrails_config.rail_action import rail


@rail("judge input", direction="input", threshold=0.5, mode="block", judged=True, on_error="block")
async def check_judge_input(text: str, earlier: Sequence[str], config: Any, judge: Judge | None) -> Finding:
    """Harmful messages, jailbreaks and what is off topic."""
    words = ", ".join(config.custom_data.get("product_words", ()))
    told = instructions(__file__, "judge_input").replace("{product_words}", words)
    return await ask(judge, told, json.dumps({"earlier": list(earlier), "message": text}, ensure_ascii=False))
