"""One call to one deployment, whose outcome its breaker is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from server.domain import ModelEvent, ModelFinished, TextDelta
from server.errors import ModelError
from server.ports import Breakers

log = structlog.get_logger()

WELL = frozenset({"CONTEXT_TOO_LONG", "CONTENT_POLICY", "BAD_REQUEST"})
"""Failures that are the request's own fault: the deployment that says so works."""

Spoken = TextDelta | ModelFinished


class Attempt:
    """An admitted call. Whoever makes one closes it.

    Args:
        begun: whether the answer was begun by another model, so that nothing more to say is an answer as well.
    """

    def __init__(
        self, deployment: str, events: AsyncGenerator[ModelEvent, None], breakers: Breakers, *, begun: bool
    ) -> None:
        self.deployment = deployment
        self._breakers = breakers
        self._started = False
        self._said: list[Spoken] = []
        self._events = _reported(deployment, events, breakers, begun=begun)

    @property
    def spoke(self) -> bool:
        return bool(self._said)

    async def speak(self) -> None:
        """Wait for the first text, or for the end where there is none. Raises what the call raises."""
        self._started = True
        self._said.append(await anext(self._events))

    async def finish(self) -> None:
        """Wait for the end, in place of `speak`. Raises what the call raises."""
        self._started = True
        async for event in self._events:
            self._said.append(event)

    async def spoken(self) -> AsyncGenerator[Spoken, None]:
        """All of it, from what was waited for on. Raises what the call raises."""
        for event in self._said:
            yield event
        async for event in self._events:
            yield event

    async def close(self) -> None:
        await self._events.aclose()
        if not self._started:
            # A generator that never ran has nothing to clean up, but its place was taken.
            self._started = True
            await self._breakers.report(self.deployment, None)


class _Report:
    """What a breaker is told of one call: well at the first text, so that quick failures are not all that it hears of
    in the first seconds of a rush, and where it broke off after that; None where the call is left before."""

    def __init__(self, deployment: str, breakers: Breakers) -> None:
        self._deployment = deployment
        self._breakers = breakers
        self._told = False

    async def spoke(self) -> None:
        if not self._told:
            await self._tell(well=True)

    async def ended(self, well: bool | None) -> None:
        if not self._told:
            await self._tell(well=well)
        elif well is False:
            await self._breakers.report_broken_off(self._deployment)

    async def _tell(self, *, well: bool | None) -> None:
        self._told = True
        await self._breakers.report(self._deployment, well)


async def _reported(
    deployment: str, events: AsyncGenerator[ModelEvent, None], breakers: Breakers, *, begun: bool
) -> AsyncGenerator[Spoken, None]:
    """Text, then the end. The breaker knows how it went before the end is passed on."""
    report = _Report(deployment, breakers)
    well: bool | None = None
    finished: ModelFinished | None = None
    spoke = False
    try:
        async with aclosing(_spoken(events)) as said:
            try:
                async for event in said:
                    if isinstance(event, ModelFinished):
                        finished = event
                        continue
                    spoke = well = True
                    # Before the text goes on: in a rush its reader may take seconds to come back for more.
                    await report.spoke()
                    yield event
                finished = _complete(deployment, finished, spoke or begun)
            except ModelError as error:
                if finished is None or not (spoke or begun):
                    raise
                # Nothing of the text is missing, so that nobody else need say it.
                log.warning("model_failed_after_its_answer", deployment=deployment, reason=error.reason)
        well = True
    except ModelError as error:
        well = error.reason in WELL
        raise
    finally:
        await report.ended(well)
    yield finished


async def _spoken(events: AsyncGenerator[ModelEvent, None]) -> AsyncGenerator[Spoken, None]:
    """The events that say something."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, ModelFinished) or (isinstance(event, TextDelta) and event.text):
                yield event


def _complete(deployment: str, finished: ModelFinished | None, has_text: bool) -> ModelFinished:
    if finished is None:
        raise ModelError(f"{deployment} ended without an end.", reason="BAD_RESPONSE")
    if not has_text and finished.reason in ("stop", "length"):
        raise ModelError(f"{deployment} finished without a word.", reason="BAD_RESPONSE")
    return finished
