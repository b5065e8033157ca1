"""The collections in Weaviate: three for each embedder whose index is there, named by it."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from weaviate import WeaviateAsyncClient
from weaviate.classes.config import (
    Configure,
    DataType,
    Property,
    ReplicationDeletionStrategy,
    Tokenization,
    VectorDistances,
)
from weaviate.exceptions import UnexpectedStatusCodeError

from server.vector_stores.weaviate_nodes import SCHEMA, WeaviateNodes

REPLICAS = 3
"""Of every object, where there are nodes for them when an index is made."""

CHUNK_PREFIX = "NightdeskChunk_"


class Index(NamedTuple):
    """The collections of one embedder's index."""

    documents: str
    chunks: str
    tenants: str

    @classmethod
    def of(cls, embedder_name: str, dimension: int) -> Index:
        made_for = hashlib.sha256(f"{embedder_name}|{dimension}".encode()).hexdigest()[:8]
        return cls(f"NightdeskDocument_{made_for}", f"{CHUNK_PREFIX}{made_for}", f"NightdeskTenant_{made_for}")


def embedder_title(embedder_name: str, dimension: int) -> str:
    return f"{embedder_name}, {dimension} dimensions"


def describe(embedder_name: str, dimension: int, serving_since: str) -> str:
    """The description of a chunks' collection: what its index was made with, and since when it serves, if it does."""
    return json.dumps({"embedder": embedder_name, "dimension": dimension, "serving_since": serving_since})


async def create_absent(nodes: WeaviateNodes, embedder_name: str, dimension: int) -> int:
    """Create those of the index's collections that are absent; how many replicas of each object it keeps."""
    index = Index.of(embedder_name, dimension)
    made_for = describe(embedder_name, dimension, serving_since="")

    async def create(client: WeaviateAsyncClient) -> int:
        if not await client.collections.exists(index.chunks):
            replication = _replication(len(await client.cluster.nodes(output="minimal")))
            for name, fields in _collections(index).items():
                await _create(client, name, description=made_for, replication_config=replication, **fields)
        config = await client.collections.use(index.chunks).config.get()
        return int(config.replication_config.factor)

    return await nodes.call("creating the collections", create, SCHEMA)


async def _create(client: WeaviateAsyncClient, name: str, **fields: Any) -> None:
    """Another server may be creating the same one at the same time."""
    if await client.collections.exists(name):
        return
    try:
        await client.collections.create(name, **fields)
    except UnexpectedStatusCodeError:
        if not await client.collections.exists(name):
            raise


def _replication(nodes: int) -> Any:
    """Three replicas where there are nodes for them; a node that comes back learns what was deleted meanwhile."""
    if nodes < REPLICAS:
        return Configure.replication(factor=1)
    return Configure.replication(
        factor=REPLICAS,
        async_enabled=True,
        deletion_strategy=ReplicationDeletionStrategy.TIME_BASED_RESOLUTION,
    )


def _collections(index: Index) -> dict[str, dict[str, Any]]:
    """What to create, in order: the chunks' collection comes last, so that an index is there as a whole or not yet."""
    # An inactive tenant wakes up when it is used.
    by_tenant = Configure.multi_tenancy(enabled=True, auto_tenant_activation=True)
    cosine = Configure.VectorIndex.hnsw(distance_metric=VectorDistances.COSINE)
    return {
        index.tenants: {"properties": [_exact("name")], "vector_config": None},
        index.documents: {
            "properties": _DOCUMENT_PROPERTIES,
            "vector_config": None,
            "multi_tenancy_config": by_tenant,
        },
        index.chunks: {
            "properties": _CHUNK_PROPERTIES,
            "vector_config": Configure.Vectors.self_provided(vector_index_config=cosine),
            "multi_tenancy_config": by_tenant,
        },
    }


def _exact(name: str, *, many: bool = False) -> Property:
    """A text that is compared as a whole."""
    return Property(
        name=name,
        data_type=DataType.TEXT_ARRAY if many else DataType.TEXT,
        tokenization=Tokenization.FIELD,
        index_filterable=True,
        index_searchable=False,
    )


def _stored(name: str, *, many: bool = False) -> Property:
    """A text that is only given back."""
    kind = DataType.TEXT_ARRAY if many else DataType.TEXT
    return Property(name=name, data_type=kind, index_filterable=False, index_searchable=False)


def _terms(name: str) -> Property:
    """Terms that are searched as they are, a space between them."""
    return Property(
        name=name,
        data_type=DataType.TEXT,
        tokenization=Tokenization.WHITESPACE,
        index_filterable=False,
        index_searchable=True,
    )


def _integer(name: str) -> Property:
    return Property(name=name, data_type=DataType.INT, index_filterable=True)


_DOCUMENT_PROPERTIES = [
    _stored("document_id"),
    # Weaviate sorts texts without regard to case; hexadecimal UTF-8 puts them in code point order.
    _exact("sort_key"),
    _stored("title"),
    _stored("uri"),
    _exact("kind"),
    _exact("labels", many=True),
    _stored("access_groups", many=True),
    _stored("media_type"),
    _stored("content_hash"),
    _stored("source"),
    _stored("sent_by"),
    _stored("updated_at"),
    _stored("quarantine_reason"),
    _integer("chunk_count"),
    _integer("quarantined_chunk_count"),
    _integer("indexed_at"),
    _integer("generation"),
    # Of the one object that is no document but the tenant's version.
    _integer("revision"),
]

_CHUNK_PROPERTIES = [
    Property(name="document", data_type=DataType.UUID, index_filterable=True),
    Property(name="generation", data_type=DataType.INT, index_filterable=True, index_range_filters=True),
    Property(name="quarantined", data_type=DataType.BOOL, index_filterable=True),
    _exact("kind"),
    _exact("labels", many=True),
    Property(name="restricted", data_type=DataType.BOOL, index_filterable=True),
    _exact("access_groups", many=True),
    _stored("chunk_id"),
    _integer("ordinal"),
    _stored("heading_path"),
    _stored("text"),
    _stored("search_text"),
    _terms("heading_terms"),
    _terms("terms"),
    _integer("token_count"),
    _stored("quarantine_reason"),
    _stored("reviewed_by"),
]
