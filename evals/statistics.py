"""How sure a mean is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000
BATCH = 250
LEVEL = 0.95
SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Interval:
    mean: float
    low: float
    high: float


def bootstrap_mean(values: Sequence[float], *, seed: int = SEED) -> Interval:
    """The mean and its 95 % percentile bootstrap interval (Efron and Tibshirani, 1993, chapter 13).

    Values are one a case: repeats of a case must be averaged first. The same values and seed give the same interval;
    a single value gives an interval of no width. Raises ValueError without values.
    """
    if not values:
        raise ValueError("a mean needs at least one value")
    sample = np.asarray(values, dtype=np.float64)
    generator = np.random.default_rng(seed)
    means = np.concatenate(
        [
            sample[generator.integers(0, sample.size, (BATCH, sample.size))].mean(axis=1)
            for _ in range(RESAMPLES // BATCH)
        ]
    )
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return Interval(float(sample.mean()), float(low), float(high))
