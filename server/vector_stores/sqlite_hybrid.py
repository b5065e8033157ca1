"""Both sides of one question over a snapshot of the embedded index, fused."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from server.domain import SearchQuery
from server.ports import Vectors
from server.vector_stores.bm25 import text_scores
from server.vector_stores.fusion import candidates_wanted, fuse
from server.vector_stores.index_segment import Mask, Numbers
from server.vector_stores.index_snapshot import IndexSnapshot
from server.vector_stores.tags import RESTRICTED, group_tag, kind_tag, label_tag
from server.vector_stores.text_query import query_terms

_SAMPLED = 16
"""One in so many scores is looked at to guess how great the best are."""

_NO_COSINE = np.float32(-2.0)


class Scored(NamedTuple):
    """A chunk's number and its scores, as `Hit` has them."""

    chunk: int
    score: float
    text_score: float
    vector_score: float
    similarity: float


def hybrid_candidates(snapshot: IndexSnapshot, query: SearchQuery, vector: Vectors) -> list[Scored]:
    """The best chunks that the query may find, best first. Every chunk is scored on both sides."""
    allowed = _allowed(snapshot, query)
    wanted = candidates_wanted(query.limit)
    by_text: Vectors = np.zeros(len(allowed), dtype=np.float32)
    if query.vector_weight < 1.0:
        by_text = text_scores(snapshot, query_terms(query.text))
        by_text *= allowed
    similarities = snapshot.similarities(vector)
    union = _top(by_text, 0.0, wanted)
    if query.vector_weight > 0.0 and vector.any():
        union = np.union1d(union, _top(np.where(allowed, similarities, _NO_COSINE), _NO_COSINE, wanted))
    # Equal scores keep this order, whatever segments the rows happen to be in.
    union = union[np.argsort(snapshot.chunks[union])]
    fused = fuse(by_text[union].astype(np.float64), similarities[union].astype(np.float64), query.vector_weight)
    return [
        Scored(
            int(snapshot.chunks[union[place]]),
            float(fused.score[place]),
            float(fused.text_score[place]),
            float(fused.vector_score[place]),
            float(similarities[union[place]]),
        )
        for place in fused.best(query.limit)
    ]


def _allowed(snapshot: IndexSnapshot, query: SearchQuery) -> Mask:
    """The live rows of any of the query's kinds, with all of its labels, kept for none but one of its groups."""
    allowed = snapshot.live
    restricted = snapshot.with_any([RESTRICTED])
    if restricted.any():
        allowed = allowed & (~restricted | snapshot.with_any([group_tag(group) for group in query.access_groups]))
    if query.kinds:
        allowed = allowed & snapshot.with_any([kind_tag(kind) for kind in query.kinds])
    for label in query.labels:
        allowed = allowed & snapshot.with_any([label_tag(label)])
    return allowed


def _top(scores: Vectors, floor: float | np.float32, count: int) -> Numbers:
    """Positions of the `count` greatest scores above `floor`, in any order.

    The few that pass for great in a sample are looked at closely; all are, where too few do.
    """
    sample = scores[::_SAMPLED]
    rank = min(len(sample), 3 * count // _SAMPLED + 1)
    if rank < len(sample):
        likely = np.flatnonzero(scores > max(np.partition(sample, -rank)[-rank], floor))
        if len(likely) >= count:
            return likely[np.argpartition(scores[likely], -count)[-count:]]
    positions = np.flatnonzero(scores > floor)
    if len(positions) <= count:
        return positions
    return positions[np.argpartition(scores[positions], -count)[-count:]]
