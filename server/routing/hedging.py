"""Asks a second deployment where the first is slow to begin, and keeps whichever speaks first.

Source: J. Dean and L. A. Barroso, "The Tail at Scale", CACM 56(2), 2013: hedged requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from server.errors import BudgetExhausted, ModelError
from server.routing.attempt import Attempt


async def first_to_speak(
    first: Attempt,
    after: float,
    second: Callable[[], Awaitable[Attempt | None]],
    failed: Callable[[Attempt, ModelError | BudgetExhausted], None],
) -> Attempt | None:
    """The attempt that speaks first; the other is closed. None where all failed; `failed` is told of each.

    `second` is asked after `after` seconds without a word; it may have none.
    """
    speaking = {asyncio.create_task(first.speak()): first}
    try:
        done, _ = await asyncio.wait(speaking, timeout=after)
        if not done and (other := await second()) is not None:
            speaking[asyncio.create_task(other.speak())] = other
        while speaking:
            done, _ = await asyncio.wait(speaking, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in speaking if task in done]:
                attempt = speaking.pop(task)
                try:
                    task.result()
                except (ModelError, BudgetExhausted) as error:
                    failed(attempt, error)
                else:
                    return attempt
        return None
    finally:
        for task in speaking:
            task.cancel()
        await asyncio.gather(*speaking, return_exceptions=True)
        for attempt in speaking.values():
            await attempt.close()
