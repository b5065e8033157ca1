"""How long a model may keep a customer waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from server.errors import ModelError

T = TypeVar("T")


async def limit_silence(events: AsyncGenerator[T], first_token: float, idle: float) -> AsyncGenerator[T]:
    """Pass `events` on; raise ModelError TIMED_OUT after `first_token` seconds without the first or `idle` without the
    next. Only the waiting for `events` counts, not what the reader does in between. Closing this closes `events`.
    """
    limit, awaited = first_token, "begin to answer"
    async with aclosing(events):
        while True:
            try:
                async with asyncio.timeout(limit):
                    event = await anext(events)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise ModelError(f"The model did not {awaited} within {limit:g} s.", reason="TIMED_OUT") from None
            yield event
            limit, awaited = idle, "go on"
