"""The indexes in a Weaviate cluster: three collections for each embedder."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from weaviate import WeaviateAsyncClient

from server.domain import IndexInfo
from server.vector_stores.weaviate import WeaviateVectorStore
from server.vector_stores.weaviate_connection import NodeAddress
from server.vector_stores.weaviate_nodes import SCHEMA, WeaviateNodes
from server.vector_stores.weaviate_schema import CHUNK_PREFIX, Index, describe

CACHE_PREFIX = "answers/"
"""Begins the embedder's name of an index that the answer cache keeps its questions in: it is no knowledge, and serves
nobody's searches."""

T = TypeVar("T")


class WeaviateIndexCatalog:
    """The one that was told last to serve is the one that serves; each chunks' collection says since when.

    Every method raises as `WeaviateNodes.connect` does.
    """

    def __init__(self, addresses: Sequence[NodeAddress], api_key: str) -> None:
        """The key may be empty."""
        self._addresses = addresses
        self._api_key = api_key

    async def indexes(self) -> list[IndexInfo]:
        async def descriptions(client: WeaviateAsyncClient) -> list[dict[str, str]]:
            found = await client.collections.list_all(simple=True)
            ours = [config.description for name, config in sorted(found.items()) if name.startswith(CHUNK_PREFIX)]
            return [json.loads(description) for description in ours if description]

        listed = await self._ask("listing the indexes", descriptions)
        made = [index for index in listed if not index["embedder"].startswith(CACHE_PREFIX)]
        latest = max((index["serving_since"] for index in made), default="")
        return [
            IndexInfo(index["embedder"], int(index["dimension"]), bool(latest) and index["serving_since"] == latest)
            for index in made
        ]

    async def open(self, embedder: str, dimension: int) -> WeaviateVectorStore:
        return await WeaviateVectorStore.connect(
            self._addresses, self._api_key, embedder_name=embedder, dimension=dimension
        )

    async def serve(self, embedder: str, dimension: int) -> None:
        description = describe(embedder, dimension, serving_since=datetime.now(UTC).isoformat())

        async def mark(client: WeaviateAsyncClient) -> None:
            chunks = client.collections.use(Index.of(embedder, dimension).chunks)
            await chunks.config.update(description=description)

        await self._ask("choosing the index that serves", mark)

    async def drop(self, embedder: str, dimension: int) -> None:
        index = Index.of(embedder, dimension)

        async def drop(client: WeaviateAsyncClient) -> None:
            # The chunks' collection says that the index is there, so it goes last.
            for name in (index.tenants, index.documents, index.chunks):
                await client.collections.delete(name)

        await self._ask("dropping an index", drop)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _ask(self, what: str, ask: Callable[[WeaviateAsyncClient], Awaitable[T]]) -> T:
        nodes = await WeaviateNodes.connect(self._addresses, self._api_key)
        try:
            return await nodes.call(what, ask, SCHEMA)
        finally:
            await nodes.close()
