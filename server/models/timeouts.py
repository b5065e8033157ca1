"""How long a model may keep a customer waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from server.errors import ModelError
from server.models.endpoint import Timeouts

T = TypeVar("T")


class StreamClock:
    """Bounds the waiting for one stream. Only the time inside `wait` counts.

    One timer a stream: each wait moves the moment at which it is due, and the timer looks at it when it fires. A
    timeout context for each piece of text would cost more than reading the piece.
    """

    def __init__(self, timeouts: Timeouts, title: str) -> None:
        self._timeouts = timeouts
        self._title = title
        self._loop = asyncio.get_running_loop()
        self._heard = False
        self._silence = 0.0
        self._total = 0.0
        self._task: asyncio.Task[object] | None = None
        self._began = 0.0
        self._due = 0.0
        self._total_is_next = False
        self._cancelling = 0
        self._expired = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def heard(self) -> None:
        """Text came: from here on the idle timeout counts."""
        self._heard = True
        self._silence = 0.0

    async def wait(self, awaitable: Awaitable[T]) -> T:
        """What `awaitable` gives. Raises ModelError TIMED_OUT, having cancelled it."""
        self.start()
        try:
            return await awaitable
        except asyncio.CancelledError:
            self.raise_if_expired()
            raise
        finally:
            self.pause()

    def start(self) -> None:
        """The calling task waits from here on; `wait` in parts, for where a coroutine for each piece is too dear."""
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task else 0
        self._began = self._loop.time()
        silence, total = self._limit - self._silence, self._timeouts.total - self._total
        self._total_is_next = total < silence
        self._due = self._began + min(silence, total)
        if self._timer is None or self._due < self._timer_at:
            self._arm()

    def raise_if_expired(self) -> None:
        """Raises ModelError TIMED_OUT where it was this clock that cancelled the waiting."""
        if self._expired and self._task is not None and self._task.uncancel() <= self._cancelling:
            raise self._timed_out() from None

    def pause(self) -> None:
        """The waiting is over."""
        self._task = None
        waited = self._loop.time() - self._began
        self._silence += waited
        self._total += waited

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def _limit(self) -> float:
        return self._timeouts.idle if self._heard else self._timeouts.first_token

    def _arm(self) -> None:
        self.stop()
        self._timer_at = self._due
        self._timer = self._loop.call_at(self._due, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if self._task is None:
            # The reader is busy; the next wait arms it again.
            return
        if self._loop.time() < self._due:
            self._arm()
            return
        self._expired = True
        self._task.cancel()

    def _timed_out(self) -> ModelError:
        if self._total_is_next:
            awaited, limit = "finish", self._timeouts.total
        else:
            awaited, limit = ("go on" if self._heard else "begin to answer"), self._limit
        return ModelError(f"{self._title} did not {awaited} within {limit:g} s.", reason="TIMED_OUT")
