"""What a rail decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RAIL_ERROR = "rail_error"
"""The category of the verdict on a text that a rail could not check."""


class Direction(StrEnum):
    INPUT = "input"
    CONTEXT = "context"
    OUTPUT = "output"


class Verdict(StrEnum):
    ALLOW = "allow"
    REDACT = "redact"
    BLOCK = "block"
    FLAG = "flag"
    """Would have blocked, and lets pass by the configuration."""


class RailMode(StrEnum):
    BLOCK = "block"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class RailInfo:
    """A rail of the configuration. `mode`: None where it only masks; no threshold counts then. `judged`: it asks a
    model. `fails_open`: what it could not check is flagged, not blocked."""

    name: str
    direction: Direction
    threshold: float
    mode: RailMode | None = RailMode.BLOCK
    judged: bool = False
    fails_open: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class CallerSignals:
    """What a caller has asked of late, this message included: one customer behind a key where they are told apart.

    Attributes:
        questions: messages within the window, as many of the newest as are kept.
        alike: share, 0 to 1, of them that have the same shape as others: one template, filled in.
        window_seconds: the width of the window.
        distinct: how many of them differ from each other.
        fits: this message has a shape of those that are alike.
        whole_key: nobody behind the key is told apart, so these may be the messages of thousands of customers.
    """

    questions: int = 0
    alike: float = 0.0
    window_seconds: float = 600.0
    distinct: int = 0
    fits: bool = False
    whole_key: bool = False


@dataclass(frozen=True, slots=True)
class RailVerdict:
    """What one rail said about one text. `score` and `threshold` are 0 to 1; `detail` has personal data masked."""

    rail: str
    direction: Direction
    verdict: Verdict
    category: str = ""
    score: float = 0.0
    threshold: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RailReport:
    """What all rails of one direction said about one text; `text` has what was redacted masked."""

    text: str
    verdicts: tuple[RailVerdict, ...]

    @property
    def deciding(self) -> RailVerdict | None:
        """The strictest verdict that is not an allow: the first block, else redaction, else flag."""
        for wanted in (Verdict.BLOCK, Verdict.REDACT, Verdict.FLAG):
            for verdict in self.verdicts:
                if verdict.verdict is wanted:
                    return verdict
        return None

    @property
    def blocked(self) -> RailVerdict | None:
        verdict = self.deciding
        return verdict if verdict is not None and verdict.verdict is Verdict.BLOCK else None
