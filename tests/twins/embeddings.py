"""A stand-in for an OpenAI-compatible embeddings endpoint, on loopback, for the real SDK to talk to.

Each text's vector is its letter counts, scaled to length `norm`, so that equal texts have equal vectors and it shows
whether the adapter normalises them.
"""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.twins.json_server import JsonHandler, serving


@dataclass(slots=True)
class Failure:
    """What the twin answers instead of embeddings, once."""

    status: int
    retry_after: str = ""
    body: str = '{"error": {"message": "as the test wants it"}}'


@dataclass(slots=True)
class EmbeddingsTwin:
    """The twin's address, what it was asked, and what it will do next."""

    base_url: str = ""
    dimension: int = 26
    norm: float = 3.0
    failures: list[Failure] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def vector(self, text: str) -> list[float]:
        counts = np.array([text.lower().count(letter) for letter in string.ascii_lowercase], dtype=np.float32)
        counts = np.resize(counts, self.dimension)
        length = float(np.linalg.norm(counts))
        return [float(x) for x in counts * (self.norm / length if length else 0.0)]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        as_base64 = request.get("encoding_format") == "base64"
        data = [
            {"object": "embedding", "index": index, "embedding": _encoded(self.vector(text), as_base64)}
            for index, text in enumerate(request["input"])
        ]
        # The protocol promises an index, not an order.
        data.reverse()
        usage = {"prompt_tokens": len(data), "total_tokens": len(data)}
        return {"object": "list", "model": request["model"], "data": data, "usage": usage}


def _encoded(vector: list[float], as_base64: bool) -> list[float] | str:
    return base64.b64encode(np.array(vector, dtype="<f4").tobytes()).decode() if as_base64 else vector


@contextmanager
def embeddings_twin() -> Iterator[EmbeddingsTwin]:
    """Serve on a free port of loopback until the block ends."""
    twin = EmbeddingsTwin()

    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802 - http.server's name
            request = self.read_json()
            twin.keys.append(self.headers.get("authorization", ""))
            twin.requests.append({"path": self.path, **request})
            failure = twin.failures.pop(0) if twin.failures else None
            if failure:
                self.send(failure.status, failure.body, failure.retry_after)
            elif not all(request["input"]):
                self.send(400, '{"error": {"message": "input cannot be an empty string"}}')
            else:
                self.send(200, json.dumps(twin.answer(request)))

    with serving(Handler) as address:
        twin.base_url = f"{address}/v1"
        yield twin
