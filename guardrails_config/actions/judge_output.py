"""Output: harmful, leaking and off-policy answers, by asking a model.

It is asked once, about the whole answer: a sentence by itself often is harmless or makes no sense, and one question a
sentence costs as many times as much. The price is that in mode block nothing is shown before all is judged. It fails
closed.
"""

from __future__ import annotations

from guardrails_config.detectors.patterns import Finding
from guardrails_config.judging import Judge, ask, instructions
from guardrails_config.rail_action import rail


@rail("judge output", direction="output", threshold=0.5, mode="block", judged=True, on_error="block", unit="answer")
async def check_judge_output(text: str, judge: Judge | None) -> Finding:
    """Harmful, leaking and off-policy answers."""
    return await ask(judge, instructions(__file__, "judge_output"), text)
