"""Which language a customer writes in, of those that the bot has sentences in.

Messages to a support desk are short, and the detectors that are trained on whole texts take 100 MB and most of a
second to load. Here each frequent word, word's beginning or ending, and letter outside of a to z speaks for the
languages that it belongs to, the more the fewer they are; a letter that a language does not write speaks against it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from server.chat.languages import ENGLISH, LANGUAGES
from server.domain import Message, MessageRole

LONGEST = 600
"""Characters of a message that are looked at, so that a long one takes no longer."""
SURE = 0.9
"""By how much the first language must lead for a message to be enough of itself."""
LEAST = 0.15
"""By how much it must lead with all earlier messages counted in; English is taken below it."""
EARLIER_MESSAGES = 4
EARLIER_WEIGHT = 0.7

WORD = 1.0
WORD_WITHOUT_ACCENTS = 0.7
BEGINNING = 0.6
ENDING = 0.3
LETTER = 0.5
FOREIGN_LETTER = -0.6

_TOKEN = re.compile(r"[^\W\d_]+'?")
_BORROWED = (
    "account app apps api calendar csv dashboard email emails error link login marketing online pdf password plan "
    "problem reset support team ticket token url webhook widget wifi website"
)
"""Words of the trade that are written alike wherever it is practised."""

Weights = dict[str, float]
"""Evidence by language's code."""


@dataclass(frozen=True, slots=True)
class _Signs:
    borrowed: frozenset[str]
    words: Mapping[str, Weights]
    beginnings: Mapping[str, Weights]
    endings: Mapping[str, Weights]
    letters: Mapping[str, Weights]
    unknown_letter: Weights


def language_of(text: str, history: Sequence[Message] = ()) -> str:
    """The ISO 639-1 code of the language of `text`: one of LANGUAGES.

    Where the text says too little ("ok", a name, a number), the customer's last messages in `history` count too, the
    newest most. English where all of it says too little, and for languages that are not among ours.
    """
    evidence = _evidence(text)
    earlier = [message.text for message in history if message.role is MessageRole.USER]
    weight = EARLIER_WEIGHT
    for said in reversed(earlier[-EARLIER_MESSAGES:]):
        if _lead(evidence)[1] >= SURE:
            break
        for code, amount in _evidence(said).items():
            evidence[code] += weight * amount
        weight *= EARLIER_WEIGHT
    code, lead = _lead(evidence)
    return code if lead >= LEAST and evidence[code] > 0 else ENGLISH.code


def _evidence(text: str) -> Weights:
    signs = _signs()
    evidence = dict.fromkeys(LANGUAGES, 0.0)
    lowered = unicodedata.normalize("NFC", text[:LONGEST]).replace("I\u0307", "i").lower()
    for token in _TOKEN.findall(lowered.replace("\u2019", "'")):
        _add(evidence, signs.words.get(token) or _by_form(token, signs))
    for letter in {letter for letter in lowered if letter > "\x7f" and (letter.isalpha() or letter in "¿¡")}:
        _add(evidence, signs.letters.get(letter, signs.unknown_letter))
    return evidence


def _by_form(token: str, signs: _Signs) -> Weights:
    """What a word that is not known looks like."""
    if token in signs.borrowed:
        return {}
    found: Weights = {}
    for length in range(6, 3, -1):
        if length < len(token) and (weights := signs.beginnings.get(token[:length])):
            found = dict(weights)
            break
    for length in range(5, 1, -1):
        if length + 1 < len(token) and (weights := signs.endings.get(token[-length:])):
            for code, amount in weights.items():
                found[code] = found.get(code, 0.0) + amount
            break
    return found


def _add(evidence: Weights, weights: Weights) -> None:
    for code, amount in weights.items():
        evidence[code] += amount


def _lead(evidence: Weights) -> tuple[str, float]:
    """The first language, and by how much it leads the second."""
    (first, most), (_, second) = sorted(evidence.items(), key=lambda item: -item[1])[:2]
    return first, most - second


@cache
def _signs() -> _Signs:
    """Read once, at the first message: some milliseconds."""
    words: dict[str, Weights] = _shared({code: _words(each.words) for code, each in LANGUAGES.items()}, WORD)
    plain = _shared({code: map(_without_accents, _words(each.words)) for code, each in LANGUAGES.items()}, WORD)
    for word, weights in plain.items():
        known = words.setdefault(word, {})
        for code, amount in weights.items():
            known.setdefault(code, amount * WORD_WITHOUT_ACCENTS)
    letters = _shared({code: each.letters for code, each in LANGUAGES.items()}, LETTER)
    for letter, weights in letters.items():
        if letter.isalpha():
            for code in LANGUAGES:
                weights.setdefault(code, FOREIGN_LETTER)
    borrowed = frozenset(_BORROWED.split())
    return _Signs(
        borrowed,
        {word: weights for word, weights in words.items() if word not in borrowed},
        _shared({code: each.beginnings.split() for code, each in LANGUAGES.items()}, BEGINNING),
        _shared({code: each.endings.split() for code, each in LANGUAGES.items()}, ENDING),
        letters,
        dict.fromkeys(LANGUAGES, FOREIGN_LETTER),
    )


def _words(text: str) -> list[str]:
    """As messages are cut: of "don't" the part up to the apostrophe."""
    return [_TOKEN.findall(word)[0] for word in text.split()]


def _shared(signs: Mapping[str, Iterable[str]], weight: float) -> dict[str, Weights]:
    """By sign its weight for each language that has it, divided by their number."""
    owners: dict[str, set[str]] = defaultdict(set)
    for code, own in signs.items():
        for sign in own:
            owners[sign].add(code)
    return {sign: dict.fromkeys(codes, weight / len(codes)) for sign, codes in owners.items()}


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.replace("ł", "l").replace("\u0131", "i").replace("ß", "ss"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
