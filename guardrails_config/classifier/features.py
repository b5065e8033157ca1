"""Hashed n-grams of a text, as numpy arrays.

Character n-grams of 3 to 5 and words, pairs of words and pairs with one word between them are hashed into 2**BITS
buckets ("the hashing trick", Weinberger et al. 2009). A bucket's value is 1 + ln(count). The characters' part and the
words' part are scaled to the same length, so that the many n-grams of characters do not drown the words.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BITS = 17
DIMENSION = 1 << BITS
WINDOW = 900
"""Characters looked at together; a longer text is read in windows that overlap by half."""

_CHARACTER_GRAMS = (3, 4, 5)
_LONGEST_WORD = 32
_BASE = np.uint64(0x100000001B3)
_PAIR, _GAPPED_PAIR = np.uint64(7), np.uint64(11)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_POWERS = np.cumprod(np.full(_LONGEST_WORD, _BASE, dtype=np.uint64), dtype=np.uint64)


def windows(text: str) -> list[str]:
    """The text itself, or its overlapping windows."""
    last = max(0, len(text) - WINDOW)
    return [text[start : start + WINDOW] for start in range(0, last + WINDOW // 2, WINDOW // 2)] if last else [text]


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets (ascending, each once) and values of a text in plain form; both of shape (n,)."""
    codes = np.frombuffer(f" {text.strip()} ".encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    words = _words(codes)
    pairs = words[:-1] * _BASE + words[1:] + _PAIR
    gapped = words[:-2] * _BASE + words[2:] + _GAPPED_PAIR
    character_part = _part([_rolling(codes, size) for size in _CHARACTER_GRAMS if len(codes) >= size])
    word_part = _part([words, pairs, gapped])
    buckets, place = np.unique(np.concatenate((character_part[0], word_part[0])), return_inverse=True)
    values = np.bincount(place, weights=np.concatenate((character_part[1], word_part[1])), minlength=len(buckets))
    return buckets, values.astype(np.float32)


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
