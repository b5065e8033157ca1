"""Sentences that are checked side by side, and come out in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from server.domain import RailVerdict

AT_ONCE = 8
"""Sentences under check at the same time; who adds more waits."""

Check = Callable[[str], Coroutine[Any, Any, list[RailVerdict]]]


class SentenceChecks:
    """Checks sentences in the background, so that a model that judges one does not keep the next from being written."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._queue: deque[tuple[str, asyncio.Task[list[RailVerdict]]]] = deque()

    @property
    def due(self) -> int:
        """Sentences that `next` has still to return."""
        return len(self._queue)

    def add(self, sentence: str) -> None:
        self._queue.append((sentence, asyncio.create_task(self._check(sentence))))

    async def next(self, *, wait: bool = False) -> tuple[str, list[RailVerdict]] | None:
        """The next sentence with its verdicts; None where there is none, or its check goes on and `wait` is False."""
        if not self._queue:
            return None
        sentence, check = self._queue[0]
        if not check.done():
            await asyncio.sleep(0)  # A check that asks nobody needs no more than this.
        if not (check.done() or wait or len(self._queue) > AT_ONCE):
            return None
        verdicts = await check
        self._queue.popleft()
        return sentence, verdicts

    async def close(self) -> None:
        """Give up what is not done."""
        checks = [check for _, check in self._queue]
        for check in checks:
            check.cancel()
        await asyncio.gather(*checks, return_exceptions=True)
