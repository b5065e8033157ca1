"""From a text to the words it is found by, and from what a customer typed to the words worth looking up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from py_rust_stemmers import SnowballStemmer

from server.domain.english import FUNCTION_WORDS, SEVERED

MAX_TERMS = 64
"""Distinct terms of one question that are looked up; later ones of a longer text are left out."""

_TERM = re.compile(r"[^\W_]+")
_MAX_TERM_CHARACTERS = 64
_ASCII_SEPARATORS = {code: " " for code in range(128) if not chr(code).isalnum()}
_DIACRITICS = re.compile("[\u0300-\u036f]")

_STOPWORDS = FUNCTION_WORDS | SEVERED
_STEMMER = SnowballStemmer("english")


@lru_cache(maxsize=65_536)
def stem(term: str) -> str:
    """A lower-case term without its English endings (Porter's second algorithm, "Snowball English")."""
    return str(_STEMMER.stem_word(term))


def stems(terms: Sequence[str]) -> list[str]:
    """The stem of each term; for many that are asked for once."""
    return list(_STEMMER.stem_words(list(terms)))


def index_terms(text: str) -> list[str]:
    """All words and numbers of `text`, lower case, without the accents of Latin, Greek and Cyrillic letters, in order.

    Of a longer word the first 64 characters count.
    """
    lower = text.lower()
    if lower.isascii():
        # Four times as fast as the pattern, with the same result.
        terms = lower.translate(_ASCII_SEPARATORS).split()
    else:
        plain = unicodedata.normalize("NFC", _DIACRITICS.sub("", unicodedata.normalize("NFD", lower)))
        terms = _TERM.findall(plain)
    if max(map(len, terms), default=0) > _MAX_TERM_CHARACTERS:
        return [term[:_MAX_TERM_CHARACTERS] for term in terms]
    return terms


def query_terms(text: str) -> list[str]:
    """The distinct terms of `text` as `index_terms` gives them, at most `MAX_TERMS`.

    English function words are left out, unless there is nothing else. Punctuation, symbols and query operators separate
    terms and never become part of one, so that any text gives a harmless list, which may be empty.
    """
    distinct = list(dict.fromkeys(index_terms(text)))
    telling = [word for word in distinct if word not in _STOPWORDS]
    return (telling or distinct)[:MAX_TERMS]
