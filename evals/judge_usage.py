"""The tokens that judging one case takes, gathered while its metrics run side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from nightdesk.v1 import common_pb2

_gathering: ContextVar[list[common_pb2.Usage] | None] = ContextVar("judge_usage", default=None)


@contextmanager
def gathered_usage() -> Iterator[list[common_pb2.Usage]]:
    """What judges note within the block, tasks that it starts included."""
    usages: list[common_pb2.Usage] = []
    token = _gathering.set(usages)
    try:
        yield usages
    finally:
        _gathering.reset(token)


def note_usage(usage: common_pb2.Usage) -> None:
    """Add a call to the case that is being judged; outside of one nothing is kept."""
    usages = _gathering.get()
    if usages is not None:
        usages.append(usage)
