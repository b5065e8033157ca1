"""Whether the answer says what a right answer must say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from evals.answers import Answer
from evals.metrics.base import DETERMINISTIC

_MARKUP = re.compile(r"[*_`\[\]#>|]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_TYPOGRAPHY = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"}
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class FactRecall:
    """The share of the expected facts that stand in the answer, 0 to 1.

    Both sides are normalised; a fact must stand by itself: "$12" is not in "$129" nor in "$12.50".
    Applies to cases with facts whose right outcome is an answer; a turn that declined has none of them.
    """

    name: str = "fact_recall"
    scorer: str = DETERMINISTIC

    async def score(self, answer: Answer) -> float | None:
        facts = answer.case.case.expected_facts
        if not facts or answer.case.case.expected_outcome != "answered":
            return None
        text = normalise(answer.text)
        return sum(_holds(text, fact) for fact in facts) / len(facts)


def normalise(text: str) -> str:
    """Case folded, compatibility forms unified (NFKC), typographic quotes and dashes
    plain, markup and thousands separators gone, spaces single."""
    plain = _MARKUP.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return _SPACE.sub(" ", _THOUSANDS.sub("", plain.translate(_TYPOGRAPHY))).strip()


def _holds(text: str, fact: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(normalise(fact))}(?!\w|[.,]\d)", text) is not None
