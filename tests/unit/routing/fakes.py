"""Deployments that do as a test tells them, and breakers that remember what they were told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Sequence
from dataclasses import dataclass, field

from server.domain import ModelEvent, ModelFinished, ModelRequest, ModelStarted, TextDelta, Usage
from server.errors import ModelError
from server.ports import BreakerPosition, BreakerState

REQUEST = ModelRequest("Answer.", (), "How long?", "How long?", (), 100)


@dataclass(frozen=True)
class Play:
    """What a deployment does when it is called: waits, speaks, and fails, hangs or finishes."""

    words: Sequence[str] = ("Refunds ", "take ", "5 days.")
    error: Exception | None = None
    delay: float = 0.0
    hangs: bool = False
    finish: str | None = "stop"
    error_after_finish: Exception | None = None


@dataclass
class Deployments:
    """Plays each deployment's plays one after another, the last one again and again."""

    plays: dict[str, list[Play]]
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Each call: its deployment, and what of the answer had been said."""
    seconds: list[float | None] = field(default_factory=list)
    """What each call had."""
    running: int = 0

    async def call(self, name: str, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.asked.append((name, request.begun))
        self.seconds.append(request.seconds)
        plays = self.plays[name]
        play = plays.pop(0) if len(plays) > 1 else plays[0]
        self.running += 1
        try:
            await _waited(asyncio.sleep(play.delay), request)
            yield ModelStarted()
            for word in play.words:
                yield TextDelta(word)
            if play.hangs:
                await _waited(asyncio.Event().wait(), request)
            if play.error is not None:
                raise play.error
            if play.finish is not None:
                yield ModelFinished(play.finish, Usage("fake", name))
            if play.error_after_finish is not None:
                raise play.error_after_finish
        finally:
            self.running -= 1

    @property
    def order(self) -> list[str]:
        return [name for name, _ in self.asked]


async def _waited(coroutine: Awaitable[object], request: ModelRequest) -> None:
    """As adapters wait: no longer than the request lets them."""
    try:
        async with asyncio.timeout(request.seconds):
            await coroutine
    except TimeoutError:
        raise ModelError("It took too long.", reason="TIMED_OUT") from None


@dataclass
class NotedBreakers:
    """Admits all but those in `refused`."""

    refused: set[str] = field(default_factory=set)
    admitted: list[str] = field(default_factory=list)
    reports: dict[str, list[bool | None]] = field(default_factory=lambda: defaultdict(list))
    broken_off: list[str] = field(default_factory=list)

    async def admit(self, deployment: str) -> bool:
        if deployment in self.refused:
            return False
        self.admitted.append(deployment)
        return True

    async def report(self, deployment: str, ok: bool | None) -> None:
        self.reports[deployment].append(ok)

    async def report_broken_off(self, deployment: str) -> None:
        self.broken_off.append(deployment)

    async def states(self, deployments: Sequence[str]) -> list[BreakerState]:
        return [BreakerState(BreakerPosition.CLOSED) for _ in deployments]

    async def close(self) -> None:
        """Nothing is open."""
