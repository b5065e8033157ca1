"""The vector stores under test, each opened the way the server opens it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from server.ports import VectorStore
from server.vector_stores.sqlite import SqliteVectorStore
from server.vector_stores.weaviate import WeaviateVectorStore
from server.vector_stores.weaviate_connection import NodeAddress
from tests.integration.weaviate_server import WeaviateServer, weaviate_server

EMBEDDER = "letters"
DIMENSION = 4

OpenStore = Callable[[str, int], Awaitable[VectorStore]]
"""Opens one more store over the same data: embedder name, dimension."""


@pytest.fixture(scope="session")
def weaviate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeaviateServer]:
    with weaviate_server(tmp_path_factory.mktemp("weaviate")) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("weaviate", marks=pytest.mark.integration)])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    if request.param == "sqlite":

        async def open_sqlite(embedder_name: str, dimension: int) -> VectorStore:
            return SqliteVectorStore.open(tmp_path / "index.db", embedder_name=embedder_name, dimension=dimension)

        return open_sqlite

    server: WeaviateServer = request.getfixturevalue("weaviate")

    async def connect_weaviate(embedder_name: str, dimension: int) -> VectorStore:
        addresses = [NodeAddress(server.http_address, server.grpc_address)]
        return await WeaviateVectorStore.connect(
            addresses, server.api_key, embedder_name=embedder_name, dimension=dimension
        )

    return connect_weaviate


@pytest.fixture
async def store(open_store: OpenStore) -> AsyncIterator[VectorStore]:
    opened = await open_store(EMBEDDER, DIMENSION)
    yield opened
    await opened.close()
