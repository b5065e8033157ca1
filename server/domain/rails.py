"""What a rail decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    INPUT = "input"
    CONTEXT = "context"
    OUTPUT = "output"


class Verdict(StrEnum):
    ALLOW = "allow"
    REDACT = "redact"
    BLOCK = "block"


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
        """The strictest verdict that is not an allow: the first block, else the first redaction."""
        for wanted in (Verdict.BLOCK, Verdict.REDACT):
            for verdict in self.verdicts:
                if verdict.verdict is wanted:
                    return verdict
        return None

    @property
    def blocked(self) -> RailVerdict | None:
        verdict = self.deciding
        return verdict if verdict is not None and verdict.verdict is Verdict.BLOCK else None
