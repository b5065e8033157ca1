"""From what a rail returned to its verdict, and from many verdicts on parts of a text to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING, SupportsFloat

import structlog

from server.domain import RAIL_ERROR, RailMode, RailVerdict, Verdict
from server.errors import NightdeskError
from server.ports import CheckOptions
from server.rails.holds import RailOverran
from server.rails.rail import Rail

if TYPE_CHECKING:
    from nemoguardrails.actions.rail_outcome import RailOutcome

_DETAIL_LENGTH = 120
_STRICTNESS = {Verdict.ALLOW: 0, Verdict.FLAG: 1, Verdict.REDACT: 2, Verdict.BLOCK: 3}

log = structlog.get_logger(__name__)


def decide(rail: Rail, outcome: RailOutcome | None, options: CheckOptions, redact: Callable[[str], str]) -> RailVerdict:
    """The verdict on an outcome; None, a failure, a rewritten text and a score that is none are failures of the rail.

    The score is held against the threshold of `options`, else the configuration's, else the action's own. A score of 0
    reaches none.
    """
    info = rail.info
    if outcome is None:
        return failure(rail, "returned neither a finding nor an outcome")
    if outcome.failed or outcome.is_transform:
        return failure(rail, "said that it failed" if outcome.failed else "rewrote the text")
    threshold = threshold_of(rail, options)
    found = outcome.metadata
    told = found.get("score", outcome.is_blocked)
    score = float(told) if isinstance(told, SupportsFloat) else nan
    if not 0 <= score <= 1:
        return failure(rail, "its score is no number from 0 to 1")
    if rail.decides and info.name not in options.thresholds:
        threshold, reached = float(found.get("threshold", threshold)), outcome.is_blocked
    else:
        reached = 0 < score >= threshold
    if not reached:
        return RailVerdict(info.name, info.direction, Verdict.ALLOW, "", score, threshold)
    verdict = Verdict.BLOCK if info.mode is RailMode.BLOCK else Verdict.FLAG
    detail = redact(str(found.get("evidence", "")))[:_DETAIL_LENGTH]
    category = str(found.get("category", "policy"))
    return RailVerdict(info.name, info.direction, verdict, category, score, threshold, detail)


def failure(rail: Rail, cause: str) -> RailVerdict:
    """What becomes of a text that the rail could not check; the log has it either way.

    `cause` is the verdict's detail, without a word of the text. There is no score that was held against a threshold,
    and so neither of them.
    """
    info = rail.info
    log.error("rail_failed", rail=info.name, direction=info.direction.value, cause=cause, passed=info.fails_open)
    verdict = Verdict.FLAG if info.fails_open else Verdict.BLOCK
    return RailVerdict(info.name, info.direction, verdict, RAIL_ERROR, detail=cause)


def cause_of(error: BaseException) -> str:
    """What kept a rail from its check, without a word of the text: "timed_out", "raised ValueError"."""
    if isinstance(error, NightdeskError):
        return error.reason.lower()
    if isinstance(error, RailOverran):
        return "held the server up"
    return "timed_out" if isinstance(error, TimeoutError) else f"raised {type(error).__name__}"


def blocks(verdicts: Iterable[RailVerdict]) -> bool:
    return any(verdict.verdict is Verdict.BLOCK for verdict in verdicts)


class Highest:
    """One verdict a rail out of those on many parts of a text: the strictest, with the highest score."""

    def __init__(self) -> None:
        self._kept: dict[str, RailVerdict] = {}

    def note(self, verdicts: Iterable[RailVerdict]) -> list[RailVerdict]:
        """Take verdicts in; returns those to be told now: blocks, and flags that say more than an earlier one."""
        return [verdict for verdict in verdicts if self._raised(verdict) and verdict.verdict is not Verdict.ALLOW]

    @property
    def blocked(self) -> bool:
        return blocks(self._kept.values())

    def all(self) -> list[RailVerdict]:
        return list(self._kept.values())

    def allowed(self) -> list[RailVerdict]:
        return [verdict for verdict in self._kept.values() if verdict.verdict is Verdict.ALLOW]

    def _raised(self, verdict: RailVerdict) -> bool:
        kept = self._kept.get(verdict.rail)
        if kept is verdict:
            return False
        if kept is not None and _rank(verdict) <= _rank(kept):
            return False
        if kept is not None and kept.score > verdict.score:
            verdict = replace(verdict, score=kept.score)
        self._kept[verdict.rail] = verdict
        return True


def threshold_of(rail: Rail, options: CheckOptions) -> float:
    """That of the check, else the configuration's."""
    return options.thresholds.get(rail.info.name, rail.info.threshold)


def _rank(verdict: RailVerdict) -> tuple[int, float]:
    return _STRICTNESS[verdict.verdict], verdict.score
