"""How likely the knowledge base covers a question, told from what a search for it returned."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from server.domain import Hit
from server.knowledge.terms import content_terms, held_stems, stem

TOP_HITS = 20
"""Hits that may hold the answer; all others only show how common a word is."""

NAME_WEIGHT = 2.0
"""How much more a name or a number counts than another word that is as rare."""

MIDPOINT = 0.12
STEEPNESS = 16.0
"""The evidence at which an answer is as likely as none, and how fast the estimate turns there.

Chosen on a support knowledge base's own answerable and unanswerable cases, on mtRAG (Cloud) against its own corpus, and
on strangers to both (banking77, CLINC). `python -m benchmarks.answerability` measures it: areas under the ROC curve of
0.80 for near misses about the same product, 0.71 and 0.90 for strangers.
"""

_NAME = re.compile(r"(?<=[^.?!\s]\s)[A-Z][\w'-]*|\b[A-Z]{2,}\w*|\b\w*\d\w*")


def estimate_answerability(question: str, search_question: str, candidates: Sequence[Hit]) -> float:
    """0 to 1. `candidates` are the search's hits, best first, ideally some 50 of them.

    The evidence is the greatest product of a hit's cosine similarity and the share of the question's words that it
    holds. Words are weighted by the root of log((n + 1) / (df + 1/2)), with df of the n candidates holding the word,
    because one that not even the best matches hold is what the question turns on; names and numbers weigh double. A
    logistic curve makes it a likelihood. A question without a word of its own is judged by `search_question`.
    """
    asked = set(map(stem, content_terms(f"{question} {search_question}")))
    held = [held_stems(" ".join((hit.title, *hit.heading_path, hit.text)), asked) for hit in candidates]
    weights = _weights(question, held) or _weights(search_question, held)
    if not weights or not candidates:
        return 0.0
    total = sum(weights.values())
    evidence = max(
        max(hit.similarity, 0.0) * sum(weight for word, weight in weights.items() if word in words) / total
        for hit, words in zip(candidates[:TOP_HITS], held, strict=False)
    )
    return 1.0 / (1.0 + math.exp(-STEEPNESS * (evidence - MIDPOINT)))


def _weights(text: str, held: Sequence[frozenset[str]]) -> Mapping[str, float]:
    names = {stem(name.lower()) for name in _NAME.findall(text)}
    weights = {}
    for word in map(stem, content_terms(text)):
        frequency = sum(word in words for words in held)
        rarity = math.sqrt(math.log((len(held) + 1) / (frequency + 0.5)))
        weights[word] = rarity * (NAME_WEIGHT if word in names else 1.0)
    return weights
