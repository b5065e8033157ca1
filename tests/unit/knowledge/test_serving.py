"""Which index a server opens at its start."""

from __future__ import annotations

import pytest

from server.domain import IndexInfo
from server.errors import FailedPrecondition
from server.knowledge import serving
from server.knowledge.serving import open_serving_index
from tests.unit.knowledge.fakes import FakeEmbedder, FakeStore
from tests.unit.knowledge.test_copying import TENANT, copied, put


class OtherEmbedder(FakeEmbedder):
    name = "other"


class FakeCatalog:
    """Stores by embedder, in memory."""

    def __init__(self) -> None:
        self.stores: dict[tuple[str, int], FakeStore] = {}
        self.served: tuple[str, int] | None = None

    async def indexes(self) -> list[IndexInfo]:
        return [IndexInfo(*made_for, serving=made_for == self.served) for made_for in self.stores]

    async def open(self, embedder: str, dimension: int) -> FakeStore:
        return self.stores.setdefault((embedder, dimension), FakeStore())

    async def serve(self, embedder: str, dimension: int) -> None:
        self.served = (embedder, dimension)

    async def drop(self, embedder: str, dimension: int) -> None:
        self.stores.pop((embedder, dimension), None)

    async def close(self) -> None:
        return None


@pytest.fixture
def catalog() -> FakeCatalog:
    return FakeCatalog()


async def test_the_first_index_serves_from_its_first_start(catalog: FakeCatalog) -> None:
    store = await open_serving_index(catalog, FakeEmbedder())

    assert catalog.served == ("fake", 512)
    assert await open_serving_index(catalog, FakeEmbedder()) is store


async def test_another_embedder_without_an_index_is_refused_with_the_way(catalog: FakeCatalog) -> None:
    await put(await open_serving_index_of_fakes(catalog), "a", "Refunds take five days.")

    with pytest.raises(FailedPrecondition, match="nightdesk index re-embed") as refused:
        await open_serving_index(catalog, OtherEmbedder())

    assert refused.value.reason == "EMBEDDER_MISMATCH"
    assert catalog.served == ("fake", 512)


async def test_a_re_embedded_index_takes_over_with_the_last_changes(catalog: FakeCatalog) -> None:
    old = await open_serving_index_of_fakes(catalog)
    await put(old, "a", "Refunds take five days.")
    new = await catalog.open("other", 512)
    await copied(old, new, OtherEmbedder())
    await put(old, "b", "The lamp has a timer.")

    assert await open_serving_index(catalog, OtherEmbedder()) is new

    assert catalog.served == ("other", 512)
    assert [document.document.id for document in await new.list_documents(TENANT)] == ["a", "b"]


async def test_one_that_lacks_too_much_does_not(catalog: FakeCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "START_CHUNKS", 1)
    old = await open_serving_index_of_fakes(catalog)
    await catalog.open("other", 512)
    await put(old, "a", "Refunds take five days.", "Returns are free.")

    with pytest.raises(FailedPrecondition, match="lacks more than 1 chunks"):
        await open_serving_index(catalog, OtherEmbedder())


async def open_serving_index_of_fakes(catalog: FakeCatalog) -> FakeStore:
    await open_serving_index(catalog, FakeEmbedder())
    return catalog.stores["fake", 512]
