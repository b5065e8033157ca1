"""The Weaviate store where Weaviate is away, refuses, or a write broke off."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import numpy as np
import pytest
from pydantic import ValidationError
from weaviate import WeaviateAsyncClient
from weaviate.classes.tenants import Tenant, TenantActivityStatus

from server.domain import Chunk, ComponentState, Document, DocumentKind, SearchQuery
from server.errors import FailedPrecondition, Unavailable
from server.settings import Settings
from server.vector_stores.weaviate import WeaviateVectorStore
from server.vector_stores.weaviate_catalog import WeaviateIndexCatalog
from server.vector_stores.weaviate_connection import NodeAddress, weaviate_call
from server.vector_stores.weaviate_objects import tenant_name
from server.vector_stores.weaviate_terms import asked_terms, indexed_terms
from tests.contracts.conftest import DIMENSION, EMBEDDER
from tests.integration.weaviate_server import WeaviateServer

VECTOR = np.eye(DIMENSION, dtype=np.float32)[0]


def address(server: WeaviateServer) -> NodeAddress:
    return NodeAddress(server.http_address, server.grpc_address)


async def connect(server: WeaviateServer, *addresses: NodeAddress, api_key: str | None = None) -> WeaviateVectorStore:
    return await WeaviateVectorStore.connect(
        addresses or [address(server)],
        server.api_key if api_key is None else api_key,
        embedder_name=EMBEDDER,
        dimension=DIMENSION,
    )


async def chunk_count(store: WeaviateVectorStore, tenant: str) -> int:
    """Of all generations, live or not."""
    return await store._chunks(tenant).ask("counting", lambda collection: collection.length())


async def put(store: WeaviateVectorStore, tenant: str, *texts: str) -> None:
    document = Document("hours", "Hours", "", DocumentKind.DOC, (), "text/plain", "0" * 64)
    chunks = [Chunk(f"{n}", "hours", n, (), text, text, 1) for n, text in enumerate(texts)]
    await store.replace(tenant, document, chunks, np.resize(VECTOR, (len(texts), DIMENSION)))


async def found(store: WeaviateVectorStore, tenant: str) -> set[str]:
    return {hit.text for hit in (await store.search(tenant, SearchQuery("open"), VECTOR)).hits}


class Relay:
    """Passes connections on while `passing` is set."""

    def __init__(self, target: str) -> None:
        self.passing = asyncio.Event()
        self.passing.set()
        self._target = target.rpartition(":")
        self._writers: list[asyncio.StreamWriter] = []

    async def listen(self, port: int) -> str:
        """The address, at a port of loopback; 0 draws one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        self._server.close()
        self.passing.set()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self._target
        onward_reader, onward_writer = await asyncio.open_connection(host, int(port))
        self._writers.extend([writer, onward_writer])
        await asyncio.gather(self._pump(reader, onward_writer), self._pump(onward_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self.passing.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            writer.close()
        else:
            writer.close()


@asynccontextmanager
async def relay(target: str, at: str = "127.0.0.1:0") -> AsyncIterator[tuple[str, Relay]]:
    """Pass what comes to a port of loopback, a new one unless `at` says, on to `target` until the relay is closed."""
    passing_on = Relay(target)
    yield await passing_on.listen(int(at.rpartition(":")[2])), passing_on
    passing_on.close()


class TestDeadline:
    async def test_a_call_that_hangs_is_unavailable(self) -> None:
        with pytest.raises(Unavailable, match=r"did not answer within 0\.01 s \(waiting\)"):
            async with weaviate_call("waiting", seconds=0.01):
                await asyncio.sleep(60)

    async def test_cancelling_stays_cancelling(self) -> None:
        async def call() -> None:
            async with weaviate_call("waiting", seconds=60):
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


class TestAddresses:
    def test_each_node_has_both_addresses(self) -> None:
        settings = Settings(weaviate_http_address="a:1, [::1]:2", weaviate_grpc_address="a:3,b:4")

        assert settings.weaviate_addresses == [("a:1", "a:3"), ("[::1]:2", "b:4")]

    def test_a_node_without_its_second_address_is_refused(self) -> None:
        with pytest.raises(ValidationError, match=r"names 2 nodes and NIGHTDESK_WEAVIATE_GRPC_ADDRESS 1"):
            Settings(weaviate_http_address="a:1,b:1", weaviate_grpc_address="a:2")


class TestTerms:
    def test_a_text_is_found_by_its_words_and_by_their_stems(self) -> None:
        assert indexed_terms("Refunds, refunded") == "refunds refunded refund~ refund~"
        assert asked_terms("Who refunded the refunds?") == "refunded refunds refund~"
        assert asked_terms("🙂") == ""


@pytest.mark.integration
class TestIndexes:
    async def test_indexes_of_two_embedders_live_side_by_side(self, weaviate: WeaviateServer) -> None:
        tenant = str(uuid.uuid4())
        store = await connect(weaviate)
        await put(store, tenant, "We open at nine.")
        other = await WeaviateVectorStore.connect(
            [address(weaviate)], weaviate.api_key, embedder_name="syllables", dimension=DIMENSION
        )
        try:
            assert await found(other, tenant) == set()
            await put(other, tenant, "We open at ten.")
            assert await found(store, tenant) == {"We open at nine."}
        finally:
            await WeaviateIndexCatalog([address(weaviate)], weaviate.api_key).drop("syllables", DIMENSION)
        assert await found(store, tenant) == {"We open at nine."}
        await other.close()
        await store.close()

    async def test_two_servers_may_make_the_same_index_at_once(self, weaviate: WeaviateServer) -> None:
        connect_twin = partial(
            WeaviateVectorStore.connect,
            [address(weaviate)],
            weaviate.api_key,
            embedder_name="twins",
            dimension=DIMENSION,
        )
        try:
            stores = await asyncio.gather(connect_twin(), connect_twin(), connect_twin())
            await put(stores[0], "acme", "We open at nine.")
            assert [await found(store, "acme") for store in stores] == [{"We open at nine."}] * 3
            for store in stores:
                await store.close()
        finally:
            await WeaviateIndexCatalog([address(weaviate)], weaviate.api_key).drop("twins", DIMENSION)


@pytest.mark.integration
class TestTenants:
    async def test_hundreds_of_tenants_and_none_that_was_only_asked_for(self, weaviate: WeaviateServer) -> None:
        store = await connect(weaviate)
        prefix = f"{uuid.uuid4()}/"
        tenants = [f"{prefix}{number}" for number in range(100)]
        assert await found(store, f"{prefix}idle") == set()

        for start in range(0, len(tenants), 4):
            await asyncio.gather(*(put(store, tenant, f"open {tenant}") for tenant in tenants[start : start + 4]))

        assert [name for name in await store.list_tenants() if name.startswith(prefix)] == sorted(tenants)
        for tenant in tenants[::25]:
            assert await found(store, tenant) == {f"open {tenant}"}
        await store.close()

    async def test_an_inactive_tenant_wakes_up(self, weaviate: WeaviateServer) -> None:
        tenant = str(uuid.uuid4())
        store = await connect(weaviate)
        await put(store, tenant, "We open at nine.")

        async def deactivate(client: WeaviateAsyncClient) -> None:
            inactive = Tenant(name=tenant_name(tenant), activity_status=TenantActivityStatus.INACTIVE)
            for name in (store._index.documents, store._index.chunks):
                await client.collections.use(name).tenants.update(inactive)

        await store._nodes.call("deactivating", deactivate)
        assert await found(store, tenant) == {"We open at nine."}
        await store._nodes.call("deactivating", deactivate)
        await put(store, tenant, "We open at ten.")
        assert await found(store, tenant) == {"We open at ten."}
        await store.close()


@pytest.mark.integration
class TestVersions:
    async def test_a_search_says_the_version_that_stats_say(self, weaviate: WeaviateServer) -> None:
        tenant = str(uuid.uuid4())
        store = await connect(weaviate)
        query = SearchQuery("open")
        versions = [(await store.search(tenant, query, VECTOR)).index_version]
        for text in ("We open at nine.", "We open at ten."):
            await put(store, tenant, text)
            versions.append((await store.search(tenant, query, VECTOR)).index_version)
            assert versions[-1] == (await store.stats(tenant)).version
        await store.delete(tenant, "hours")
        versions.append((await store.search(tenant, query, VECTOR)).index_version)

        assert len(set(versions)) == 4
        await store.close()

    async def test_a_search_beside_a_write_never_gives_old_hits_a_new_version(self, weaviate: WeaviateServer) -> None:
        tenant = str(uuid.uuid4())
        store = await connect(weaviate)
        by_version: dict[str, set[str]] = {}
        await put(store, tenant, "open 0")

        async def read() -> None:
            while not writing.done():
                seen = await store.search(tenant, SearchQuery("open"), VECTOR)
                by_version.setdefault(seen.index_version, set()).update(hit.text for hit in seen.hits)

        async def write() -> dict[str, str]:
            written = {}
            for number in range(1, 15):
                await put(store, tenant, f"open {number}")
                written[(await store.stats(tenant)).version] = f"open {number}"
            return written

        writing = asyncio.create_task(write())
        await asyncio.gather(writing, read(), read())

        for version, text in writing.result().items():
            older = {seen for seen in by_version.get(version, ()) if int(seen.split()[1]) < int(text.split()[1])}
            assert not older
        await store.close()


@pytest.mark.integration
class TestSeveralNodes:
    """Relays stand for nodes, so that one can be shut while the server goes on."""

    async def test_a_call_goes_on_at_the_next_node_and_the_first_one_comes_back(self, weaviate: WeaviateServer) -> None:
        tenant = str(uuid.uuid4())
        async with (
            relay(weaviate.http_address) as (http, http_server),
            relay(weaviate.grpc_address) as (grpc, grpc_server),
        ):
            gone = NodeAddress(http, grpc)
            store = await connect(weaviate, gone, address(weaviate))
            await put(store, tenant, "We open at nine.")
            http_server.close()
            grpc_server.close()
        await asyncio.sleep(0.05)

        for _ in range(3):
            assert await found(store, tenant) == {"We open at nine."}
        status = await store.check()
        assert status.state is ComponentState.DEGRADED
        assert f"{gone.http} away" in status.detail
        assert gone.http in status.fix

        async with relay(weaviate.http_address, gone.http), relay(weaviate.grpc_address, gone.grpc):
            for _ in range(100):
                if (await store.check()).state is ComponentState.OK:
                    break
                await asyncio.sleep(0.1)
            assert store._nodes.states() == {gone.http: True, weaviate.http_address: True}
            assert await found(store, tenant) == {"We open at nine."}
            await store.close()

    async def test_one_node_is_enough_to_start(self, weaviate: WeaviateServer) -> None:
        async with relay("127.0.0.1:1") as (http, http_server), relay("127.0.0.1:1") as (grpc, grpc_server):
            http_server.close()
            grpc_server.close()
            store = await connect(weaviate, NodeAddress(http, grpc), address(weaviate))
        assert (await store.check()).state is ComponentState.DEGRADED
        await store.close()

    async def test_a_node_that_hangs_is_left_within_two_seconds(self, weaviate: WeaviateServer) -> None:
        """Its ports take connections and say nothing after the first calls."""
        tenant = str(uuid.uuid4())
        async with relay(weaviate.http_address) as (http, _), relay(weaviate.grpc_address) as (grpc, hanging):
            store = await connect(weaviate, NodeAddress(http, grpc), address(weaviate))
            store._nodes._nodes = tuple(sorted(store._nodes._nodes, key=lambda node: node.address.http != http))
            await put(store, tenant, "We open at nine.")
            hanging.passing.clear()
            assert await found(store, tenant) == {"We open at nine."}
            assert store._nodes.states()[http] is False
            await store.close()


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
            store = await connect(weaviate, NodeAddress(http, grpc))
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
        assert await chunk_count(store, tenant) == 1
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
        assert await chunk_count(store, tenant) == 450
        await put(store, tenant, "We open at nine.")

        assert await chunk_count(store, tenant) == 1
        await store.close()


def _raise_unavailable(*_args: object, **_fields: object) -> None:
    raise Unavailable("as the test wants it")
