"""Any HTTP endpoint of the /rerank kind: Cohere, Jina, vLLM, Infinity and others, or Text Embeddings Inference."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2
import stamina

from server.domain import ComponentState, ComponentStatus
from server.errors import FailedPrecondition, NightdeskError, Unavailable

_MAX_CHARACTERS = 8_000
"""What of one text is sent: about 2,000 tokens of English, more than most rerankers read."""

_ATTEMPTS = 3
_MAX_RETRY_AFTER = 30.0
_RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_FIX = "Check NIGHTDESK_RERANKER_URL and that the endpoint is up."


class EndpointReranker:
    """Scores over HTTP. With a model's name the request has Cohere's shape, which the others took over; without one,
    that of Text Embeddings Inference, which serves one model and wants no name."""

    def __init__(self, url: str, model: str, api_key: str, seconds: float) -> None:
        """Connects to nothing yet.

        Args:
            url: where to post, with the path: "http://127.0.0.1:8080/rerank", "https://api.cohere.com/v2/rerank".
            model: the endpoint's name for the model, or empty.
            api_key: may be empty where the endpoint wants none.
            seconds: for one `score` in all, waiting and trying again included.
        """
        self.name = f"endpoint/{model or 'tei'}"
        self._url = url
        self._model = model
        self._seconds = seconds
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx2.AsyncClient(headers=headers, timeout=seconds)

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text, 0 to 1, in their order. Only the first 8,000 characters of a text are read.

        Raises Unavailable where the endpoint cannot be reached in time, stays overloaded or does not answer with
        scores from 0 to 1, and FailedPrecondition where it refuses the request.
        """
        if not texts:
            return []
        request = self._request(question, [text[:_MAX_CHARACTERS] for text in texts])
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._post(request)
        except httpx2.HTTPStatusError as error:
            raise self._refused(error.response) from error
        except httpx2.HTTPError as error:
            raise Unavailable(f"The reranker {self._url} cannot be reached: {error!r}", fix=_FIX) from error
        except TimeoutError as error:
            raise Unavailable(
                f"The reranker {self._url} did not answer within {self._seconds:g} s.",
                fix="Check that it is up, or raise NIGHTDESK_RERANKER_TIMEOUT.",
            ) from error
        return self._scores(response, len(texts))

    async def check(self) -> ComponentStatus:
        try:
            await self.score("Does it work?", ["It works."])
        except NightdeskError as error:
            return ComponentStatus("reranker", "endpoint", ComponentState.FAILED, error.message, error.fix)
        return ComponentStatus("reranker", "endpoint", ComponentState.OK, f"{self.name} at {self._url}")

    async def close(self) -> None:
        await self._client.aclose()

    def _request(self, question: str, texts: list[str]) -> dict[str, Any]:
        if self._model:
            return {"model": self._model, "query": question, "documents": texts, "top_n": len(texts)}
        return {"query": question, "texts": texts, "raw_scores": False, "truncate": True}

    async def _post(self, request: dict[str, Any]) -> httpx2.Response:
        async for attempt in stamina.retry_context(on=_retry_hook, attempts=_ATTEMPTS, timeout=self._seconds):
            with attempt:
                response = await self._client.post(self._url, json=request)
                response.raise_for_status()
        return response

    def _scores(self, response: httpx2.Response, count: int) -> list[float]:
        """Cohere answers with {"results": [{"index", "relevance_score"}]}, TEI with [{"index", "score"}], both in the
        order of the scores."""
        try:
            answer = response.json()
            rows = answer if isinstance(answer, list) else answer["results"]
            found = {int(row["index"]): float(row.get("relevance_score", row.get("score"))) for row in rows}
            scores = [found[number] for number in range(count)]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unavailable(f"{self._url} did not answer with one score for each text.", fix=_FIX) from error
        if not all(0.0 <= score <= 1.0 for score in scores):
            raise Unavailable(
                f"{self._url} answers with scores outside of 0 to 1.", fix="Have it put them through a sigmoid."
            )
        return scores

    def _refused(self, response: httpx2.Response) -> NightdeskError:
        # Without the endpoint's words, which may repeat the key or the customer's question.
        if response.status_code in _RETRIED_STATUS:
            return Unavailable(
                f"The reranker {self._url} is overloaded or failing (HTTP {response.status_code}).", fix=_FIX
            )
        if response.status_code in {401, 403}:
            return FailedPrecondition(
                f"The reranker {self._url} refused the API key.", fix="Check NIGHTDESK_RERANKER_API_KEY."
            )
        return FailedPrecondition(
            f"The reranker {self._url} refused the request (HTTP {response.status_code}).",
            fix="Check NIGHTDESK_RERANKER_MODEL and NIGHTDESK_RERANKER_URL.",
        )


def _retry_hook(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds: as the endpoint says in Retry-After, else by backing off."""
    if not isinstance(error, httpx2.HTTPStatusError):
        return isinstance(error, httpx2.TransportError)
    if error.response.status_code not in _RETRIED_STATUS:
        return False
    try:
        return min(float(error.response.headers.get("retry-after", "")), _MAX_RETRY_AFTER)
    except ValueError:
        return True
