"""Which models answer a turn, and by what rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PreviousFailure(StrEnum):
    """How the conversation's last turn failed."""

    UNANSWERED = "unanswered"
    DEGRADED = "degraded"
    CANCELLED = "cancelled"
    THUMBS_DOWN = "thumbs_down"


@dataclass(frozen=True, slots=True)
class RouteRule:
    """Sends a turn to `chain` when every condition that is set holds; units are those of the contract's RouteRule."""

    name: str
    chain: tuple[str, ...]
    min_question_tokens: int | None = None
    max_question_tokens: int | None = None
    min_answerability: float | None = None
    max_answerability: float | None = None
    topics: tuple[str, ...] = ()
    customer_tiers: tuple[str, ...] = ()
    previous_failures: tuple[PreviousFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class Routing:
    """The chain of the first rule that applies, else `chain`. Chains name deployments.

    `economy_chain` takes over where a soft limit is passed; empty means the extractive answer. `hedge_after` is in
    seconds; None means never.
    """

    chain: tuple[str, ...]
    economy_chain: tuple[str, ...] = ()
    rules: tuple[RouteRule, ...] = ()
    hedge_after: float | None = None


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What rules look at. `topics` are the labels of the retrieved passages' documents."""

    question_tokens: int
    answerability: float
    topics: frozenset[str] = frozenset()
    customer_tier: str = ""
    previous_failure: PreviousFailure | None = None
    soft_limit_passed: bool = False


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """`rule` is "default" where none applied and "soft limit" where a budget decided; `route` is empty where the prompt
    version holds its own routing."""

    route: str
    rule: str
    chain: tuple[str, ...]
    reason: str
