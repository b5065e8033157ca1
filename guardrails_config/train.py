"""Train the attack classifier: `python -m guardrails_config.train DATA_DIR [--seed N] [--out FILE]`.

DATA_DIR holds the public sets that README.md names, as JSON lines with a field "text". The command first trains without
the later jailbreaks and without a fifth of the other texts, and prints what it does on these; then it trains on
everything and writes the weights. The same data and seed give the same file.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from guardrails_config.classifier.composition import composed
from guardrails_config.classifier.corpus import Example, load
from guardrails_config.classifier.features import DIMENSION, features, lone_sentences, parts, windows
from guardrails_config.classifier.model import WEIGHTS

HELD_OUT = 0.2
LATER = "2023-03-01"
"""Jailbreaks seen after this day are held out: attacks change with time, and the next ones count."""
PENALTY = 1.2e-6
"""Weight of the squared norm, beside the mean loss."""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)

Weights = tuple[NDArray[np.float64], float]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m guardrails_config.train", description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    examples = load(options.data_dir, options.seed)
    kept, held = split(examples, options.seed)
    for line in report(held, fit([*kept, *composed(kept, options.seed)])):
        sys.stdout.write(f"{line}\n")
    examples += composed(examples, options.seed)
    weights, bias = fit(examples)
    np.savez_compressed(options.out, weights=weights.astype(np.float16), bias=np.float32(bias))
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size} bytes from {len(examples)} texts\n")


def split(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """What to train on, and what is held out: jailbreaks by date, other texts by group."""
    groups = sorted({example.group for example in examples if not example.date})
    chosen = set(random.Random(seed).sample(groups, int(len(groups) * HELD_OUT)))
    kept: list[Example] = []
    held: list[Example] = []
    for example in examples:
        out = example.date > LATER if example.date else example.group in chosen
        (held if out else kept).append(example)
    return kept, held


def fit(examples: Sequence[Example], vectors: csr_matrix | None = None) -> Weights:
    """Logistic regression by L-BFGS. Both classes weigh the same, and a source in its class as much as its share.

    `vectors` are those of the examples, as `vectors_of` makes them, where they are known already.
    """
    totals: defaultdict[str, float] = defaultdict(float)
    for example in examples:
        totals[example.source.name] += example.weight
    rows = [(example, count) for example in examples for count in [len(learnt(example))] for _ in range(count)]
    matrix = vectors_of(examples) if vectors is None else vectors
    transposed = matrix.T.tocsr()
    sign = np.array([1.0 if example.source.attack else -1.0 for example, _ in rows])
    importance = np.array(
        [example.source.share * example.weight / totals[example.source.name] / count**0.5 for example, count in rows]
    )
    for side in (sign > 0, sign < 0):
        importance[side] *= 0.5 / importance[side].sum()

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (matrix @ point[:-1] + point[-1])
        slope = -sign * importance / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.append(transposed @ slope + 2 * PENALTY * point[:-1], slope.sum())
        return float(importance @ np.logaddexp(0, -margin) + PENALTY * point[:-1] @ point[:-1]), gradient

    found = minimize(loss, np.zeros(DIMENSION + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return found.x[:-1], float(found.x[-1])


def report(examples: Sequence[Example], weights: Weights) -> list[str]:
    """One line a source: the share of texts above each threshold."""
    lines = ["held out, percent flagged at " + ", ".join(map(str, THRESHOLDS))]
    for source in dict.fromkeys(example.source for example in examples):
        found = np.array([score(example.text, weights) for example in examples if example.source == source])
        shares = "  ".join(f"{100 * float(np.mean(found >= threshold)):6.2f}" for threshold in THRESHOLDS)
        lines.append(f"{source.name:42} n={len(found):5}  {shares}")
    return lines


def score(plain_text: str, weights: Weights) -> float:
    """As classifier.model.attack_score, under weights of one's own."""
    texts, lowered = parts(plain_text)
    return float(1 / (1 + np.exp(-(np.max(_matrix(texts) @ weights[0] - lowered) + weights[1]))))


def vectors_of(examples: Iterable[Example]) -> csr_matrix:
    """The features of all that is `learnt` of each example, one row each, in order."""
    return _matrix(part for example in examples for part in learnt(example))


def learnt(example: Example) -> list[str]:
    """The windows of a text, and of an ordinary one its sentences as well: none of them is an attack.

    Which sentences of an attack are attacks themselves is not known; those written for this project are short.
    """
    return windows(example.text) + ([] if example.source.attack else lone_sentences(example.text))


def _matrix(texts: Iterable[str]) -> csr_matrix:
    rows = [features(text) for text in texts]
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in rows)])
    columns, values = (np.concatenate(column) for column in zip(*rows, strict=True))
    return csr_matrix((values, columns, starts), shape=(len(rows), DIMENSION))


if __name__ == "__main__":
    main()
