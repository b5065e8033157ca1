"""How much of a statement's words a unit of the sources has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from guardrails_config.detectors.grounding.sources import Sources, Unit
from guardrails_config.detectors.grounding.words import content_stems

COMMON_NAME = 0.3
"""A name in more than this share of the units (the product's) tells nothing apart."""
OWN_WORDS = 0.3
"""What a unit's own words count against those of its headings and labels as well."""
NAME_WEIGHT = 1.5


@dataclass(frozen=True, slots=True)
class Sign:
    """That a statement is not supported. `weight` is 0 to 1, as of patterns.Pattern."""

    weight: float
    evidence: str


def stem_weights(text: str, sources: Sources) -> dict[str, float]:
    """The stems of a text by how rare they are among the units; names count for more."""
    return {
        each: math.log(1 + (len(sources.units) + 1) / (sources.counts[each] + 1))
        * (NAME_WEIGHT if each in sources.names else 1.0)
        for each in content_stems(text)
    }


def closeness(unit: Unit, weights: Mapping[str, float]) -> float:
    """The share of the weights that a unit and what stands around it have, 0 to 1."""
    total = sum(weights.values())
    if not total:
        return 0.0
    around = sum(weights[each] for each in weights.keys() & unit.around)
    own = sum(weights[each] for each in weights.keys() & unit.stems)
    return (OWN_WORDS * own + (1 - OWN_WORDS) * around) / total


def telling_names(text: str, sources: Sources) -> frozenset[str]:
    """The names of the sources that a text has, without those that are nearly everywhere."""
    most = COMMON_NAME * len(sources.units)
    return frozenset(name for name in content_stems(text) & sources.names if sources.counts[name] <= most)
