"""Texts whose very shape is wrong: far too long, or the same thing over and over."""

from __future__ import annotations

import zlib

from guardrails_config.detectors.patterns import Finding

REPETITION_FROM = 600
"""Characters below which nothing is called repetitive."""


def find_bad_shape(text: str, max_characters: int) -> Finding | None:
    """Over-long text scores 1. Else the score is the share of the text that compression takes away."""
    if len(text) > max_characters:
        return Finding("too_long", 1.0, f"{len(text)} characters")
    if len(text) < REPETITION_FROM:
        return None
    data = text.encode("utf-8", "replace")
    return Finding("repetitive", round(1 - len(zlib.compress(data, 1)) / len(data), 4), f"{len(text)} characters")
