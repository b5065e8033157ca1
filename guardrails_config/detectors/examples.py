"""Attacks that documentation quotes as examples of attacks."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import plain

_TALK_OF_ATTACKS = (
    *("attack", "injection", "jailbreak", "tester", "test case", "typed", "entered", "phishing"),
    *("angreifer", "angriff", "harmlos", "attaqu", "atacan", "ataque", "attacc", "aanval", "atak", "angrip", "saldir"),
    *("utok", "utoc", plain("攻撃"), plain("インジェクション")),
)
_QUOTED = re.compile(
    r"(?<!\w)(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'(?!\w)|«[^»\n]{1,200}»|„[^\"“\n]{1,200}[\"“]|「[^」\n]{1,200}」)"
)


def without_examples(reading: str) -> str:
    """A text in plain form; where it speaks of attacks or tests, what it quotes in one line is left out."""
    if not any(word in reading for word in _TALK_OF_ATTACKS):
        return reading
    return _QUOTED.sub('""', reading)
