"""Lets a reranker order the best candidates, and keeps their order where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from prometheus_client import Counter

from server.domain import Hit
from server.errors import NightdeskError
from server.ports import Reranker

NOT_CONFIGURED = "NOT_CONFIGURED"

RERANKS = Counter("nightdesk_reranks_total", "Reranked searches, by how they ended: ok, or why not.", ["outcome"])

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reranked:
    """`hits` are best first. `done` tells whether a reranker ordered them; where it should have and did not, `failure`
    has an error's stable reason.
    """

    hits: list[Hit]
    done: bool = False
    failure: str = ""


async def rerank(reranker: Reranker | None, question: str, hits: Sequence[Hit], standings: Sequence[float]) -> Reranked:
    """Order `hits` by the reranker's scores times their `standings`.

    Never fails: where there is no reranker or it raises, the hits stay as they are, and a log line, a metric and
    `failure` say so.
    """
    if reranker is None:
        RERANKS.labels(NOT_CONFIGURED).inc()
        return Reranked(list(hits), failure=NOT_CONFIGURED)
    try:
        scores = await reranker.score(question, [_readable(hit) for hit in hits])
    except NightdeskError as error:
        RERANKS.labels(error.reason).inc()
        log.warning("rerank_failed", reranker=reranker.name, reason=error.reason, error=error.message)
        return Reranked(list(hits), failure=error.reason)
    RERANKS.labels("ok").inc()
    scored = [replace(hit, rerank_score=score) for hit, score in zip(hits, scores, strict=True)]
    order = sorted(range(len(hits)), key=lambda place: -scores[place] * standings[place])
    return Reranked([scored[place] for place in order], done=True)


def _readable(hit: Hit) -> str:
    heading = " > ".join(part for part in dict.fromkeys((hit.title, *hit.heading_path)) if part)
    return f"{heading}\n{hit.text}" if heading else hit.text
