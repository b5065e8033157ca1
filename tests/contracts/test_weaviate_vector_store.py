"""The Weaviate store where Weaviate is away, refuses, or a write broke off."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from server.domain import Chunk, ComponentState, Document, DocumentKind, SearchQuery
from server.errors import FailedPrecondition, Unavailable
from server.vector_stores.weaviate import WeaviateVectorStore
from server.vector_stores.weaviate_connection import weaviate_call
from server.vector_stores.weaviate_objects import tenant_name
from tests.contracts.conftest import DIMENSION, EMBEDDER
from tests.integration.weaviate_server import WeaviateServer

VECTOR = np.eye(DIMENSION, dtype=np.float32)[0]


async def connect(server: WeaviateServer, **fields: str) -> WeaviateVectorStore:
    addresses = {"http_address": server.http_address, "grpc_address": server.grpc_address, "api_key": server.api_key}
    return await WeaviateVectorStore.connect(**(addresses | fields), embedder_name=EMBEDDER, dimension=DIMENSION)


async def put(store: WeaviateVectorStore, tenant: str, *texts: str) -> None:
    document = Document("hours", "Hours", "", DocumentKind.DOC, (), "text/plain", "0" * 64)
    chunks = [Chunk(f"{n}", "hours", n, (), text, text, 1) for n, text in enumerate(texts)]
    await store.replace(tenant, document, chunks, np.resize(VECTOR, (len(texts), DIMENSION)))


async def found(store: WeaviateVectorStore, tenant: str) -> set[str]:
    return {hit.text for hit in await store.search(tenant, SearchQuery("open"), VECTOR)}


@asynccontextmanager
async def relay(address: str) -> AsyncIterator[tuple[str, asyncio.Server]]:
    """Pass connections to a new port of loopback on to `address`, until the yielded server is closed."""
    host, _, port = address.rpartition(":")
    open_writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward_writer = await asyncio.open_connection(host, int(port))
        open_writers.extend([writer, onward_writer])
        await asyncio.gather(_pump(reader, onward_writer), _pump(onward_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", server
    server.close()
    for writer in open_writers:
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        writer.close()
    else:
        writer.close()


class TestDeadline:
    async def test_a_call_that_hangs_is_unavailable(self) -> None:
        with pytest.raises(Unavailable, match=r"did not answer within 0\.01 s \(waiting\)"):
            async with weaviate_call("waiting", seconds=0.01):
                await asyncio.sleep(60)

    async def test_cancelling_stays_cancelling(self) -> None:
        async def call() -> None:
            async with weaviate_call("waiting"):
                await asyncio.sleep(60)

        task = asyncio.create_task(call())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


class TestTenantNames:
    def test_names_are_taken_by_weaviate_and_differ(self) -> None:
        tenants = ["acme", "Acme", "a/c", "a c", "a-c", "ä" * 300, ""]
        names = [tenant_name(tenant) for tenant in tenants]

        assert len(set(names)) == len(tenants)
        assert all(0 < len(name) <= 64 and name.isascii() for name in names)
        assert names[0].startswith("acme-")


@pytest.mark.integration
class TestAgainstAServer:
    async def test_a_refused_key_says_which_setting_to_check(self, weaviate: WeaviateServer) -> None:
        with pytest.raises(FailedPrecondition, match="NIGHTDESK_WEAVIATE_API_KEY"):
            await connect(weaviate, api_key="wrong")

    async def test_no_server_says_how_to_start_one(self) -> None:
        async with relay("127.0.0.1:1") as (http, http_server), relay("127.0.0.1:1") as (grpc, grpc_server):
            http_server.close()
            grpc_server.close()
            with pytest.raises(Unavailable, match=r"NIGHTDESK_WEAVIATE_HTTP_ADDRESS.*deploy/weaviate\.sh start"):
                await connect(WeaviateServer(http, grpc, api_key=""))

    async def test_a_server_that_goes_away_is_unavailable(self, weaviate: WeaviateServer) -> None:
        tenant = str(uuid.uuid4())
        async with (
            relay(weaviate.http_address) as (http, http_server),
            relay(weaviate.grpc_address) as (grpc, grpc_server),
        ):
            store = await connect(weaviate, http_address=http, grpc_address=grpc)
            await put(store, tenant, "We open at nine.")
            http_server.close()
            grpc_server.close()
        await asyncio.sleep(0.05)

        with pytest.raises(Unavailable):
            await found(store, tenant)
        with pytest.raises(Unavailable):
            await put(store, tenant, "We open at ten.")
        assert (await store.check()).state is ComponentState.FAILED
        await store.close()

    async def test_a_replace_that_breaks_off_changes_nothing_for_readers(
        self, weaviate: WeaviateServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tenant = str(uuid.uuid4())
        store = await connect(weaviate)
        await put(store, tenant, "We open at nine.")
        before = await store.stats(tenant)

        with monkeypatch.context() as broken:
            broken.setattr("server.vector_stores.weaviate.document_object", _raise_unavailable)
            with pytest.raises(Unavailable):
                await put(store, tenant, "We open at ten.", "And close at six.")
        assert await found(store, tenant) == {"We open at nine."}
        assert await store.stats(tenant) == before

        await put(store, tenant, "We open at eleven.")
        assert await found(store, tenant) == {"We open at eleven."}
        assert await store._chunks(tenant).length() == 1
        await store.close()

    async def test_leftovers_of_an_older_version_are_not_found(
        self, weaviate: WeaviateServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tenant = str(uuid.uuid4())
        store = await connect(weaviate)
        await put(store, tenant, "We open at nine.")

        with monkeypatch.context() as broken:
            broken.setattr(store, "_delete_chunks", _raise_unavailable)
            with pytest.raises(Unavailable):
                await put(store, tenant, "We open at ten.")
            assert await found(store, tenant) == {"We open at ten."}
            with pytest.raises(Unavailable):
                await store.delete(tenant, "hours")
        assert await found(store, tenant) == set()
        await store.close()

    async def test_more_chunks_than_one_request_takes(self, weaviate: WeaviateServer) -> None:
        tenant = str(uuid.uuid4())
        store = await connect(weaviate)

        await put(store, tenant, *[f"We open at {number}." for number in range(450)])
        assert await store._chunks(tenant).length() == 450
        await put(store, tenant, "We open at nine.")

        assert await store._chunks(tenant).length() == 1
        await store.close()


def _raise_unavailable(*_args: object, **_fields: object) -> None:
    raise Unavailable("as the test wants it")
