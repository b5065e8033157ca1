"""Whether Redis is within reach, so that no turn waits for one that is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from redis.exceptions import RedisError

OUTAGE_SECONDS = 1.0
"""How long Redis is left alone once it failed."""

log = structlog.get_logger()


class OutOfReach(Exception):
    """Redis failed, took too long, or is left alone because it did so lately."""


class RedisReach:
    """Bounds what one part of the server asks of Redis, and leaves Redis alone for a while where that fails.

    An outage is logged once as NAME_out_of_reach with its `effect`, and its end as NAME_within_reach.
    """

    def __init__(
        self,
        name: str,
        *,
        effect: str,
        timeout: float | None,
        failures: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout`: the seconds that Redis may take, waiting for a connection included; None leaves that to the
        client's own. `failures`: so many in a row are an outage."""
        self._name = name
        self._effect = effect
        self._timeout = timeout
        self._failures = failures
        self._clock = clock
        self._failed = 0
        self._left_alone_until: float | None = None

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask Redis in this block. Raises OutOfReach, at once while it is left alone.

        In an outage one caller asks each OUTAGE_SECONDS; the others do not wait for what it learns.
        """
        now = self._clock()
        if self._left_alone_until is not None:
            if now < self._left_alone_until:
                raise OutOfReach("it failed a moment ago")
            self._left_alone_until = now + OUTAGE_SECONDS
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except (RedisError, OSError, TimeoutError) as error:
            self._note_failure(error)
            raise OutOfReach(type(error).__name__) from error
        self._note_answer()

    def _note_failure(self, error: Exception) -> None:
        self._failed += 1
        if self._failed < self._failures:
            return
        if self._left_alone_until is None:
            log.warning(f"{self._name}_out_of_reach", error=type(error).__name__, effect=self._effect)
        self._left_alone_until = self._clock() + OUTAGE_SECONDS

    def _note_answer(self) -> None:
        self._failed = 0
        if self._left_alone_until is not None:
            log.info(f"{self._name}_within_reach")
            self._left_alone_until = None
