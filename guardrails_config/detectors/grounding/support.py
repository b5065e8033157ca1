"""How surely a sentence is not supported by its sources, by signs in its numbers and words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from guardrails_config.detectors.grounding.number_signs import number_signs
from guardrails_config.detectors.grounding.sources import read_sources
from guardrails_config.detectors.grounding.statements import statement
from guardrails_config.detectors.grounding.word_signs import word_signs
from guardrails_config.detectors.grounding.words import is_english
from guardrails_config.detectors.patterns import EVIDENCE_LENGTH, Finding

CATEGORY = "ungrounded"


def find_unsupported(sentence: str, sources: Sequence[str]) -> Finding | None:
    """What of a sentence its sources do not say; None where nothing is missing, or where the sentence states nothing.

    `score` is 0 to 1, 1 being surely unsupported: independent signs add up by noisy-or. `evidence` names the signs. In
    other languages than English, and where the sources are not English, numbers alone are judged. Without any source
    every statement is unsupported.
    """
    said = statement(sentence)
    if not said:
        return None
    known = read_sources(tuple(sources))
    if known.quote(said):
        return None
    english = is_english(said) and known.english
    signs = [*number_signs(said, known, english=english), *(word_signs(said, known) if english else ())]
    if not signs:
        return None
    doubt = math.prod(1 - sign.weight for sign in signs)
    evidence = "; ".join(sign.evidence for sign in sorted(signs, key=lambda sign: -sign.weight))
    return Finding(CATEGORY, round(1 - doubt, 4), evidence[:EVIDENCE_LENGTH])
