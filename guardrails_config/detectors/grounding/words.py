"""The words of a text that carry its meaning, as stems, and the language that they are in, as far as it matters."""

from __future__ import annotations

import re
from functools import lru_cache

from py_rust_stemmers import SnowballStemmer

from guardrails_config.detectors.grounding.vocabulary import FUNCTION_WORDS, OTHER_LANGUAGES, SAME

_WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")
_STEMMER = SnowballStemmer("english")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a word in lower case. Words with digits are names and stay as they are."""
    if any(character.isdigit() for character in word):
        return word
    return str(_STEMMER.stem_word(SAME.get(word, word)))


def words(text: str) -> list[str]:
    """All words, as written, with straight apostrophes."""
    return _WORD.findall(text.replace("\u2019", "'"))


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that are no function words and no bare numbers."""
    return frozenset(
        stem(word) for word in map(str.lower, words(text)) if word not in FUNCTION_WORDS and not word[0].isdigit()
    )


def is_english(text: str) -> bool:
    """Whether English function words are at least as many as those of the other languages that are told apart."""
    found = [word.lower() for word in words(text)]
    return sum(word in FUNCTION_WORDS for word in found) >= sum(word in OTHER_LANGUAGES for word in found)
