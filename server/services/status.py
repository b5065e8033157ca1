"""Checking every part of the server now, side by side, none for longer than a few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from server.domain import ComponentState, ComponentStatus
from server.errors import NightdeskError

CHECK_TIMEOUT = 10.0

Check = Callable[[], Awaitable[ComponentStatus]]


class Checks:
    """Named checks; one that raises or hangs is a failed component, not a failed call."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def run(self) -> list[ComponentStatus]:
        return list(await asyncio.gather(*(self._one(name, check) for name, check in self._checks.items())))

    async def _one(self, name: str, check: Check) -> ComponentStatus:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                return await check()
        except TimeoutError:
            detail, fix = f"It did not answer within {CHECK_TIMEOUT:g} s.", "See whether the service behind it runs."
        except NightdeskError as error:
            detail, fix = error.message, error.fix
        return ComponentStatus(name, "", ComponentState.FAILED, detail, fix)
