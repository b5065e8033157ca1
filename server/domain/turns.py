"""One user message and all that came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from server.domain.callers import Principal
from server.domain.conversation import Message
from server.domain.knowledge import Hit, SearchQuestionSource
from server.domain.models import TextDelta, Usage
from server.domain.rails import RailVerdict
from server.domain.routes import RouteDecision


class FinishReason(StrEnum):
    ANSWERED = "answered"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    DEGRADED = "degraded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One user message, validated, with its caller."""

    principal: Principal
    message: str
    request_id: str
    conversation_id: str = ""
    prompt_version: str = ""
    history: tuple[Message, ...] = ()
    end_user_id: str = ""
    labels: tuple[str, ...] = ()
    access_groups: tuple[str, ...] = ()
    customer_tier: str = ""
    skip_cache: bool = False


@dataclass(frozen=True, slots=True)
class RouteSwitch:
    """Another model took over; `mid_stream` where an answer was begun. A model goes on with it; the deployment
    "extractive" quotes the passages below it. Models by deployment."""

    from_model: str
    to_model: str
    reason: str
    mid_stream: bool = False


class CacheKind(StrEnum):
    EXACT = "exact"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class CacheHit:
    """The earlier turn whose answer is given again; `similarity` is the cosine of both questions."""

    kind: CacheKind
    turn_id: str
    similarity: float


@dataclass(slots=True)
class Turn:
    """The record of one turn, filled stage by stage, written to the ledger once."""

    id: str
    tenant: str
    conversation_id: str
    request_id: str
    created_at: datetime
    prompt_version: int
    question: str
    """Personal data masked."""
    message_hash: str = ""
    """SHA-256 of the message as it was sent: tells a repeated request from another one under the same id."""
    language: str = field(default="en", compare=False)
    """ISO 639-1 code of the language in which the bot speaks of itself in this turn; not kept."""
    answer: str = ""
    finish_reason: FinishReason = FinishReason.CANCELLED
    refusal_category: str = ""
    search_question: str = ""
    search_question_source: SearchQuestionSource = SearchQuestionSource.MESSAGE
    index_version: str = ""
    answerability: float = 0.0
    prompt: str = ""
    citations: tuple[Hit, ...] = ()
    citation_ids: tuple[str, ...] = ()
    rail_verdicts: list[RailVerdict] = field(default_factory=list)
    route_switches: list[RouteSwitch] = field(default_factory=list)
    usage: list[Usage] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    """Seconds by stage, in the order of the turn."""
    hand_over: bool = False
    end_user_id: str = ""
    access_groups: tuple[str, ...] = ()
    """Those that the request named, in order and each once: what the answer may draw on depends on them."""
    customer_tier: str = ""
    route_decision: RouteDecision | None = None
    cache_hit: CacheHit | None = None

    @property
    def cost_nanos(self) -> int | None:
        """The sum over all calls; None where any of them is unpriced."""
        costs = [usage.cost_nanos for usage in self.usage]
        return None if any(cost is None for cost in costs) else sum(cost for cost in costs if cost is not None)

    @property
    def model(self) -> str:
        """That wrote the answer's end, else the last that was to; empty where none was asked for an answer."""
        calls = self.answer_calls
        ended = [usage for usage in calls if usage.outcome == "ok"] or calls
        return ended[-1].model if ended else ""

    @property
    def answer_calls(self) -> list[Usage]:
        """Those of its calls that were to answer: judges and search questions are others."""
        return [usage for usage in self.usage if usage.purpose == "answer"]


@dataclass(frozen=True, slots=True)
class Started:
    turn: Turn
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class CitationsFound:
    citations: tuple[Hit, ...]
    search_question: str
    index_version: str
    search_question_source: SearchQuestionSource = SearchQuestionSource.MESSAGE


@dataclass(frozen=True, slots=True)
class Completed:
    turn: Turn


TurnEvent = Started | CitationsFound | TextDelta | RailVerdict | RouteSwitch | Usage | Completed
