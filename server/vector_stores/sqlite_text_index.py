"""BM25 by SQLite's FTS5: one index a tenant, so that nobody's words or word counts touch another's results."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.vector_stores.fusion import Scores

_TOKENIZER = "tokenize = 'porter unicode61 remove_diacritics 2'"

READER_SETUP = f"""
CREATE VIRTUAL TABLE temp.query_terms USING fts5(term, content = '', {_TOKENIZER});
CREATE VIRTUAL TABLE temp.query_stems USING fts5vocab(temp, query_terms, instance);
"""
"""Stems a question's terms in the reading connection just as the index stemmed the texts."""

HEADING_WEIGHT = 1.0
"""Of a match in the title and headings, on top of their weight of 1 as the beginning of the search text."""

POSTINGS_BUDGET = 20_000
"""Rows scored for one question. FTS5 scores each row that holds any term, so a large index looks up the rarest terms
first and leaves out the common ones that would exceed this; those tell least apart."""


class TextIndex:
    """The text side of one tenant. Its numbers are those of `chunks.number`."""

    def __init__(self, tenant: int) -> None:
        self._table = f"chunk_text_{int(tenant)}"
        self._terms = f"chunk_terms_{int(tenant)}"

    def create(self, db: sqlite3.Connection) -> None:
        db.execute(
            f"CREATE VIRTUAL TABLE {self._table} USING fts5"
            f"(heading, search_text, content = 'chunks', content_rowid = 'number', {_TOKENIZER})"
        )
        db.execute(f"CREATE VIRTUAL TABLE {self._terms} USING fts5vocab({self._table}, row)")

    def add(self, db: sqlite3.Connection, document: int) -> None:
        """Index the document's clean chunks, which must be in `chunks` already."""
        db.execute(
            f"INSERT INTO {self._table} (rowid, heading, search_text) "  # noqa: S608 - the name ends in an int
            "SELECT number, heading, search_text FROM chunks WHERE document = ? AND quarantine_reason = ''",
            (document,),
        )

    def remove(self, db: sqlite3.Connection, document: int) -> None:
        """Take the document's clean chunks out, while they are still in `chunks`."""
        db.execute(
            f"INSERT INTO {self._table} ({self._table}, rowid, heading, search_text) "  # noqa: S608 - ends in an int
            "SELECT 'delete', number, heading, search_text FROM chunks WHERE document = ? AND quarantine_reason = ''",
            (document,),
        )

    def search(self, db: sqlite3.Connection, terms: Sequence[str], limit: int) -> tuple[NDArray[np.int64], Scores]:
        """Numbers and BM25 scores (higher is better) of the chunks that hold any of `terms`, best first.

        A negative `limit` is none.
        """
        chosen = self._affordable(db, terms)
        if not chosen:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
        rows = db.execute(
            f"SELECT rowid, -bm25({self._table}, {HEADING_WEIGHT}, 1.0) AS score FROM {self._table} "  # noqa: S608 - ends in an int
            f"WHERE {self._table} MATCH ? ORDER BY score DESC, rowid LIMIT ?",
            (" OR ".join(f'"{term}"' for term in chosen), limit),
        )
        found = np.array(rows.fetchall(), dtype=np.float64).reshape(-1, 2)
        return found[:, 0].astype(np.int64), found[:, 1]

    def _affordable(self, db: sqlite3.Connection, terms: Sequence[str]) -> list[str]:
        """Those of `terms` that occur, rarest first, while the rows that hold them stay within the budget."""
        db.execute("INSERT INTO temp.query_terms (query_terms) VALUES ('delete-all')")
        db.executemany("INSERT INTO temp.query_terms (rowid, term) VALUES (?, ?)", enumerate(terms))
        frequencies = db.execute(
            f"SELECT min(v.doc) AS rows, s.doc FROM temp.query_stems AS s JOIN {self._terms} AS v ON v.term = s.term "  # noqa: S608 - ends in an int
            "GROUP BY s.doc ORDER BY rows, s.doc"
        )
        chosen: list[str] = []
        postings = 0
        for rows, number in frequencies:
            postings += rows
            if chosen and postings > POSTINGS_BUDGET:
                break
            chosen.append(terms[number])
        return chosen
