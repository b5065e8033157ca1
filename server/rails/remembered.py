"""Verdicts on chunks of documents: the same few are retrieved again and again, and rails say the same of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b

from server.domain import RAIL_ERROR, RailVerdict

MOST = 4096
"""Chunks, some 2 kB each. Those asked for longest ago go first."""


class RememberedVerdicts:
    """Keeps hashes of texts, not the texts."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._verdicts: OrderedDict[bytes, Sequence[RailVerdict]] = OrderedDict()

    async def of(
        self, text: str, thresholds: Mapping[str, float], check: Callable[[], Awaitable[Sequence[RailVerdict]]]
    ) -> Sequence[RailVerdict]:
        """What `check` says of `text` under `thresholds`, now or earlier. Where a rail failed, it is asked again."""
        key = blake2b(f"{sorted(thresholds.items())}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if (known := self._verdicts.get(key)) is not None:
            self._verdicts.move_to_end(key)
            return known
        verdicts = await check()
        if not any(verdict.category == RAIL_ERROR for verdict in verdicts):
            self._verdicts[key] = verdicts
            if len(self._verdicts) > self._most:
                self._verdicts.popitem(last=False)
        return verdicts
