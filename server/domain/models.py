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
    deployment: str = ""
    """The settings' name for where the model runs."""
    purpose: str = "answer"
    """answer, search_question or judge."""
    outcome: str = "ok"
    """ok, cancelled, or the reason of the ModelError in lower case."""

    @property
    def input_tokens(self) -> int:
        """All that was sent, cached or not."""
        return self.uncached_input_tokens + self.cache_read_tokens + self.cache_write_tokens


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
    begun: str = ""
    """What another model has said of the answer before it failed; this one is to go on behind its last character."""
    seconds: float | None = None
    """How long all of the answer may take, where that is less than the deployment's own timeouts allow."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer. `pieces` tells in how many the provider sent it; a model's text comes a token or more at a
    time, so that the output is at least so many tokens."""

    text: str
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class ModelStarted:
    """The provider has taken the request, so that it charges for it from here on.

    `usage` has the counts that it told at once; None where it tells them at the end.
    """

    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ModelFinished:
    """The last event of a model's stream. `reason` is stop, length, refusal or unanswered."""

    reason: str
    usage: Usage


ModelEvent = ModelStarted | TextDelta | ModelFinished
