"""Whether enough copies of what was written can exist.

Weaviate counts a consistency level over the members that the cluster has at the moment: with two of three nodes gone
for some seconds, one copy is a QUORUM. What was written is therefore acknowledged only while a quorum of the configured
replicas is among the members.
"""

from __future__ import annotations

import asyncio
import time

from weaviate import WeaviateAsyncClient
from weaviate.exceptions import UnexpectedStatusCodeError

from server.errors import Unavailable
from server.vector_stores.weaviate_nodes import WeaviateNodes

_ASK_SECONDS = 1.0
_SETTLE_SECONDS = 12.0
_SETTLE_WAIT_SECONDS = 0.25
_RECENT_SECONDS = 1.0


class Replicas:
    """Of the tenants of `collections`, each kept `factor` times."""

    def __init__(self, nodes: WeaviateNodes, collections: tuple[str, ...], factor: int) -> None:
        self.factor = factor
        self._nodes = nodes
        self._collections = collections
        self._found_enough_at = float("-inf")

    async def expect_quorum(self, shard: str) -> None:
        """Before a write: raise Unavailable where it could not be acknowledged, as of the last second."""
        if time.monotonic() - self._found_enough_at > _RECENT_SECONDS:
            await self.require_quorum(shard)

    async def require_quorum(self, shard: str) -> None:
        """After a write, before it is acknowledged: return when a quorum of the shard's replicas are members.

        Who was a member when the write was made was counted, and who is one now was one then. A node that does not
        answer is a member until the others agree that it is gone, and a new shard takes a moment to be on all of its
        nodes: both are waited for.

        Raises:
            Unavailable: there is no quorum, or the cluster does not settle in time.
        """
        if self.factor == 1:
            return
        quorum = self.factor // 2 + 1
        until = time.monotonic() + _SETTLE_SECONDS
        while True:
            found = await asyncio.gather(*(self._holders(collection, shard) for collection in self._collections))
            if all(holding >= quorum for _, holding in found):
                self._found_enough_at = time.monotonic()
                return
            members = min(members for members, _ in found)
            if 0 < members < quorum or time.monotonic() > until:
                raise Unavailable(
                    f"Weaviate has {members or 'an unknown number'} of {self.factor} replicas; "
                    f"a write is acknowledged with at least {quorum}.",
                    fix="Bring the missing nodes back, then try again.",
                )
            await asyncio.sleep(_SETTLE_WAIT_SECONDS)

    async def _holders(self, collection: str, shard: str) -> tuple[int, int]:
        """How many members the cluster has, and how many of them hold the shard; zeros while one does not answer."""

        async def ask(client: WeaviateAsyncClient) -> tuple[int, int]:
            try:
                async with asyncio.timeout(_ASK_SECONDS):
                    members = await client.cluster.nodes(collection=collection, shard=shard, output="verbose")
            except (TimeoutError, UnexpectedStatusCodeError):
                return 0, 0
            return len(members), sum(bool(member.shards) for member in members)

        return await self._nodes.call("counting replicas", ask)
