"""The usual peer: TF-IDF of words and pairs of words, logistic regression; neither hashed nor windowed."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

RARE = 2
"""Terms in fewer texts are left out."""
PENALTY = 1e-5
_WORD = re.compile(r"\w\w+")


def train_tfidf(texts: Sequence[str], attacks: Sequence[bool]) -> Callable[[str], float]:
    """A function from a text to its probability, 0 to 1. Both classes weigh the same."""
    documents = Counter(term for text in texts for term in set(_terms(text)))
    kept = sorted(term for term, count in documents.items() if count >= RARE)
    column = {term: index for index, term in enumerate(kept)}
    idf = np.log((1 + len(texts)) / (1 + np.array([documents[term] for term in kept]))) + 1

    def vectors(batch: Sequence[str]) -> csr_matrix:
        starts, columns = [0], list[int]()
        values = list[float]()
        for text in batch:
            counts = Counter(column[term] for term in _terms(text) if term in column)
            row = np.array([(1 + np.log(count)) * idf[index] for index, count in counts.items()])
            columns += counts
            values += list(row / np.sqrt((row * row).sum())) if len(row) else []
            starts.append(len(columns))
        return csr_matrix((values, columns, starts), shape=(len(batch), len(kept)))

    matrix = vectors(texts)
    transposed = matrix.T.tocsr()
    sign = np.where(np.array(attacks), 1.0, -1.0)
    importance = np.where(sign > 0, 0.5 / (sign > 0).sum(), 0.5 / (sign < 0).sum())

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (matrix @ point[:-1] + point[-1])
        slope = -sign * importance / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.append(transposed @ slope + 2 * PENALTY * point[:-1], slope.sum())
        return float(importance @ np.logaddexp(0, -margin) + PENALTY * point[:-1] @ point[:-1]), gradient

    point = minimize(loss, np.zeros(len(kept) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return lambda text: float(1 / (1 + np.exp(-((vectors([text]) @ point[:-1])[0] + point[-1]))))


def _terms(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    return words + [f"{one} {other}" for one, other in itertools.pairwise(words)]
