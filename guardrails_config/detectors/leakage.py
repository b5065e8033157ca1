"""Answers that give away the system prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable

from guardrails_config.detectors.normalise import plain
from guardrails_config.detectors.patterns import Finding, Pattern, weigh

_PATTERNS = (
    Pattern(
        "announces the prompt",
        0.9,
        re.compile(
            r"\b(?:here (?:is|are)|these are|this is|sure[,!:]?) (?:the |my )(?:full |entire |exact |"
            r"complete |original |hidden )?(?:system prompt|system message|initial instructions|"
            r"hidden instructions|instructions i (?:was|were|have been) given)\b"
        ),
        ("prompt", "instructions", "system message"),
    ),
    Pattern(
        "quotes the prompt",
        0.9,
        re.compile(
            r"\bmy (?:system prompt|system message|(?:initial|original|hidden|secret|"
            r"exact) (?:instructions|prompt)|instructions) (?:is|are|was|were|says?|reads?|states?|"
            r"tells? me|start|begin)\w*\b"
        ),
        ("prompt", "instructions", "system message"),
    ),
    Pattern(
        "role markers",
        0.95,
        re.compile(r"<\|(?:im_start|im_end|system|endoftext)\|>|<</?sys>>|</?system(?:_prompt)?>"),
        ("<",),
    ),
)


def find_prompt_leak(text: str, canaries: Iterable[str] = ()) -> Finding | None:
    """A canary of the prompt (compared as plain text), or the announcement that the prompt follows."""
    reading = plain(text)
    for canary in canaries:
        if plain(canary) in reading:
            return Finding("system_prompt", 1.0, "a phrase of the prompt")
    return weigh("system_prompt", _PATTERNS, reading)
