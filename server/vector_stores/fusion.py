"""How a text score and a cosine become one score: the same in every store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
"""Shape (n,), one score a candidate."""

CANDIDATES_A_SIDE = 100
"""How many of each side's best are considered, at the least."""

TEXT_SCORES = 500
"""How far down the text side's list scores are known, where another engine makes that list; a candidate of the vector
side that is not on it has 0 there."""


def candidates_wanted(limit: int) -> int:
    """Candidates to ask each side for, so that `limit` hits come out of their union."""
    return max(CANDIDATES_A_SIDE, 2 * limit)


@dataclass(frozen=True, slots=True)
class FusedScores:
    """All of shape (n,) and 0 to 1, in the candidates' order."""

    score: Scores
    text_score: Scores
    vector_score: Scores

    def best(self, limit: int) -> list[int]:
        """Positions of the best candidates, best first; equal scores keep the candidates' order."""
        return [int(position) for position in np.argsort(-self.score, kind="stable")[:limit]]


def fuse(text: Scores, similarity: Scores, vector_weight: float) -> FusedScores:
    """Min-max scale each side over the candidates and add them up, weighted (convex combination; Bruch, Gai and
    Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023).

    Args:
        text: the union's BM25 scores, 0 and up, higher is better; 0 where no term matches.
        similarity: the union's cosines, -1 to 1.
        vector_weight: the share of the vector side, 0 to 1.

    Where all of a side's scores are equal they count as 1 if they are above 0, so that a single candidate that both
    sides found scores 1, and as 0 otherwise. A side that found nothing at all hands its weight to the other.
    """
    text_score, vector_score = _min_max(text), _min_max(similarity)
    weight = vector_weight
    if 0.0 < vector_weight < 1.0:
        weight = 1.0 if not (text > 0).any() else 0.0 if not similarity.any() else vector_weight
    return FusedScores((1.0 - weight) * text_score + weight * vector_score, text_score, vector_score)


def _min_max(scores: Scores) -> Scores:
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high > low:
        scaled: Scores = (scores - low) / (high - low)
        return scaled
    return np.full_like(scores, 1.0 if high > 0 else 0.0)
