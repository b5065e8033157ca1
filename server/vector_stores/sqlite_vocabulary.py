"""Keeps each tenant's vocabulary in memory as the file has it."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from server.vector_stores.sqlite_tenants import Tenant
from server.vector_stores.vocabulary import Vocabulary

_ROWS_AT_ONCE = 4_096


class Vocabularies:
    """One process's vocabularies, by tenant number: of those searched or written so far."""

    def __init__(self) -> None:
        self._newest: dict[int, Vocabulary] = {}
        self._choosing = threading.Lock()

    def at(self, db: sqlite3.Connection, tenant: Tenant) -> Vocabulary | None:
        """The tenant's vocabulary with all terms that the transaction of `db` sees.

        None where another thread has moved on to a later edition than this transaction's.
        """
        with self._choosing:
            vocabulary = self._newest.get(tenant.number)
            if vocabulary is None or vocabulary.edition < tenant.edition:
                vocabulary = self._newest[tenant.number] = Vocabulary(tenant.edition)
        if vocabulary.edition > tenant.edition:
            return None
        new = "SELECT number, term FROM terms WHERE tenant = ? AND number > ? ORDER BY number"
        vocabulary.add(db.execute(new, (tenant.number, vocabulary.last)).fetchall())
        return vocabulary


@dataclass(slots=True)
class _Growth:
    """`added` numbers follow those of `vocabulary` without a gap."""

    vocabulary: Vocabulary
    added: dict[str, int] = field(default_factory=dict)


class GrowingVocabularies:
    """The vocabularies as one write transaction sees them and adds to them, by tenant number."""

    def __init__(self, db: sqlite3.Connection, vocabularies: Vocabularies) -> None:
        self._db = db
        self._vocabularies = vocabularies
        self._growths: dict[int, _Growth] = {}
        self._of_this_change: list[tuple[_Growth, str]] = []

    def begin_change(self) -> None:
        self._of_this_change = []

    def undo_change(self) -> None:
        """Forget the terms added since `begin_change`, which are not in the file any more."""
        for growth, term in self._of_this_change:
            del growth.added[term]

    def numbers(self, tenant: Tenant, terms: Sequence[str]) -> list[int]:
        """The number of each of `terms`; new ones are given theirs and stored."""
        growth = self._growth(tenant)
        numbers = list(map(growth.vocabulary.numbers.get, terms))
        unknown = {place: terms[place] for place, number in enumerate(numbers) if number is None}
        self._add(growth, tenant, [term for term in dict.fromkeys(unknown.values()) if term not in growth.added])
        for place, term in unknown.items():
            numbers[place] = growth.added[term]
        return [number for number in numbers if number is not None]

    def _add(self, growth: _Growth, tenant: Tenant, terms: Sequence[str]) -> None:
        first = growth.vocabulary.last + len(growth.added) + 1
        self._of_this_change += [(growth, term) for term in terms]
        growth.added.update(zip(terms, itertools.count(first)))
        self._db.executemany(
            "INSERT INTO terms (tenant, number, term) VALUES (?, ?, ?)",
            [(tenant.number, number, term) for number, term in enumerate(terms, first)],
        )

    def committed(self) -> None:
        """Let everybody know the new terms, once they are in the file for good."""
        for growth in self._growths.values():
            growth.vocabulary.add((number, term) for term, number in growth.added.items())

    def _growth(self, tenant: Tenant) -> _Growth:
        if tenant.number not in self._growths:
            vocabulary = self._vocabularies.at(self._db, tenant)
            if vocabulary is None:
                raise AssertionError("A write transaction sees the latest edition.")
            self._growths[tenant.number] = _Growth(vocabulary)
        return self._growths[tenant.number]


def drop_unused_terms(db: sqlite3.Connection, tenant: int) -> None:
    """Begin a new edition of the tenant's vocabulary, without the terms of which no chunk is left.

    It reads the terms of all chunks, so call it once in as many removals as there are chunks.
    """
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM terms WHERE tenant = ?", (tenant,)).fetchone()
    used = np.zeros(last + 1, dtype=np.bool_)
    rows = db.execute(
        "SELECT e.terms FROM documents AS d JOIN entries AS e ON e.document = d.number WHERE d.tenant = ?", (tenant,)
    )
    while block := rows.fetchmany(_ROWS_AT_ONCE):
        used[np.frombuffer(b"".join(row[0] for row in block), dtype="<u4")] = True
    unused = ((tenant, number) for number in np.flatnonzero(~used).tolist())
    db.executemany("DELETE FROM terms WHERE tenant = ? AND number = ?", unused)
    db.execute("UPDATE tenants SET edition = edition + 1, removed_count = 0 WHERE number = ?", (tenant,))
