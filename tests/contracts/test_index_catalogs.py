"""What every engine's catalog of indexes keeps: one index for each embedder, of which one serves."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import IndexInfo
from server.ports import IndexCatalog
from server.vector_stores.sqlite_catalog import SqliteIndexCatalog
from server.vector_stores.weaviate_catalog import WeaviateIndexCatalog
from server.vector_stores.weaviate_connection import NodeAddress
from tests.integration.weaviate_server import WeaviateServer

DIMENSION = 4


@pytest.fixture(params=["sqlite", pytest.param("weaviate", marks=pytest.mark.integration)])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> IndexCatalog:
    if request.param == "sqlite":
        return SqliteIndexCatalog(tmp_path)
    server: WeaviateServer = request.getfixturevalue("weaviate")
    return WeaviateIndexCatalog([NodeAddress(server.http_address, server.grpc_address)], server.api_key)


@pytest.fixture
async def embedders(catalog: IndexCatalog) -> AsyncIterator[tuple[str, str]]:
    """Two that no other test uses, each with an empty index."""
    names = (f"one {uuid.uuid4()}", f"other {uuid.uuid4()}")
    for name in names:
        store = await catalog.open(name, DIMENSION)
        await store.close()
    yield names
    for name in names:
        await catalog.drop(name, DIMENSION)


async def test_the_index_that_was_told_last_to_serve_is_the_one_that_does(
    catalog: IndexCatalog, embedders: tuple[str, str]
) -> None:
    one, other = embedders
    for serving, idle in ((one, other), (other, one), (one, other)):
        await catalog.serve(serving, DIMENSION)
        found = await catalog.indexes()
        assert IndexInfo(serving, DIMENSION, serving=True) in found
        assert IndexInfo(idle, DIMENSION, serving=False) in found


async def test_opening_it_again_finds_the_same_index(catalog: IndexCatalog, embedders: tuple[str, str]) -> None:
    await catalog.serve(embedders[0], DIMENSION)

    again = await catalog.open(embedders[0], DIMENSION)
    await again.close()

    found = [index for index in await catalog.indexes() if index.embedder in embedders]
    assert sorted(index.embedder for index in found) == sorted(embedders)
    assert [index.embedder for index in found if index.serving] == [embedders[0]]


async def test_a_dropped_index_is_gone(catalog: IndexCatalog, embedders: tuple[str, str]) -> None:
    await catalog.drop(embedders[1], DIMENSION)

    assert embedders[1] not in {index.embedder for index in await catalog.indexes()}
    assert embedders[0] in {index.embedder for index in await catalog.indexes()}
