"""When each stage of a turn ran, worked out from how long each took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nightdesk.v1 import chat_pb2
from workbench.components.formatting import seconds

SIDE_BY_SIDE = ("input_rails", "retrieval")
SINCE_START = ("first_token", "total")
"""Stages whose duration counts from the beginning of the turn."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stage, in seconds since the turn began."""

    stage: str
    start: float
    end: float


def stage_spans(timings: Iterable[chat_pb2.StageTiming]) -> list[Span]:
    """The stages in the order of the turn.

    The contract tells durations: a stage begins where those before it ended, but for input rails and retrieval, which
    run side by side, and for the first token and the total, which count from the beginning.
    """
    spans: list[Span] = []
    begin = end = 0.0
    for timing in timings:
        length = seconds(timing.duration)
        if timing.stage in SINCE_START:
            spans.append(Span(timing.stage, 0.0, length))
            continue
        if timing.stage not in SIDE_BY_SIDE or not _runs_beside(spans):
            begin = end
        spans.append(Span(timing.stage, begin, begin + length))
        end = max(end, begin + length)
    return spans


def _runs_beside(spans: list[Span]) -> bool:
    return bool(spans) and spans[-1].stage in SIDE_BY_SIDE
