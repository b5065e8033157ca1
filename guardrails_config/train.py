"""Train the attack classifier: `python -m guardrails_config.train DATA_DIR [--seed N] [--out FILE]`.

DATA_DIR holds the public sets that README.md names, as JSON lines with a field "text". The command first trains on a
part and prints what it does on the part held out (near-duplicates stay together), then trains on everything and writes
the weights. The same data and seed give the same file.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from guardrails_config.classifier.features import DIMENSION, features, windows
from guardrails_config.classifier.model import WEIGHTS
from guardrails_config.detectors.normalise import plain

ATTACKS = ("jailbreaks_to_2023_03_15.jsonl",)
ORDINARY = (
    "benign_banking77_train.jsonl",
    "benign_clinc_train.jsonl",
    "benign_clinc_val.jsonl",
    "benign_documents_train.jsonl",
)
HELD_OUT = 0.2
VARIANTS = 60
"""How many of a template's sentences are drawn."""
PENALTY = 2e-5
"""Weight of the squared norm, beside the mean loss."""
SAME = 0.3
"""Overlap of five-word shingles, in parts of the shorter text, from which two attacks are held for versions of one."""


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    attack: bool
    source: str
    group: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m guardrails_config.train", description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    examples = load(options.data_dir, options.seed)
    held = _held_out(examples, options.seed)
    weights, bias = fit([example for example in examples if example.group not in held])
    for line in report([example for example in examples if example.group in held], weights, bias):
        sys.stdout.write(f"{line}\n")
    weights, bias = fit(examples)
    np.savez_compressed(options.out, weights=weights.astype(np.float16), bias=np.float32(bias))
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size} bytes from {len(examples)} texts\n")


def load(data_dir: Path, seed: int) -> list[Example]:
    """All examples, plain; texts of one group are versions of each other."""
    own = Path(__file__).parent / "classifier"
    number = itertools.count()
    examples: list[Example] = []
    for name in ATTACKS:
        texts = _texts(data_dir / name)
        first = next(number)
        groups = _families(texts)
        examples += [Example(text, True, name, first + group) for text, group in zip(texts, groups, strict=True)]
        number = itertools.count(first + len(texts))
    for name in ORDINARY:
        examples += [Example(text, False, name, next(number)) for text in _texts(data_dir / name)]
    for name, attack in (("attacks.txt", True), ("ordinary.txt", False)):
        for template in _templates(own / name):
            group = next(number)
            examples += [Example(plain(text), attack, name, group) for text in _variants(template, seed)]
    return examples


def fit(examples: Sequence[Example]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression by L-BFGS; both classes weigh the same in all, and so does each text in its class."""
    parts = [(window, example) for example in examples for window in windows(example.text)]
    shares = {id(example): len(windows(example.text)) for example in examples}
    totals = {attack: sum(1 for example in examples if example.attack is attack) for attack in (True, False)}
    matrix = _matrix([window for window, _ in parts])
    sign = np.array([1.0 if example.attack else -1.0 for _, example in parts])
    importance = np.array([0.5 / totals[example.attack] / shares[id(example)] for _, example in parts])

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (matrix @ point[:-1] + point[-1])
        slope = -sign * importance / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.append(matrix.T @ slope + 2 * PENALTY * point[:-1], slope.sum())
        return float(importance @ np.logaddexp(0, -margin) + PENALTY * point[:-1] @ point[:-1]), gradient

    found = minimize(loss, np.zeros(DIMENSION + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return found.x[:-1], float(found.x[-1])


def report(examples: Sequence[Example], weights: NDArray[np.float64], bias: float) -> list[str]:
    """One line a source: the share of texts above each threshold."""
    thresholds = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    lines = ["held out, percent flagged at " + ", ".join(map(str, thresholds))]
    for source in dict.fromkeys(example.source for example in examples):
        scores = np.array([_score(example.text, weights, bias) for example in examples if example.source == source])
        shares = "  ".join(f"{100 * float(np.mean(scores >= threshold)):6.2f}" for threshold in thresholds)
        lines.append(f"{source:34} n={len(scores):5}  {shares}")
    return lines


def _score(text: str, weights: NDArray[np.float64], bias: float) -> float:
    return float(1 / (1 + np.exp(-(np.max(_matrix(windows(text)) @ weights) + bias))))


def _matrix(texts: Sequence[str]) -> csr_matrix:
    rows = [features(text) for text in texts]
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in rows)])
    columns, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return csr_matrix((values, columns, starts), shape=(len(texts), DIMENSION))


def _held_out(examples: Sequence[Example], seed: int) -> set[int]:
    groups = sorted({example.group for example in examples})
    return set(random.Random(seed).sample(groups, int(len(groups) * HELD_OUT)))


def _texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return [plain(json.loads(line)["text"]) for line in lines]


def _families(texts: Sequence[str]) -> list[int]:
    """For each text the number of the first one that it is a version of."""
    shingles = [_shingles(text) for text in texts]
    family = list(range(len(texts)))
    for later, earlier in ((b, a) for b in range(len(texts)) for a in range(b)):
        if family[later] != family[earlier] and _overlap(shingles[later], shingles[earlier]) >= SAME:
            old, new = family[later], family[earlier]
            family = [new if member == old else member for member in family]
    return family


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = text.split()
    return frozenset(tuple(words[start : start + 5]) for start in range(max(1, len(words) - 4)))


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / min(len(one), len(other))


def _templates(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _variants(template: str, seed: int) -> list[str]:
    parts = [part.split("|") for part in re.split(r"[{}]", template)]
    count = int(np.prod([len(part) for part in parts]))
    chosen = random.Random(f"{seed} {template}").sample(range(count), min(count, VARIANTS))
    return ["".join(_pick(parts, number)) for number in sorted(chosen)]


def _pick(parts: Sequence[Sequence[str]], number: int) -> list[str]:
    picked = []
    for part in parts:
        number, index = divmod(number, len(part))
        picked.append(part[index])
    return picked


if __name__ == "__main__":
    main()
