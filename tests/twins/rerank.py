"""A stand-in for a /rerank endpoint, on loopback: it scores a text by the share of the question's words that it has."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.twins.json_server import JsonHandler, serving


@dataclass(slots=True)
class Failure:
    """What the twin answers instead of scores, once."""

    status: int
    retry_after: str = ""
    body: str = '{"message": "as the test wants it"}'
    delay: float = 0.0
    """Seconds before it answers."""


@dataclass(slots=True)
class RerankTwin:
    """The twin's address, what it was asked, and what it will do next. It takes Cohere's requests and TEI's."""

    url: str = ""
    failures: list[Failure] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def answer(self, request: dict[str, Any]) -> Any:
        wanted = set(request["query"].lower().split())
        texts = request["documents"] if "documents" in request else request["texts"]
        scores = [len(wanted & set(text.lower().split())) / len(wanted) for text in texts]
        ranked = sorted(enumerate(scores), key=lambda item: -item[1])
        if "texts" in request:
            return [{"index": index, "score": score} for index, score in ranked]
        kept = ranked[: request.get("top_n", len(ranked))]
        return {"id": "r", "results": [{"index": index, "relevance_score": score} for index, score in kept]}


@contextmanager
def rerank_twin() -> Iterator[RerankTwin]:
    """Serve on a free port of loopback until the block ends."""
    twin = RerankTwin()

    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802 - http.server's name
            request = self.read_json()
            twin.keys.append(self.headers.get("authorization", ""))
            twin.requests.append(request)
            failure = twin.failures.pop(0) if twin.failures else None
            if failure is None:
                self.send(200, json.dumps(twin.answer(request)))
                return
            time.sleep(failure.delay)
            with suppress(BrokenPipeError, ConnectionResetError):  # who waited too long has hung up
                self.send(failure.status, failure.body, failure.retry_after)

    with serving(Handler) as address:
        twin.url = f"{address}/rerank"
        yield twin
