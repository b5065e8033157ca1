"""Our tenants in Weaviate: whether it has one, making one, and all of their names."""

from __future__ import annotations

from typing import Any

from weaviate import WeaviateAsyncClient
from weaviate.classes.tenants import Tenant

from server.vector_stores.weaviate_nodes import SCHEMA, WeaviateNodes
from server.vector_stores.weaviate_objects import tenant_name, tenant_object
from server.vector_stores.weaviate_schema import Index
from server.vector_stores.weaviate_shard import Shard


class Tenants:
    """A tenant costs nothing before its first document."""

    def __init__(self, nodes: WeaviateNodes, index: Index) -> None:
        self._nodes = nodes
        self._index = index
        self._names = Shard(nodes, index.tenants)
        self._known: set[str] = set()

    async def has(self, tenant: str) -> bool:
        if tenant in self._known:
            return True

        async def exists(client: WeaviateAsyncClient) -> bool:
            return bool(await client.collections.use(self._index.documents).tenants.exists(tenant_name(tenant)))

        if await self._nodes.call("looking up a tenant", exists):
            self._known.add(tenant)
        return tenant in self._known

    async def require(self, tenant: str) -> None:
        """Make the tenant where it is absent."""
        if await self.has(tenant):
            return
        await self._names.insert([tenant_object(tenant)])

        async def create(client: WeaviateAsyncClient) -> None:
            # The documents' tenant comes last, because readers look for that one.
            for name in (self._index.chunks, self._index.documents):
                await client.collections.use(name).tenants.create([Tenant(name=tenant_name(tenant))])

        await self._nodes.call("creating a tenant", create, SCHEMA)

    async def names(self) -> list[str]:
        async def read(collection: Any) -> list[str]:
            return [item.properties["name"] async for item in collection.iterator(return_properties=["name"])]

        return sorted(await self._names.ask("listing tenants", read))
