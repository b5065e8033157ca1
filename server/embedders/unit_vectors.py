"""What all embedders hand out: float32 rows of length 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from server.ports import Vectors


def unit_rows(rows: ArrayLike) -> Vectors:
    """`rows`, shape (n, dimension), each divided by its Euclidean length.

    A row of zeros, which is what a text without a token gets, stays zero: its cosine with everything is 0.
    """
    matrix: Vectors = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit: Vectors = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
    return unit
