"""What a question says, apart from how it is put: its form and its words in one spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from server.caching.wording import (
    ACTIONS,
    AUXILIARIES,
    COMMON,
    DETERMINERS,
    E_VERBS,
    FILLERS,
    MISSPELLINGS,
    NUMBERS,
    ORDERS,
    REWRITES,
    SENTENCE_WORDS,
    SYNONYMS,
    UNCHANGED,
)

FREE_FORMS = frozenset({"HOW-I", "CAN-I", "WHERE-I"})
"""Forms in which the asker acts, so that a verb may change places with its object."""

_FORMS = FREE_FORMS | {"PRICE-OF"}

_TOKEN = re.compile(r"(?:(?<!\S)-)?\d+(?:[.,:/-]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]")
_PUNCTUATION = frozenset(".,;:!?\"'()[]{}-/\\_`\u2013\u2014\u2026\u00b4\u201e\u201c\u201d\u00ab\u00bb")
_SENTENCE_ENDS = frozenset(".!?:")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SYMBOLS = {"us$": " usd ", "$": " usd ", "€": " eur ", "£": " gbp ", "%": " percent "}
_SYMBOL = re.compile("|".join(map(re.escape, _SYMBOLS)), re.IGNORECASE)
_COMPOUND = re.compile(r"\be-?mail", re.IGNORECASE)
_CONTRACTIONS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "let's": "let us",
    "i'm": "i am",
    "i'd": "i would",
    "we'd": "we would",
}
_ENDINGS = {"'re": " are", "'ve": " have", "'ll": " will", "n't": " not"}
_IS = frozenset({"what", "where", "how", "who", "when", "why", "that", "there", "it", "he", "she"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Two texts with equal readings say the same, as far as words can tell.

    `words` are all that tell questions apart, in their order. Where the asker does one thing, its verb is `action`
    instead, so that it may stand before or behind its object. Only at either end: "stop paying clients" is not "stop
    clients paying".
    """

    form: str
    words: tuple[str, ...]
    action: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything in it to compare."""
        return bool(self.words or self.action)


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """The reading of a question in English; other languages' words are compared as they are written."""
    tokens = _rewritten(_tokens(text))
    forms = [token for token in tokens if token in _FORMS]
    words = [(place, word) for place, token in enumerate(tokens) if token not in _FORMS and (word := _word(token))]
    if not forms and words and not SENTENCE_WORDS & set(tokens):
        forms, words = _phrase(words)
    others, action = [word for _, word in words], ""
    acts = [place for place, word in words if word in ACTIONS and tokens[max(0, place - 1)] not in DETERMINERS]
    if len(forms) == 1 and forms[0] in FREE_FORMS and len(acts) == 1 and acts[0] in (words[0][0], words[-1][0]):
        action = others.pop(0 if acts[0] == words[0][0] else -1)
    return Reading(
        " ".join([*forms, *sorted(word for word in others if word in AUXILIARIES)]),
        tuple(word for word in others if word not in AUXILIARIES),
        action,
    )


def _phrase(words: list[tuple[int, str]]) -> tuple[list[str], list[tuple[int, str]]]:
    """A bare phrase as the question that it stands for: an order ("cancel subscription") asks how, any other
    ("refund policy") what."""
    first = words[0][1]
    if first in ORDERS and len(words) > 1:
        return ["HOW-I"], words
    return [], words if first == "what" else [(0, "what"), *words]


def _rewritten(tokens: list[str]) -> list[str]:
    line = " ".join(tokens)
    for pattern, replacement in REWRITES:
        line = " ".join(pattern.sub(replacement, line).split())
    return line.split()


def _tokens(text: str) -> list[str]:
    """Lower-case words, numbers and signs; words that are written like names stay in capitals, out of reach of any
    rewriting: "Make" and "US" are no verb and no pronoun."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'").replace("\u2212", "-")
    plain = _COMPOUND.sub("email", _THOUSANDS.sub("", plain))
    plain = _SYMBOL.sub(lambda sign: _SYMBOLS[sign.group().lower()], plain)
    shouting = plain.isupper()
    tokens: list[str] = []
    starts = True
    for match in _TOKEN.finditer(plain):
        token = match.group()
        if token in _PUNCTUATION:
            starts = starts or token in _SENTENCE_ENDS
            continue
        if _is_name(token, starts) and not shouting:
            tokens.append(token.upper().removesuffix("'S"))
        else:
            tokens += _spelt_out(token.casefold())
        starts = False
    return tokens


def _is_name(token: str, starts_sentence: bool) -> bool:
    if not token[0].isupper() or token[0:2] in {"I", "I'"}:
        return False
    return (token.isupper() and len(token) > 1) or not starts_sentence


def _spelt_out(word: str) -> list[str]:
    word = MISSPELLINGS.get(word, word)
    if word in _CONTRACTIONS:
        return _CONTRACTIONS[word].split()
    for ending, words in _ENDINGS.items():
        if word.endswith(ending):
            return [word.removesuffix(ending), words.strip()]
    if word.endswith("'s"):
        owner = word.removesuffix("'s")
        return [owner, "is"] if owner in _IS else [owner]
    return [NUMBERS.get(word, word)]


def _word(token: str) -> str:
    """The token in the spelling in which it is compared; empty for one that tells nothing."""
    if token.isupper():
        name = token.casefold()
        return token if name in COMMON else _stem(name)
    if token in FILLERS:
        return ""
    stem = _stem(token)
    return SYNONYMS.get(stem, stem)


def _stem(word: str) -> str:
    """Without the endings -s and -ing. Others change what is meant: "customer" and "custom", "shared" and "share"."""
    if word in UNCHANGED or len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ing") and len(word) > 5:
        base = word.removesuffix("ing")
        if base + "e" in E_VERBS:
            return base + "e"
        return base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
    if word.endswith("ies") and len(word) > 4:
        return word.removesuffix("ies") + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word.removesuffix("es")
    return word if word.endswith(("ss", "us", "is")) else word.removesuffix("s")
