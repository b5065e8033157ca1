"""Both sides of one question over the embedded index, fused."""

from __future__ import annotations

import sqlite3

import numpy as np

from server.domain import SearchQuery
from server.ports import Vectors
from server.vector_stores.fusion import TEXT_SCORES, Scores, candidates_wanted, fuse
from server.vector_stores.sqlite_documents import document_numbers
from server.vector_stores.sqlite_text_index import TextIndex
from server.vector_stores.text_query import query_terms
from server.vector_stores.vector_snapshot import Mask, Numbers, VectorSnapshot


def hybrid_candidates(
    db: sqlite3.Connection, tenant: int, snapshot: VectorSnapshot, query: SearchQuery, vector: Vectors
) -> list[tuple[int, float, float, float, float]]:
    """The best chunks as (chunk number, score, text score, vector score, similarity), best first.

    `snapshot` must be at the version that the read transaction of `db` sees.
    """
    filtered = bool(query.kinds or query.labels)
    allowed = snapshot.live
    if filtered:
        documents = document_numbers(db, tenant, query.kinds, query.labels)
        allowed = allowed & np.isin(snapshot.documents, documents)
    wanted = candidates_wanted(query.limit)
    text_scores: Scores = np.zeros(len(allowed), dtype=np.float64)
    if query.vector_weight < 1.0:
        # Under a filter, all matches are read, because the best of all may all be filtered out.
        depth = -1 if filtered else max(wanted, TEXT_SCORES)
        numbers, scores = TextIndex(tenant).search(db, query_terms(query.text), depth)
        positions = snapshot.positions(numbers)
        text_scores[positions] = scores
        text_scores[~allowed] = 0.0
    similarities = snapshot.similarities(vector)
    union = _top(text_scores, text_scores > 0, wanted)
    if query.vector_weight > 0.0 and vector.any():
        union = np.union1d(union, _top(similarities, allowed, wanted))
    fused = fuse(text_scores[union], similarities[union].astype(np.float64), query.vector_weight)
    return [
        (
            int(snapshot.chunks[union[place]]),
            float(fused.score[place]),
            float(fused.text_score[place]),
            float(fused.vector_score[place]),
            float(similarities[union[place]]),
        )
        for place in fused.best(query.limit)
    ]


def _top(scores: Vectors | Scores, allowed: Mask, count: int) -> Numbers:
    """Positions of the `count` greatest of the allowed scores, in any order."""
    positions = np.flatnonzero(allowed)
    if len(positions) <= count:
        return positions
    return positions[np.argpartition(scores[positions], -count)[-count:]]
