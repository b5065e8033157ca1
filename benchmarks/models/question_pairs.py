"""Pairs of questions that should share an answer and pairs that must not."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from server.caching.reading import Reading, read
from server.ports import Vectors

HERE = Path(__file__).parent

INTENT_SETS = {
    "benign_banking77_train.jsonl": 200,
    "benign_clinc_train.jsonl": 150,
    "benign_clinc_val.jsonl": 30,
}
"""A public file → rows that lie further apart are of different intents.

The files list intent by intent, without naming them; no intent has more rows (banking77's largest has 187, CLINC's have
100 and 20).
"""

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Pair:
    category: str
    one: str
    other: str

    @property
    def held_out(self) -> bool:
        """Half of the pairs, the same half in every run: the rules were written without them."""
        return hashlib.sha256(f"{self.one}|{self.other}".encode()).digest()[-1] % 2 == 1


def read_pairs(name: str) -> list[Pair]:
    """The pairs of a file beside this one: "paraphrases" or "look_alikes"."""
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Pair(**json.loads(line)) for line in lines]


def read_questions(path: Path) -> list[str]:
    """The texts of a public file, in its order. Raises FileNotFoundError."""
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def nearest_of_other_intents(vectors: Vectors, apart: int) -> list[tuple[int, int, float]]:
    """For each question its nearest ones of surely other intents: both rows (the lower first) and their cosine.

    `vectors` has shape (n, dimension).
    """
    found: dict[tuple[int, int], float] = {}
    for row, vector in enumerate(vectors):
        similarities = vectors @ vector
        similarities[max(0, row - apart) : row + apart + 1] = -1.0
        for other in np.argpartition(similarities, -NEAREST)[-NEAREST:]:
            low, high = sorted((row, int(other)))
            found[low, high] = float(similarities[other])
    return [(low, high, similarity) for (low, high), similarity in found.items()]


def alike_by_words(questions: Sequence[str], apart: int) -> list[tuple[int, int]]:
    """All pairs of rows of surely other intents whose words say the same, the lower row first."""
    rows: dict[Reading, list[int]] = defaultdict(list)
    for row, question in enumerate(questions):
        if reading := read(question):
            rows[reading].append(row)
    return [(one, other) for same in rows.values() for one, other in combinations(same, 2) if other - one > apart]
