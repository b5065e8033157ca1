"""One tenant's part of one collection, asked at whichever node answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from weaviate import WeaviateAsyncClient
from weaviate.classes.config import ConsistencyLevel
from weaviate.exceptions import WeaviateInsertManyAllFailedError

from server.errors import Unavailable
from server.vector_stores.weaviate_nodes import QUERY, WRITE, Patience, WeaviateNodes

T = TypeVar("T")
_BATCH = 200
_INSERT_SECONDS = 15.0
_INSERT_WAIT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Shard:
    """`tenant` is Weaviate's name for it; empty in a collection without tenants. All methods raise Unavailable."""

    nodes: WeaviateNodes
    collection: str
    tenant: str = ""

    async def ask(self, what: str, question: Callable[[Any], Awaitable[T]]) -> T:
        """What `question` reads of Weaviate's collection.

        From one replica, the node's own where it has one: all that is read of a document is then of the same age. At a
        higher level Weaviate would wait for a replica that hangs, and still not find what the first one lacks.
        """
        return await self._at_level(ConsistencyLevel.ONE, what, question, QUERY)

    async def change(self, what: str, request: Callable[[Any], Awaitable[T]]) -> T:
        """What `request`, which writes to Weaviate's collection, returns when most replicas have done it."""
        return await self._at_level(ConsistencyLevel.QUORUM, what, request, WRITE)

    async def _at_level(
        self, level: ConsistencyLevel, what: str, request: Callable[[Any], Awaitable[T]], patience: Patience
    ) -> T:
        async def of_node(client: WeaviateAsyncClient) -> T:
            collection = client.collections.use(self.collection)
            if self.tenant:
                collection = collection.with_tenant(self.tenant)
            return await request(collection.with_consistency_level(level))

        return await self.nodes.call(what, of_node, patience)

    async def by_ids(self, what: str, ids: Sequence[UUID], **fields: Any) -> list[Any]:
        """Those of the objects that exist, in any order."""
        found = []
        for start in range(0, len(ids), _BATCH):
            part = list(ids[start : start + _BATCH])

            async def ask(collection: Any, part: list[UUID] = part) -> Any:
                return await collection.query.fetch_objects_by_ids(part, limit=len(part), **fields)

            found.extend((await self.ask(what, ask)).objects)
        return found

    async def insert(self, objects: Sequence[Any]) -> None:
        """Insert or overwrite all of `objects`; what fails is tried again, because a new tenant's index may lag."""
        for start in range(0, len(objects), _BATCH):
            pending = list(objects[start : start + _BATCH])
            until = time.monotonic() + _INSERT_SECONDS
            wait = _INSERT_WAIT_SECONDS
            while errors := await self._insert_once(pending):
                pending = [pending[position] for position in errors]
                if time.monotonic() + wait > until:
                    raise Unavailable(f"Weaviate did not take {len(pending)} objects: {next(iter(errors.values()))}")
                await asyncio.sleep(wait)
                wait *= 2

    async def _insert_once(self, objects: Sequence[Any]) -> dict[int, str]:
        """Error messages by the position of the objects that failed."""

        async def insert(collection: Any) -> dict[int, str]:
            try:
                result = await collection.data.insert_many(objects)
            except WeaviateInsertManyAllFailedError as error:
                return dict.fromkeys(range(len(objects)), error.message)
            return {position: error.message for position, error in result.errors.items()}

        return await self.change("inserting", insert)

    async def delete_one(self, number: UUID) -> None:
        async def delete(collection: Any) -> None:
            await collection.data.delete_by_id(number)

        await self.change("deleting an object", delete)

    async def delete_where(self, where: Any) -> int:
        """How many objects were deleted. One request deletes at most Weaviate's maximum: it asks until none is left."""

        async def delete(collection: Any) -> Any:
            return await collection.data.delete_many(where=where)

        deleted = 0
        while True:
            result = await self.change("deleting objects", delete)
            if result.failed:
                raise Unavailable(f"Weaviate did not delete {result.failed} objects.")
            if result.matches == 0:
                return deleted
            deleted += int(result.matches)
