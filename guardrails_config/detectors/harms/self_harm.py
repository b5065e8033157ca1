"""Harm to oneself."""

from __future__ import annotations

from guardrails_config.detectors.harms.words import kind

SELF_HARM = (
    kind(
        "self-harm",
        0.95,
        r"\b(?:i (?:want|am going|'?m going|plan|intend|need) to (?:die|kill myself|end my life|"
        r"hurt myself|cut myself)|kill(?:ing)? myself|end(?:ing)? my (?:own )?life|"
        r"commit(?:ting)? suicide|suicide (?:method|note|plan|pact)s?|how to (?:hang|hurt|cut|"
        r"harm) myself|(?:encourag|convinc|promot)\w+[^.\n]{0,30}(?:suicide|self[- ]harm|anorexia))\b",
        "die",
        "myself",
        "my life",
        "my own life",
        "suicide",
        "self-harm",
        "self harm",
        "anorexia",
    ),
)
