"""What moves a hit up or down whatever was asked: its kind and its age."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from server.domain import Hit


def standing(
    hit: Hit, kind_weights: Mapping[str, float], recency_weight: float, half_life: timedelta, now: datetime
) -> float:
    """What a hit's score is multiplied with.

    A kind without a weight has 1. Of the score, the share `recency_weight` (0 to 1) halves with each `half_life`
    since the document's update. A document without an update time does not age, and one from the future is new.
    """
    weight = kind_weights.get(hit.kind.value, 1.0)
    if hit.updated_at is None or recency_weight <= 0.0:
        return weight
    age = max((now - hit.updated_at) / half_life, 0.0)
    return weight * (1.0 - recency_weight + recency_weight * math.exp2(-age))
