"""The two ways in which a tenant's documents change, each a part of a write transaction."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from server.domain import Chunk, Document
from server.ports import Vectors
from server.vector_stores.index_postings import MAX_COUNT
from server.vector_stores.sqlite_documents import put_chunks, put_document, remove_chunks
from server.vector_stores.sqlite_tenants import changed_tenant, find_tenant, mark_changed
from server.vector_stores.sqlite_vocabulary import GrowingVocabularies
from server.vector_stores.tags import document_tags
from server.vector_stores.text_query import index_terms


class Replacement:
    """Make these the document's chunks."""

    def __init__(self, tenant: str, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Counts the chunks' words, for which no transaction is needed. `vectors` has shape (len(chunks), d)."""
        self.tenant = tenant
        self.chunk_count = len(chunks)
        self._document = document
        self._chunks = chunks
        self._vectors = vectors
        tags = dict.fromkeys(document_tags(document), 0)
        self._term_counts: list[int] = []
        self._terms: list[str] = []
        self._counts: list[int] = []
        for chunk in chunks:
            counts = _counts(document.title, chunk, tags)
            self._term_counts.append(len(counts))
            self._terms.extend(counts)
            self._counts.extend(counts.values())

    def apply(self, db: sqlite3.Connection, vocabularies: GrowingVocabularies) -> bool:
        """True: there is always something to do."""
        tenant = changed_tenant(db, self.tenant)
        blobs = self._blobs(vocabularies.numbers(tenant, self._terms))
        document, is_new = put_document(db, tenant.number, self._document, self._chunks)
        removed = 0 if is_new else remove_chunks(db, document)
        put_chunks(db, document, self._chunks, self._vectors, blobs)
        mark_changed(db, tenant, document, documents=int(is_new), added=self.chunk_count, removed=removed)
        return True

    def _blobs(self, numbers: Sequence[int]) -> Iterator[tuple[bytes, bytes]]:
        """Each chunk's terms and counts as the schema stores them."""
        owners = np.repeat(np.arange(self.chunk_count), self._term_counts)
        terms, counts = np.array(numbers, dtype="<u4"), np.minimum(self._counts, MAX_COUNT).astype(np.uint8)
        order = np.lexsort((terms, owners))
        terms, counts = terms[order], counts[order]
        ends = np.cumsum(self._term_counts).tolist()
        for start, end in itertools.pairwise([0, *ends]):
            yield terms[start:end].tobytes(), counts[start:end].tobytes()


class Deletion:
    """Remove the document and its chunks."""

    chunk_count = 0

    def __init__(self, tenant: str, document_id: str) -> None:
        self.tenant = tenant
        self._document_id = document_id

    def apply(self, db: sqlite3.Connection, _vocabularies: GrowingVocabularies) -> bool:
        """False where there is no such document."""
        tenant = find_tenant(db, self.tenant)
        found = (
            tenant
            and db.execute(
                "SELECT number FROM documents WHERE tenant = ? AND id = ?", (tenant.number, self._document_id)
            ).fetchone()
        )
        if not found:
            return False
        removed = remove_chunks(db, found[0])
        db.execute("DELETE FROM documents WHERE number = ?", found)
        mark_changed(db, changed_tenant(db, self.tenant), found[0], documents=-1, added=0, removed=removed)
        return True


Change = Replacement | Deletion


def _counts(title: str, chunk: Chunk, tags: Mapping[str, int]) -> Mapping[str, int]:
    """How often each word is in the chunk, and its tags; nothing of a chunk that is in quarantine.

    The search text begins with the title and headings already: their words count twice.
    """
    if chunk.quarantine_reason:
        return {}
    counts = Counter(index_terms(" ".join((title, *chunk.heading_path, chunk.search_text))))
    counts.update(tags)
    return counts
