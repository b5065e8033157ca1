"""The trained classifier: how much a text reads like an attack on the model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guardrails_config.classifier.features import DIMENSION, features, lone_parts, parts
from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.patterns import EVIDENCE_LENGTH, Finding

WEIGHTS = Path(__file__).with_name("weights.npz")


@lru_cache(maxsize=1)
def load_weights(path: Path = WEIGHTS) -> tuple[NDArray[np.float32], float]:
    """Weights of shape (DIMENSION,) and the bias. Raises ValueError where the file is for other features."""
    with np.load(path) as stored:
        weights, bias = stored["weights"].astype(np.float32), float(stored["bias"])
    if weights.shape != (DIMENSION,):
        raise ValueError(f"{path} has weights of shape {weights.shape}, the features are {DIMENSION}.")
    return weights, bias


def attack_score(plain_text: str) -> tuple[float, str]:
    """Probability, 0 to 1, of the window or sentence that reads most like an attack, and that part.

    `plain_text` is in the plain form of detectors.normalise.
    """
    return _highest(*parts(plain_text))


def find_attack(text: str) -> Finding:
    """The score of `text` itself, or of what is hidden in it, whichever reads more like an attack."""
    score, window = max(attack_score(reading) for reading in readings(text))
    return Finding("jailbreak", round(score, 4), window[:EVIDENCE_LENGTH])


def find_attack_in_document(text: str) -> Finding | None:
    """The score of the sentence that reads most like an attack, None where none speaks to a model.

    Whole windows do not count: a chapter on chatbots reads like an attack sooner than any sentence of it.
    """
    found = [_highest(*lone) for reading in readings(text) if (lone := lone_parts(reading))[0]]
    score, sentence = max(found, default=(0.0, ""))
    return Finding("planted_instructions", round(score, 4), sentence[:EVIDENCE_LENGTH]) if found else None


def _highest(texts: Sequence[str], lowered: Sequence[float]) -> tuple[float, str]:
    weights, bias = load_weights()
    logit, text = max((_logit(text, weights, bias) - less, text) for text, less in zip(texts, lowered, strict=True))
    return float(1 / (1 + np.exp(-logit))), text


def _logit(text: str, weights: NDArray[np.float32], bias: float) -> float:
    buckets, values = features(text)
    return float(weights[buckets] @ values) + bias
