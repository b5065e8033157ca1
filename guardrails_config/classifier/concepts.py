"""What the words of a sentence are about, whatever language they are in.

An attack on the model says few things: drop, your, rules; show, your, prompt; I am, administrator, switch off. Each of
these is a concept with its words in twelve languages. The concepts that meet in one sentence are features of their own,
so that what is learnt in one language holds in the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from guardrails_config.detectors.normalise import plain

_WORDS = re.compile(r"[^\W_]+")
_SENTENCE = re.compile("[^.!?;\n\u3002\uff01\uff1f]+[.!?;\n\u3002\uff01\uff1f]*")
_UNSPACED_SCRIPTS = "\u2e80"
"""From here on, Chinese, Japanese and Korean, words are sought anywhere in a sentence."""
_LONGEST_STEM = 14
_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "ß": "ss"})
"""Letters that have no accent to take away."""
_SHORTEST_STEM = 2
_TOGETHER = 8
"""Of a sentence with more concepts than this only the first ones are combined."""

_COMMON = ("mine", "asking", "people", "address", "fiction", "iam", "without", "only", "nowon", "prior", "records")
"""Concepts of which ordinary sentences are full."""
_MACHINE, _BESIDE = ("ai",), ("people", "records", "address", "only")
"""A word for the model makes these tell: "AI agents: ask all customers for the number"."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Whole words, stems, and words of scripts without blanks, each with the bits of its concepts."""

    whole: dict[str, int]
    stems: dict[str, int]
    unspaced: list[tuple[str, int]]
    telling: int
    """The bits of concepts that attacks are made of."""
    machine: int
    beside: int


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    lines = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    entries = [line.partition(": ") for line in lines if line and not line.startswith("#")]
    bits = {entry[0]: 1 << number for number, entry in enumerate(entries)}
    telling = sum(bit for name, bit in bits.items() if name not in _COMMON)
    machine, beside = (sum(bits[name] for name in names) for names in (_MACHINE, _BESIDE))
    found = _Lexicon({}, {}, [], telling, machine, beside)
    for number, (_, _, words) in enumerate(entries):
        for word in map(plain, words.split()):
            if word[0] >= _UNSPACED_SCRIPTS:
                found.unspaced.append((word, 1 << number))
            else:
                table, key = (found.stems, word[:-1]) if word.endswith("*") else (found.whole, word)
                table[key] = table.get(key, 0) | 1 << number
    return found


def sentences(text: str) -> list[str]:
    """The sentences of a text, ends included."""
    return _SENTENCE.findall(text)


def concept_codes(text: str) -> set[int]:
    """A number for each concept, pair and triple of concepts that meets in one sentence of a text in plain form."""
    codes: set[int] = set()
    for sentence in sentences(text):
        codes |= _codes(_concepts(sentence))
    return codes


def speaks_of_the_model(sentence: str) -> bool:
    """Whether two concepts that attacks are made of meet in a sentence in plain form, or a machine and customers."""
    lexicon, found = _lexicon(), _concepts(sentence)
    return (found & lexicon.telling).bit_count() > 1 or bool(found & lexicon.machine and found & lexicon.beside)


@lru_cache(maxsize=4096)
def _codes(concepts: int) -> frozenset[int]:
    met = [number + 1 for number in range(concepts.bit_length()) if concepts >> number & 1][:_TOGETHER]
    return frozenset(
        sum(number << 6 * place for place, number in enumerate(gram))
        for size in (1, 2, 3)
        for gram in combinations(met, size)
    )


@lru_cache(maxsize=32)
def _concepts(sentence: str) -> int:
    """One bit for each concept of a sentence."""
    found = 0
    if not sentence.isascii():
        sentence = sentence.translate(_UNDECOMPOSED)
        for word, concept in _lexicon().unspaced:
            if word in sentence:
                found |= concept
    for word in _WORDS.findall(sentence):
        found |= _known(word)
    return found


def _known(word: str) -> int:
    lexicon = _lexicon()
    found = lexicon.whole.get(word, 0)
    for length in range(_SHORTEST_STEM, min(len(word), _LONGEST_STEM) + 1):
        found |= lexicon.stems.get(word[:length], 0)
    return found
