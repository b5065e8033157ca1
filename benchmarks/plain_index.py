"""A peer of the embedded store: the simplest hybrid search that could work."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.synthetic_corpus import DIMENSION, SyntheticCorpus
from server.domain import SearchQuery
from server.ports import Vectors
from server.vector_stores.fusion import candidates_wanted, fuse
from server.vector_stores.text_query import query_terms

_DOCUMENTS_AT_ONCE = 64


class PlainIndex:
    """The simplest hybrid search: one FTS5 table, one matrix, the same fusion."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "plain.db"
        self._readers: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(4)
        self._vectors: Vectors = np.zeros((0, DIMENSION), dtype=np.float32)

    async def build(self, corpus: SyntheticCorpus) -> float:
        """Put the whole corpus in; seconds of CPU that it took."""
        used = 0.0
        with sqlite3.connect(self._path) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE VIRTUAL TABLE texts USING fts5(text, content = '', tokenize = 'porter unicode61')")
            db.execute("CREATE TABLE vectors (number INTEGER PRIMARY KEY, text TEXT, vector BLOB)")
            for first in range(0, corpus.document_count, _DOCUMENTS_AT_ONCE):
                numbers = range(first, min(first + _DOCUMENTS_AT_ONCE, corpus.document_count))
                documents = await corpus.documents(numbers)
                began = time.process_time()
                for _, chunks, vectors in documents:
                    texts = [chunk.search_text for chunk in chunks]
                    for text, vector in zip(texts, vectors, strict=True):
                        added = db.execute("INSERT INTO vectors (text, vector) VALUES (?, ?)", (text, vector.tobytes()))
                        db.execute("INSERT INTO texts (rowid, text) VALUES (?, ?)", (added.lastrowid, text))
                db.commit()
                used += time.process_time() - began
        return used

    def load(self) -> None:
        """Read the matrix into memory."""
        with sqlite3.connect(self._path) as db:
            blobs = [blob for (blob,) in db.execute("SELECT vector FROM vectors ORDER BY number")]
        self._vectors = np.frombuffer(b"".join(blobs), dtype=np.float32).reshape(len(blobs), -1)

    async def search(self, query: SearchQuery, vector: Vectors) -> object:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._search, query, vector)

    def _search(self, query: SearchQuery, vector: Vectors) -> list[str]:
        db = self._readers.pop() if self._readers else sqlite3.connect(self._path, check_same_thread=False)
        wanted = candidates_wanted(query.limit)
        match = " OR ".join(f'"{term}"' for term in query_terms(query.text))
        by_text = db.execute(
            "SELECT rowid - 1, -bm25(texts) FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (match, wanted)
        ).fetchall()
        cosines = self._vectors @ vector
        scores = np.zeros(len(cosines))
        scores[[number for number, _ in by_text]] = [score for _, score in by_text]
        union = np.union1d([number for number, _ in by_text], np.argpartition(cosines, -wanted)[-wanted:]).astype(int)
        best = fuse(scores[union], cosines[union].astype(np.float64), query.vector_weight).best(query.limit)
        texts = [
            db.execute("SELECT text FROM vectors WHERE number = ?", (int(union[place]) + 1,)).fetchone()[0]
            for place in best
        ]
        self._readers.append(db)
        return texts
