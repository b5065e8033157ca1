"""What decides how a turn is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.knowledge import SearchQuestionSource
from server.domain.routes import Routing

DEFAULT_HALF_LIFE_DAYS = 180


@dataclass(frozen=True, slots=True)
class Example:
    """A question and how it should be answered, shown to the model before the conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class PromptBundle:
    """What decides how a turn is answered; units and ranges are those of the contract's PromptBundle."""

    template: str
    route: str = "default"
    temperature: float | None = None
    max_output_tokens: int = 800
    retrieval_limit: int = 8
    vector_weight: float = 0.5
    answerability_floor: float = 0.45
    """Chosen by `python -m benchmarks.answerability`: of 0.20 to 0.70 it has the greatest mean of Youden's J on three
    sets of covered and other questions (0.45); its neighbours 0.40 and 0.50 have 0.40 and 0.42."""
    history_turns: int = 6
    rail_thresholds: Mapping[str, float] = field(default_factory=dict)
    kind_weights: Mapping[str, float] = field(default_factory=dict)
    recency_weight: float = 0.0
    recency_half_life_days: int = DEFAULT_HALF_LIFE_DAYS
    rerank: bool = False
    search_question: SearchQuestionSource | None = None
    routing: Routing | None = None
    """Instead of `route`, which names one of the settings."""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptVersion:
    version: int
    bundle: PromptBundle
    content_hash: str
    description: str
    author: str
    created_at: datetime
    labels: tuple[str, ...] = ()
