"""The embedded vector store's file: what is refused, and what survives."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from server.domain import Chunk, Document, DocumentKind, Hit, SearchQuery
from server.errors import CorruptedData, FailedPrecondition, Unavailable
from server.vector_stores import sqlite_writer
from server.vector_stores.sqlite import SqliteVectorStore
from server.vector_stores.sqlite_connections import Connections

ROW = np.ones((1, 1), dtype=np.float32)


def open_index(path: Path) -> SqliteVectorStore:
    return SqliteVectorStore.open(path, embedder_name="one", dimension=1)


def document(document_id: str) -> Document:
    return Document(document_id, "Title", "", DocumentKind.DOC, (), "text/plain", "0" * 64)


def chunk(document_id: str, ordinal: int, text: str) -> Chunk:
    return Chunk(f"{document_id}-{ordinal}", document_id, ordinal, (), text, text, 1)


async def put(store: SqliteVectorStore, document_id: str, text: str) -> None:
    await store.replace("tenant", document(document_id), [chunk(document_id, 0, text)], ROW)


class TestOpening:
    @pytest.mark.parametrize(("embedder", "dimension"), [("another", 1), ("one", 2)])
    async def test_another_embedders_index_is_refused_with_the_way_out(
        self, tmp_path: Path, embedder: str, dimension: int
    ) -> None:
        await open_index(tmp_path / "index.db").close()

        with pytest.raises(FailedPrecondition, match=r"made with the embedder one.*ingest") as raised:
            SqliteVectorStore.open(tmp_path / "index.db", embedder_name=embedder, dimension=dimension)
        assert raised.value.reason == "EMBEDDER_MISMATCH"

    async def test_the_folder_is_made(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "new" / "folder" / "index.db")
        await put(store, "a", "text")
        await store.close()

        assert (tmp_path / "new" / "folder" / "index.db").exists()

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "index.db"
        path.write_text("not a database, but long enough to be looked at " * 100)

        with pytest.raises(CorruptedData, match=r"index\.db.*restore .* from a backup or move it"):
            open_index(path)

    async def test_a_damaged_database(self, tmp_path: Path) -> None:
        path = tmp_path / "index.db"
        store = open_index(path)
        for number in range(50):
            await put(store, str(number), "text " * 500)
        await store.close()
        content = bytearray(path.read_bytes())
        content[8192:40960] = b"\xff" * (40960 - 8192)
        path.write_bytes(content)

        with pytest.raises(CorruptedData, match="not a sound database"):
            open_index(path)

    def test_another_programs_database(self, tmp_path: Path) -> None:
        path = tmp_path / "index.db"
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE theirs (x)")
        other.close()

        with pytest.raises(FailedPrecondition, match="something else's tables"):
            open_index(path)

    async def test_another_schema_version(self, tmp_path: Path) -> None:
        path = tmp_path / "index.db"
        await open_index(path).close()
        with sqlite3.connect(path) as newer:
            newer.execute("PRAGMA user_version = 99")
        newer.close()

        with pytest.raises(FailedPrecondition, match="schema version 99"):
            open_index(path)

    def test_a_place_that_cannot_be_opened(self, tmp_path: Path) -> None:
        (tmp_path / "index.db").mkdir()

        with pytest.raises(Unavailable, match="permissions"):
            open_index(tmp_path / "index.db")


PROGRAM = """
import asyncio, pathlib, sys
from tests.contracts.test_sqlite_vector_store import open_index, put

async def main():
    store = open_index(pathlib.Path(sys.argv[1]))
    for number in range(100_000):
        await put(store, str(number), f"text {number}")
        print(number, flush=True)

asyncio.run(main())
"""


def write_until_killed(path: Path) -> int:
    """Let another process put documents "0", "1", … until kill -9; the last one that it was told is done."""
    root = Path(__file__).parents[2]
    writer = subprocess.Popen([sys.executable, "-c", PROGRAM, path], cwd=root, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    while int(writer.stdout.readline()) < 20:
        pass
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split("\n")
    writer.wait()
    return max([20, *map(int, rest[:-1])])


class TestDurability:
    async def test_what_was_acknowledged_survives_kill_9(self, tmp_path: Path) -> None:
        path = tmp_path / "index.db"
        acknowledged = write_until_killed(path)

        store = open_index(path)

        assert (await store.stats("tenant")).document_count in {acknowledged + 1, acknowledged + 2}
        [hit] = (await store.search("tenant", SearchQuery(f"{acknowledged}", vector_weight=0.0), ROW[0])).hits
        assert hit.document_id == str(acknowledged)
        await store.close()

    async def test_a_write_that_fails_half_way_leaves_the_old_version(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        await put(store, "a", "old text")
        before = await store.stats("tenant")
        broken = [chunk("a", 0, "new text"), chunk("a", 1, "a lone surrogate \ud800")]

        with pytest.raises(UnicodeEncodeError):
            await store.replace("tenant", document("a"), broken, np.ones((2, 1), dtype=np.float32))

        assert await store.stats("tenant") == before
        assert [hit.text for hit in (await store.search("tenant", SearchQuery("text"), ROW[0])).hits] == ["old text"]
        await put(store, "a", "newer text")
        assert [hit.text for hit in (await store.search("tenant", SearchQuery("text"), ROW[0])).hits] == ["newer text"]
        await store.close()


class TestManyAtOnce:
    async def test_readers_and_writers_side_by_side(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        await put(store, "0", "text 0")

        async def write(worker: int) -> None:
            for number in range(20):
                await put(store, f"{worker}/{number}", f"text {number}")

        async def read() -> None:
            for _ in range(20):
                hits = (await store.search("tenant", SearchQuery("text", limit=1000), ROW[0])).hits
                assert len(hits) == len({hit.chunk_id for hit in hits}) > 0

        await asyncio.gather(*(write(worker) for worker in range(4)), *(read() for _ in range(4)))

        assert (await store.stats("tenant")).document_count == 81
        await store.close()


class TestGroupCommit:
    async def test_writes_that_wait_together_share_transactions(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = open_index(tmp_path / "index.db")
        transactions = 0
        writing = Connections.writing

        def counted(connections: Connections) -> object:
            nonlocal transactions
            transactions += 1
            return writing(connections)

        monkeypatch.setattr(Connections, "writing", counted)
        await asyncio.gather(*(put(store, str(number), f"text {number}") for number in range(64)))

        assert (await store.stats("tenant")).document_count == 64
        assert transactions < 64
        await store.close()

    async def test_each_write_has_its_own_error(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        words = ["fine", "broken \ud800 unheard", "good", "broken \ud800", "unheard"]

        results = await asyncio.gather(
            *(put(store, str(number), text) for number, text in enumerate(words)), return_exceptions=True
        )

        assert [type(result) for result in results] == [
            *(type(None), UnicodeEncodeError, type(None), UnicodeEncodeError, type(None))
        ]
        assert (await store.stats("tenant")).document_count == 3
        assert [hit.document_id for hit in await by_words(store, "unheard")] == ["4"]
        assert await by_words(store, "broken") == []
        await store.close()

    async def test_a_write_that_is_cancelled_while_it_waits_is_never_made(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        writes = [asyncio.ensure_future(put(store, str(number), "text")) for number in range(100)]
        await asyncio.sleep(0)
        writes[99].cancel()
        await asyncio.gather(*writes, return_exceptions=True)

        assert writes[99].cancelled()
        assert (await store.stats("tenant")).document_count in {99, 100}
        await put(store, "last", "text")
        await store.close()


class TestWords:
    async def test_common_words_count_little_and_are_not_left_out(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        chunks = [chunk("a", number, f"refund {'rare' if number == 500 else ''}") for number in range(5_000)]
        await store.replace("tenant", document("a"), chunks, np.ones((len(chunks), 1), dtype=np.float32))

        both = await by_words(store, "a rare refund")
        common = await by_words(store, "refund", limit=7)

        assert both[0].chunk_id == "a-500"
        assert len(both) == 10
        assert len(common) == 7
        await store.close()

    async def test_other_forms_of_a_word_are_found_after_the_word_itself(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        for document_id, text in {"form": "they refunded it", "word": "the refund came", "none": "funds"}.items():
            await put(store, document_id, text)

        assert [hit.document_id for hit in await by_words(store, "refund")] == ["word", "form"]
        assert [hit.document_id for hit in await by_words(store, "refunding")] == ["form", "word"]
        await store.close()

    async def test_accents_and_case_make_no_difference(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        await put(store, "a", "Crème brûlée, ΑΘΉΝΑ")

        for question in ("creme", "BRÛLÉE", "cre\u0300me", "αθηνα"):
            assert [hit.document_id for hit in await by_words(store, question)] == ["a"]
        await store.close()

    async def test_a_text_cannot_pass_for_a_filter(self, tmp_path: Path) -> None:
        store = open_index(tmp_path / "index.db")
        await put(store, "a", "label:eu kind:faq group:staff restricted:")

        assert await by_words(store, "text", labels=("eu",)) == []
        assert await by_words(store, "text", kinds=(DocumentKind.FAQ,)) == []
        assert len(await by_words(store, "label:eu")) == 1
        await store.close()


class TestUnusedWords:
    async def test_words_of_removed_chunks_are_dropped_in_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite_writer, "MIN_REMOVED", 2)
        path = tmp_path / "index.db"
        store, other = open_index(path), open_index(path)
        await put(store, "kept", "kept words")
        for edition in range(4):
            await put(store, "a", f"secret{edition} words")
            assert [hit.document_id for hit in await by_words(other, f"secret{edition}")] == ["a"]

        assert not {"secret0", "secret1"} & stored_terms(path)
        assert {"kept", "words", "secret3"} <= stored_terms(path)

        await put(other, "b", "secret0 again")
        for either in (store, other):
            assert [hit.document_id for hit in await by_words(either, "secret0")] == ["b"]
            assert [hit.document_id for hit in await by_words(either, "kept")] == ["kept"]
            assert len(await by_words(either, "words")) == 2
        await store.close()
        await other.close()


async def by_words(store: SqliteVectorStore, text: str, **fields: object) -> list[Hit]:
    query = SearchQuery(text, vector_weight=0.0, **fields)  # type: ignore[arg-type]
    return list((await store.search("tenant", query, ROW[0])).hits)


def stored_terms(path: Path) -> set[str]:
    with sqlite3.connect(path) as db:
        return {term for (term,) in db.execute("SELECT term FROM terms")}
