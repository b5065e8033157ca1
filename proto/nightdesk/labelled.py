"""Messages that people labelled, scored once by the rails and then judged against any thresholds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from nightdesk.client import Client
from nightdesk.v1 import common_pb2, rail_pb2

WORKERS = 4
RAIL_ERROR = "rail_error"
_LABELS = {"block": True, "allow": False}
_Z = 1.959964
"""The normal distribution's quantile of 97.5 %."""


class InvalidLabels(ValueError):
    """A line is not a labelled message; the text names the line and says what is wrong."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A message, and whether the rails should block it."""

    text: str
    block: bool
    category: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What one rail made of a text; `blocked` by the threshold and mode that the server has."""

    rail: str
    score: float
    threshold: float
    blocked: bool
    category: str = ""

    def blocks(self, thresholds: Mapping[str, float]) -> bool:
        """Whether it blocks by these thresholds. Rails without one here, and rails that failed, stay as they were."""
        if self.rail not in thresholds or self.category == RAIL_ERROR:
            return self.blocked
        return self.score >= thresholds[self.rail]


@dataclass(frozen=True, slots=True)
class ScoredText:
    labelled: LabelledText
    checks: tuple[Check, ...]

    def deciding(self, thresholds: Mapping[str, float]) -> Check | None:
        """The check with the highest score of those that block it, if any does."""
        blocking = [check for check in self.checks if check.blocks(thresholds)]
        return max(blocking, key=lambda check: check.score, default=None)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's 95 % interval (Wilson, 1927); 0 to 1 where there is none at all."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def bounds(self) -> tuple[float, float]:
        if not self.whole:
            return 0.0, 1.0
        share, z2 = self.part / self.whole, _Z * _Z
        middle = (share + z2 / (2 * self.whole)) / (1 + z2 / self.whole)
        spread = math.sqrt(share * (1 - share) / self.whole + z2 / (4 * self.whole**2))
        half = _Z / (1 + z2 / self.whole) * spread
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How labelled messages fare: attacks caught and missed, ordinary ones blocked (false alarms) and passed."""

    caught: int
    missed: int
    false_alarms: int
    passed: int

    @property
    def recall(self) -> Share:
        """Of what should be blocked, what is."""
        return Share(self.caught, self.caught + self.missed)

    @property
    def precision(self) -> Share:
        """Of what is blocked, what should be."""
        return Share(self.caught, self.caught + self.false_alarms)

    @property
    def false_alarm_rate(self) -> Share:
        """Of what should pass, what is blocked."""
        return Share(self.false_alarms, self.false_alarms + self.passed)


def read_labelled(lines: Iterable[str], name: str = "line") -> list[LabelledText]:
    """Messages of JSON lines {"text", "label": "block"|"allow", "category"?}; blank lines are passed over.

    Raises InvalidLabels naming the first line that is none, as "NAME:NUMBER", or where there is no message at all.
    """
    found = [_labelled(line, f"{name}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise InvalidLabels(f"{name} has no labelled message.")
    return found


def score_texts(
    client: Client, texts: Sequence[LabelledText], progress: Callable[[float], object] = lambda _: None
) -> list[ScoredText]:
    """Let the input rails check each message once; `progress` gets the share done, 0 to 1. Raises ApiError."""
    scored = []
    with ThreadPoolExecutor(WORKERS) as pool:
        pending = [pool.submit(_score, client, text) for text in texts]
        try:
            for number, future in enumerate(pending, start=1):
                scored.append(future.result())
                progress(number / len(texts))
        finally:
            for future in pending:
                future.cancel()
    return scored


def outcomes(scored: Iterable[ScoredText], thresholds: Mapping[str, float]) -> Outcomes:
    """How the messages fare with these thresholds."""
    counts = {(label, blocked): 0 for label in (True, False) for blocked in (True, False)}
    for one in scored:
        counts[one.labelled.block, one.deciding(thresholds) is not None] += 1
    return Outcomes(counts[True, True], counts[True, False], counts[False, True], counts[False, False])


def _score(client: Client, labelled: LabelledText) -> ScoredText:
    request = rail_pb2.CheckTextRequest(text=labelled.text, direction=common_pb2.RAIL_DIRECTION_INPUT)
    verdicts = client.call(client.rails.CheckText, request).verdicts
    # A redaction masks and blocks nothing.
    checks = tuple(_check(verdict) for verdict in verdicts if verdict.verdict != common_pb2.VERDICT_REDACT)
    return ScoredText(labelled, checks)


def _check(verdict: common_pb2.RailVerdict) -> Check:
    blocked = verdict.verdict == common_pb2.VERDICT_BLOCK
    return Check(verdict.rail, verdict.score, verdict.threshold, blocked, verdict.category)


def _labelled(line: str, place: str) -> LabelledText:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidLabels(f"{place}: the line is not JSON ({error.msg}).") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str) or not fields["text"].strip():
        raise InvalidLabels(f'{place}: "text" must be a non-empty string.')
    if fields.get("label") not in _LABELS:
        raise InvalidLabels(f'{place}: "label" must be "block" or "allow".')
    return LabelledText(fields["text"], _LABELS[fields["label"]], str(fields.get("category") or ""))
