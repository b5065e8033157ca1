"""One client for each node of a Weaviate cluster: a call that one node fails goes on at the next."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeVar

import structlog
from weaviate import WeaviateAsyncClient

from server.errors import FailedPrecondition, NightdeskError, Unavailable
from server.vector_stores.weaviate_connection import (
    NodeAddress,
    NodeAway,
    TimedOut,
    answers,
    connected_client,
    weaviate_call,
)

log = structlog.get_logger()
T = TypeVar("T")

_PROBE_SECONDS = 1.0
_PROBE_LIMIT_SECONDS = 3.0


class Patience(NamedTuple):
    """Seconds to wait for one node where there is another one to ask, and for all of them together."""

    for_one: float
    for_all: float


QUERY = Patience(1.25, 10.0)
WRITE = Patience(5.0, 30.0)
SCHEMA = Patience(30.0, 60.0)


@dataclass(slots=True)
class Node:
    """`client` is None while the node is away. `left_at` is in seconds of the monotonic clock, 0 for never."""

    address: NodeAddress
    client: WeaviateAsyncClient | None = None
    left_at: float = 0.0


class WeaviateNodes:
    """All nodes of a cluster, or the one server or balancer that there is.

    Calls go to the node that has been well for longest: one that was away lacks what was written meanwhile until the
    cluster has brought it up to date. Which of several untroubled nodes that is, each process draws by lot.

    A node that does not answer gets no more calls (its breaker is open) until a new connection to it succeeds, which is
    tried in the background. What is called must be idempotent, because a node may fail after it did what it was asked.

    Bound to the event loop in which `connect` ran.
    """

    def __init__(self, nodes: Sequence[Node], api_key: str) -> None:
        """For `connect`, which callers use."""
        self._nodes = tuple(nodes)
        self._api_key = api_key
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def connect(cls, addresses: Sequence[NodeAddress], api_key: str) -> Self:
        """Connect to every node; one is enough to go on. The key may be empty.

        Raises:
            Unavailable: no node can be reached.
            FailedPrecondition: a node refuses the key.
        """
        shuffled = random.sample(list(addresses), len(addresses))
        nodes = cls([Node(address) for address in shuffled], api_key)
        results = await asyncio.gather(
            *(connected_client(address, api_key) for address in shuffled), return_exceptions=True
        )
        failures = []
        for node, result in zip(nodes._nodes, results, strict=True):
            if isinstance(result, BaseException):
                failures.append(result)
                nodes._leave(node, str(result))
            else:
                node.client = result
        refused = [failure for failure in failures if not isinstance(failure, Unavailable)]
        if refused or len(failures) == len(results):
            await nodes.close()
            raise (refused or failures)[0]
        return nodes

    def states(self) -> dict[str, bool]:
        """Whether each node answers, by its HTTP address in their alphabetic order."""
        return dict(sorted((node.address.http, node.client is not None) for node in self._nodes))

    async def call(
        self, what: str, ask: Callable[[WeaviateAsyncClient], Awaitable[T]], patience: Patience = QUERY
    ) -> T:
        """What `ask` returns at the first node that does not fail. Raises as `weaviate_call` does."""
        until = time.monotonic() + patience.for_all
        present = sorted((node for node in self._nodes if node.client), key=lambda node: node.left_at)
        failure: NightdeskError = NodeAway(
            f"No Weaviate node answers ({what}).", fix=f"See what is wrong with {', '.join(self.states())}."
        )
        for node in present:
            if (client := node.client) is None:
                continue  # another call found it away meanwhile
            remaining = max(until - time.monotonic(), 0.0)
            seconds = remaining if node is present[-1] else min(patience.for_one, remaining)
            try:
                async with weaviate_call(what, seconds=seconds):
                    return await ask(client)
            except Unavailable as error:
                failure = error
                await self._leave_if_away(node, client, error)
        raise failure

    async def each(
        self, what: str, ask: Callable[[WeaviateAsyncClient], Awaitable[T]]
    ) -> dict[str, T | NightdeskError]:
        """What `ask` returns at every node, or how it failed, by HTTP address; a node found away is left."""

        async def one(node: Node) -> T | NightdeskError:
            if (client := node.client) is None:
                return NodeAway(f"away ({what})")
            try:
                async with weaviate_call(what, seconds=QUERY.for_one):
                    return await ask(client)
            except (Unavailable, FailedPrecondition) as error:
                await self._leave_if_away(node, client, error)
                return error

        nodes = sorted(self._nodes, key=lambda node: node.address.http)
        answers = await asyncio.gather(*map(one, nodes))
        return {node.address.http: answer for node, answer in zip(nodes, answers, strict=True)}

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for node in self._nodes:
            if node.client:
                await node.client.close()
                node.client = None

    async def _leave_if_away(self, node: Node, client: WeaviateAsyncClient, error: NightdeskError) -> None:
        """A question that took too long is the node's fault only if the node does not answer a simple one either."""
        if not isinstance(error, NodeAway) or (isinstance(error, TimedOut) and await answers(client)):
            return
        if node.client is client:
            self._leave(node, error.message)

    def _leave(self, node: Node, why: str) -> None:
        log.warning("weaviate_node_away", node=node.address.http, why=why)
        former, node.client, node.left_at = node.client, None, time.monotonic()
        self._background(self._bring_back(node))
        if former:
            self._background(_close_later(former))

    async def _bring_back(self, node: Node) -> None:
        while node.client is None:
            await asyncio.sleep(_PROBE_SECONDS)
            try:
                node.client = await connected_client(node.address, self._api_key, seconds=_PROBE_LIMIT_SECONDS)
            except NightdeskError as error:
                log.debug("weaviate_node_still_away", node=node.address.http, why=error.message)
        log.info("weaviate_node_back", node=node.address.http)

    def _background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _close_later(client: WeaviateAsyncClient) -> None:
    """Close it when no call can still be waiting for it: the node may only have been slow for one of them."""
    try:
        await asyncio.sleep(SCHEMA.for_all)
    finally:
        await client.close()
