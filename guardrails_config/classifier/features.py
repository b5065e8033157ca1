"""Hashed n-grams of a text, as numpy arrays.

Character n-grams of 3 to 5 and words, pairs of words and pairs with one word between them are hashed into 2**BITS
buckets ("the hashing trick", Weinberger et al. 2009). A bucket's value is 1 + ln(count). The characters' part and the
words' part are scaled to the same length, so that the many n-grams of characters do not drown the words. Concepts that
meet in a sentence (concepts.py) are a third part.
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

from guardrails_config.classifier.concepts import concept_codes, sentences, speaks_of_the_model

BITS = 17
DIMENSION = 1 << BITS
WINDOW = 900
"""Characters looked at together; a longer text is read in windows that overlap by half."""
SEVERAL_SENTENCES = 120
"""Characters from which on the sentences of a text are looked at on their own, too."""
SHORT = 40
"""A sentence of fewer characters says little alone."""
FEW = 3
"""Sentences up to which a window is judged by its score alone."""
CAUTION = 0.6
"""By which power of the number of sentences beyond FEW the odds of a window are divided; chosen on held-out texts."""

_CHARACTER_GRAMS = (3, 4, 5)
_LONGEST_WORD = 32
_BASE = np.uint64(0x100000001B3)
_PAIR, _GAPPED_PAIR, _CONCEPTS = np.uint64(7), np.uint64(11), np.uint64(13)
_CONCEPT_VALUE = 0.2
_MIX = np.uint64(0x9E3779B97F4A7C15)
_POWERS = np.cumprod(np.full(_LONGEST_WORD, _BASE, dtype=np.uint64), dtype=np.uint64)


def windows(text: str) -> list[str]:
    """The text itself, or its overlapping windows."""
    last = max(0, len(text) - WINDOW)
    return [text[start : start + WINDOW] for start in range(0, last + WINDOW // 2, WINDOW // 2)] if last else [text]


def lone_sentences(text: str) -> list[str]:
    """Those sentences of a text with several that may speak to the model; short ones together with the next."""
    if len(text) < SEVERAL_SENTENCES:
        return []
    lone = [""]
    for sentence in sentences(text):
        if len(lone[-1]) < SHORT:
            lone[-1] += sentence
        else:
            lone.append(sentence)
    return [sentence[:WINDOW] for sentence in lone if speaks_of_the_model(sentence)] if len(lone) > 1 else []


def parts(text: str) -> tuple[list[str], list[float]]:
    """The windows and lone sentences of a text, and by how much the logit of each is lowered."""
    whole, (lone, lowered) = windows(text), _penalised(lone_sentences(text))
    return whole + lone, [_caution(window) for window in whole] + lowered


def lone_parts(text: str) -> tuple[list[str], list[float]]:
    """As `parts`, without windows: lone sentences, or a text that is one."""
    alone = len(text) < SEVERAL_SENTENCES and speaks_of_the_model(text)
    return _penalised([text] if alone else lone_sentences(text))


def _caution(window: str) -> float:
    """The more a window tells, the more it takes to be an attack: stories are long, as personas are."""
    return CAUTION * log(max(1.0, len(sentences(window)) / FEW))


def _penalised(lone: list[str]) -> tuple[list[str], list[float]]:
    """Many sentences are as many occasions for a false alarm: the odds of each are divided by their number."""
    return lone, [log(len(lone))] * len(lone) if lone else []


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets (ascending, each once) and values of a text in plain form; both of shape (n,)."""
    codes = np.frombuffer(f" {text.strip()} ".encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    words = _words(codes)
    pairs = words[:-1] * _BASE + words[1:] + _PAIR
    gapped = words[:-2] * _BASE + words[2:] + _GAPPED_PAIR
    character_part = _part([_rolling(codes, size) for size in _CHARACTER_GRAMS if len(codes) >= size])
    word_part = _part([words, pairs, gapped])
    parts = (character_part, word_part, _concept_part(text))
    buckets, place = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    values = np.bincount(place, weights=np.concatenate([part[1] for part in parts]), minlength=len(buckets))
    return buckets, values.astype(np.float32)


def _concept_part(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets and values of the concepts that meet; of length 1 at most, so that few of them weigh little."""
    codes = np.array(sorted(concept_codes(text)), dtype=np.uint64)
    value = min(_CONCEPT_VALUE, len(codes) ** -0.5) if len(codes) else 0.0
    return _bucket(codes * _BASE + _CONCEPTS), np.full(len(codes), value, dtype=np.float32)


def _part(hashes: list[NDArray[np.uint64]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets and values of one kind of n-grams, of length 1 / sqrt(2)."""
    hashed = np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.uint64)
    buckets, counts = np.unique(_bucket(hashed), return_counts=True)
    values = 1 + np.log(counts.astype(np.float32))
    norm = float(np.sqrt(2 * (values * values).sum()))
    return buckets, (values / np.float32(norm or 1.0)).astype(np.float32)


def _rolling(codes: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    count = len(codes) - size + 1
    hashed = np.full(count, size, dtype=np.uint64)
    for offset in range(size):
        hashed = hashed * _BASE + codes[offset : offset + count]
    return hashed


def _words(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One hash a word; a word is a run of ASCII letters and digits or of anything beyond ASCII."""
    inside = ((codes >= 97) & (codes <= 122)) | ((codes >= 48) & (codes <= 57)) | (codes > 127)
    starts = np.flatnonzero(inside & ~np.concatenate(([False], inside[:-1])))
    if not len(starts):
        return np.zeros(0, dtype=np.uint64)
    origin = np.zeros(len(codes), dtype=np.int64)
    origin[starts] = starts
    positions = np.arange(len(codes)) - np.maximum.accumulate(origin)
    terms = np.where(inside, codes * _POWERS[np.minimum(positions, _LONGEST_WORD - 1)], np.uint64(0))
    return np.asarray(np.add.reduceat(terms, starts), dtype=np.uint64) + np.uint64(1)


def _bucket(hashed: NDArray[np.uint64]) -> NDArray[np.int64]:
    return ((hashed * _MIX) >> np.uint64(64 - BITS)).astype(np.int64)
