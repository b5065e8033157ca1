"""How well words of a text meet words of a question: English, by counting, without a language model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

from server.domain.english import FUNCTION_WORDS, SEVERED

_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][A-Za-z]+")
_ASKS_FOR_QUANTITY = re.compile(
    r"\b(?:how (?:long|many|much|far|often|soon|quickly|old)|when|until|within|what times?|number of|price|cost|fee"
    r"|limit|maximum|minimum|biggest|smallest|cheapest)\b",
    re.IGNORECASE,
)
_ENDINGS = ("ies", "ing", "ed", "es", "s", "e", "y")
_STOPWORDS = FUNCTION_WORDS | SEVERED | {"d", "doesn", "don", "isn", "won"}


def stem(word: str) -> str:
    """A lower-case word without one common English ending, so that "refunded" meets "refunds". Never shown.

    Not the search's stems: what the extractive model's thresholds are was measured with these.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def terms(text: str) -> frozenset[str]:
    """The stems of the words that tell something."""
    return frozenset(stem(word) for word in _WORD.findall(text.lower()) if word not in _STOPWORDS)


class TermWeights:
    """Inverse document frequency over a set of texts, smoothed: what few of them mention weighs most."""

    def __init__(self, texts: Sequence[frozenset[str]]) -> None:
        self._count = len(texts)
        self._mentions = Counter(term for text in texts for term in text)

    def coverage(self, wanted: Iterable[str], text: frozenset[str]) -> float:
        """The share of the wanted terms' weight that `text` has, 0 to 1."""
        weights = {term: log(1 + (self._count + 1) / (self._mentions[term] + 0.5)) for term in wanted}
        total = sum(weights.values())
        return sum(weight for term, weight in weights.items() if term in text) / total if total else 0.0


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's index: the share of all their terms that both have, 0 to 1."""
    either = one | other
    return len(one & other) / len(either) if either else 0.0


def asks_for_quantity(question: str) -> bool:
    """Whether a number, date or price would answer it."""
    return bool(_ASKS_FOR_QUANTITY.search(question))


def names_in(question: str) -> frozenset[str]:
    """The stems of its proper names and acronyms: capitalised words other than at the beginning of a sentence."""
    return frozenset(stem(word.lower()) for word in _NAME.findall(question) if word.lower() not in _STOPWORDS)
