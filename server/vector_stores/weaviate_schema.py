"""The two collections in Weaviate, and the check that they were made for this embedder."""

from __future__ import annotations

import json
from typing import Any

from weaviate import WeaviateAsyncClient
from weaviate.classes.config import (
    Configure,
    DataType,
    Property,
    ReplicationDeletionStrategy,
    Tokenization,
    VectorDistances,
)

from server.errors import FailedPrecondition
from server.vector_stores.weaviate_connection import weaviate_call

DOCUMENTS = "NightdeskDocument"
CHUNKS = "NightdeskChunk"

_REPLICAS = 3
_CREATE_SECONDS = 30.0


async def create_or_check(client: WeaviateAsyncClient, embedder_name: str, dimension: int) -> None:
    """Create the collections where they are absent. Raises FailedPrecondition where another embedder's are there."""
    made_for = json.dumps({"embedder": embedder_name, "dimension": dimension})
    async with weaviate_call("creating the collections", seconds=_CREATE_SECONDS):
        replication = await _replication(client)
        if not await client.collections.exists(DOCUMENTS):
            await client.collections.create(
                DOCUMENTS, properties=_DOCUMENT_PROPERTIES, vector_config=None, **_settings(replication)
            )
        if not await client.collections.exists(CHUNKS):
            await client.collections.create(
                CHUNKS,
                # The place that is written in one step with the collection itself.
                description=made_for,
                properties=_CHUNK_PROPERTIES,
                vector_config=Configure.Vectors.self_provided(
                    vector_index_config=Configure.VectorIndex.hnsw(distance_metric=VectorDistances.COSINE)
                ),
                **_settings(replication),
            )
        found = (await client.collections.use(CHUNKS).config.get(simple=True)).description
    if found != made_for:
        made = json.loads(found or "{}")
        raise FailedPrecondition(
            f"Weaviate's collection {CHUNKS} was made with the embedder {made.get('embedder')} "
            f"({made.get('dimension')} dimensions); the settings say {embedder_name} ({dimension}).",
            reason="EMBEDDER_MISMATCH",
            fix="Set the embedder back, or use another Weaviate and ingest the documents again.",
        )


async def _replication(client: WeaviateAsyncClient) -> Any:
    """Three replicas where there are nodes for them; a node that comes back learns what was deleted meanwhile."""
    if len(await client.cluster.nodes()) < _REPLICAS:
        return Configure.replication(factor=1)
    return Configure.replication(
        factor=_REPLICAS,
        async_enabled=True,
        deletion_strategy=ReplicationDeletionStrategy.TIME_BASED_RESOLUTION,
    )


def _settings(replication: Any) -> dict[str, Any]:
    return {"multi_tenancy_config": Configure.multi_tenancy(), "replication_config": replication}


def _exact(name: str, *, many: bool = False) -> Property:
    """A text that is compared as a whole."""
    return Property(
        name=name,
        data_type=DataType.TEXT_ARRAY if many else DataType.TEXT,
        tokenization=Tokenization.FIELD,
        index_filterable=True,
        index_searchable=False,
    )


def _stored(name: str) -> Property:
    """A text that is only given back."""
    return Property(name=name, data_type=DataType.TEXT, index_filterable=False, index_searchable=False)


def _searched(name: str) -> Property:
    return Property(
        name=name,
        data_type=DataType.TEXT,
        tokenization=Tokenization.WORD,
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
    _stored("media_type"),
    _stored("content_hash"),
    _stored("source"),
    _stored("updated_at"),
    _stored("quarantine_reason"),
    _integer("chunk_count"),
    _integer("quarantined_chunk_count"),
    _integer("indexed_at"),
    _integer("generation"),
    _integer("revision"),
]

_CHUNK_PROPERTIES = [
    Property(name="document", data_type=DataType.UUID, index_filterable=True),
    Property(name="generation", data_type=DataType.INT, index_filterable=True, index_range_filters=True),
    Property(name="quarantined", data_type=DataType.BOOL, index_filterable=True),
    _exact("kind"),
    _exact("labels", many=True),
    _stored("chunk_id"),
    _integer("ordinal"),
    _stored("heading_path"),
    _searched("heading"),
    _stored("text"),
    _searched("search_text"),
    _integer("token_count"),
    _stored("quarantine_reason"),
]
