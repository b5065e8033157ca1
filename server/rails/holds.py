"""How long rails hold the event loop: measured, and ended where one would not let go of it.

While a rail computes, the whole server stands still. No thread could end it, since a regular expression keeps the
interpreter to itself; but Python's own code and `re` look for signals now and then, so an alarm does. Code in C that
looks for none (a large product of numpy, say) cannot be ended: then the stacks of all threads are written to the
standard error, with the rail's file and function among them.
"""

from __future__ import annotations

import asyncio
import faulthandler
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, suppress
from math import inf
from time import perf_counter
from types import FrameType
from typing import Any

import structlog

from server.rails.rail_seconds import OVERRUNS, SECONDS, RailSeconds

LONGEST_HOLD_SECONDS = 2.0
"""Of the wall's clock. Rails take a millisecond; a machine under load may make a hundred of it."""
LONGEST_HOLD_AGAIN_SECONDS = 0.25
"""For a rail that was ended before: who found a text that does it sends it again."""
_NOT_BEGUN = object()
STUCK_SECONDS = 15.0
"""After so long without a sign of life from the event loop the stacks are written."""

log = structlog.get_logger(__name__)


class RailOverran(BaseException):
    """The rail that runs has held the event loop for too long; says in which line it was then."""


class Holds:
    """Runs rails step by step, up to where they wait or end. For one event loop.

    Attributes:
        overruns: how often each rail was ended.
    """

    def __init__(
        self,
        *,
        longest: float = LONGEST_HOLD_SECONDS,
        again: float = LONGEST_HOLD_AGAIN_SECONDS,
        seconds: RailSeconds = SECONDS,
    ) -> None:
        self.overruns: Counter[str] = Counter()
        self._longest, self._again, self._seconds = longest, again, seconds
        self._limits: dict[str, float] = {}
        self._ended = 0
        self._watching = False
        self._rail = self._place = ""
        self._due = inf
        self._fires = inf

    @asynccontextmanager
    async def ended(self) -> AsyncIterator[None]:
        """While it is open, a rail that holds the loop for too long is ended by RailOverran.

        Only in the main thread, where Python handles signals; elsewhere nothing is ended, and the log says so.
        """
        try:
            before = signal.signal(signal.SIGALRM, self._on_alarm)
        except ValueError:
            log.warning("rails_not_ended", reason="The event loop does not run in the main thread.")
            yield
            return
        self._watching = True
        alive = asyncio.create_task(_write_stacks_where_stuck())
        try:
            yield
        finally:
            self._watching = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
            alive.cancel()
            with suppress(asyncio.CancelledError):
                await alive

    def run(self, rail: str, step: Callable[[Any], Any], argument: object = None) -> tuple[bool, Any]:
        """One step of the rail's coroutine: whether it has ended, and its result or what it waits for.

        Raises RailOverran, and what the step raises.
        """
        self._rail, start, ended_before = rail, perf_counter(), self._ended
        if self._watching:
            self._await_alarm(start + self._limits.get(rail, self._longest), start)
        try:
            result = False, step(argument)
        except StopIteration as ended:
            result = True, ended.value
        finally:
            self._rail = ""
            self._seconds.add(rail, perf_counter() - start)
        if self._ended != ended_before:
            raise RailOverran(self._place)  # The rail has caught the first one.
        return result

    def _await_alarm(self, due: float, now: float) -> None:
        """One alarm serves all rails that run before it comes: to set one takes longer than many a rail."""
        self._due = due
        if due < self._fires:
            self._fires = due
            signal.setitimer(signal.ITIMER_REAL, due - now)

    def _on_alarm(self, _signal: int, frame: FrameType | None) -> None:
        self._fires = inf
        if not self._rail or not _runs_a_rail(frame):
            return
        now = perf_counter()
        if now < self._due:
            self._await_alarm(self._due, now)
            return
        self._ended += 1
        self.overruns[self._rail] += 1
        OVERRUNS.labels(self._rail).inc()
        self._limits[self._rail] = self._again
        self._await_alarm(now + self._again, now)
        self._place = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else ""
        raise RailOverran(self._place)


class RestOf:
    """Awaits a coroutine, or what is left of one that has come to its first wait, each step as the rail's."""

    __slots__ = ("_coroutine", "_holds", "_rail", "_waits_for")

    def __init__(
        self, holds: Holds, rail: str, coroutine: Coroutine[Any, Any, Any], waits_for: object = _NOT_BEGUN
    ) -> None:
        """`waits_for`: what the coroutine's first step has yielded, where it was run."""
        self._holds, self._rail, self._coroutine, self._waits_for = holds, rail, coroutine, waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, result = self._coroutine, self._waits_for
        step: Callable[[Any], Any] = coroutine.send
        argument: object = None
        begun = result is not _NOT_BEGUN
        while True:
            if begun:
                try:
                    step, argument = coroutine.send, (yield result)
                except BaseException as error:  # noqa: BLE001 - a cancellation is the coroutine's to see
                    step, argument = coroutine.throw, error
            begun = True
            done, result = self._holds.run(self._rail, step, argument)
            if done:
                return result


def _runs_a_rail(frame: FrameType | None) -> bool:
    """Whether `frame` was called by Holds.run, however far up: only there may an alarm raise."""
    while frame is not None:
        if frame.f_code is Holds.run.__code__:
            return True
        frame = frame.f_back
    return False


async def _write_stacks_where_stuck() -> None:
    """For as long as the loop is alive, put off the writing of the stacks."""
    try:
        while sys.__stderr__ is not None:
            # A thread of C's: it needs no turn of the interpreter, and writes no values, so no text of a customer.
            faulthandler.dump_traceback_later(STUCK_SECONDS, file=sys.__stderr__)
            await asyncio.sleep(STUCK_SECONDS / 3)
    except (OSError, ValueError):
        log.warning("stacks_not_written", reason="The standard error is no file.")
    finally:
        faulthandler.cancel_dump_traceback_later()
