"""What a model is asked, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.conversation import Message
from server.domain.knowledge import Hit


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call to a model, in disjoint counts.

    `cost_nanos` is in billionths of a US dollar; None is unpriced.
    """

    provider: str
    model: str
    uncached_input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_nanos: int | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """All that a model may need to answer one turn.

    A chat model is sent `system`, `history` and `question`; the extractive answerer reads `question`, `search_question`
    and `passages`. The passages are already part of `system`, numbered from 1 in the same order.
    """

    system: str
    history: tuple[Message, ...]
    question: str
    search_question: str
    passages: tuple[Hit, ...]
    max_output_tokens: int
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ModelFinished:
    """The last event of a model's stream. `reason` is stop, length, refusal or unanswered."""

    reason: str
    usage: Usage


ModelEvent = TextDelta | ModelFinished
