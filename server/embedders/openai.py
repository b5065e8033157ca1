"""Any endpoint that speaks OpenAI's embeddings protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
import stamina

from server.domain import ComponentState, ComponentStatus
from server.embedders.unit_vectors import unit_rows
from server.errors import FailedPrecondition, NightdeskError, SettingsError, Unavailable
from server.ports import Vectors

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

DEFAULT_MODEL = "text-embedding-3-small"

_BATCH = 256
"""Texts in one request; with chunks of 512 tokens this stays below the API's 300,000 tokens a request."""

_MAX_CHARACTERS = 24_000
"""What of one text is sent: in English about 6,000 tokens, where OpenAI's models take 8,191."""

_ATTEMPTS = 4
_MAX_RETRY_AFTER = 30.0
_TIMEOUT = 30.0
_FIX = "Check NIGHTDESK_EMBEDDER_BASE_URL and that the endpoint is up."
_RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504, 529})


class OpenAIEmbedder:
    """Embeddings over HTTP, normalised here, whatever the endpoint does."""

    def __init__(self, model: str, base_url: str, api_key: str, dimension: int) -> None:
        """Connects to nothing yet; `connect` also learns the dimension.

        Args:
            model: the endpoint's name for the model.
            base_url: where `/embeddings` is, for example "http://127.0.0.1:8000/v1"; empty is OpenAI's own.
            api_key: may be empty where the endpoint wants none.
            dimension: what each vector must have; another length is refused.
        """
        from openai import AsyncOpenAI  # noqa: PLC0415 - its import takes seconds, and not every command embeds

        self.name = f"openai/{model}"
        self.dimension = dimension
        self._model = model
        self._where = base_url or "OpenAI"
        # The SDK's own retries are off: one loop, here, knows how often and how long was waited.
        self._client: AsyncOpenAI = AsyncOpenAI(
            api_key=api_key or "none", base_url=base_url or "https://api.openai.com/v1", max_retries=0, timeout=_TIMEOUT
        )

    @classmethod
    async def connect(cls, model: str, base_url: str, api_key: str, dimension: int = 0) -> Self:
        """An embedder whose dimension is known: as given, else learnt by embedding one word.

        Raises Unavailable where the endpoint must be asked and cannot be reached, and FailedPrecondition where it
        refuses.
        """
        embedder = cls(model or DEFAULT_MODEL, base_url, api_key, dimension)
        if not dimension:
            try:
                embedder.dimension = len((await embedder._request(["dimension"]))[0])
            except NightdeskError:
                await embedder.close()
                raise
        return embedder

    def count_tokens(self, text: str) -> int:
        """An estimate: a quarter of the UTF-8 bytes, rounded up.

        OpenAI's rule of thumb for English is four characters a token. The true tokenizer has to be downloaded, and
        another endpoint's is unknown; expect a quarter more or less on prose, more on code and digits.
        """
        return -(-len(text.encode("utf-8", "surrogatepass")) // 4)

    def count_tokens_of(self, texts: Sequence[str]) -> list[int]:
        return [self.count_tokens(text) for text in texts]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, shape (n, dimension); zeros for a blank text, which the protocol does not take.

        Only the first 24,000 characters of a text are embedded. Raises Unavailable where the endpoint cannot be
        reached or stays overloaded, and FailedPrecondition where it refuses the request or answers in another
        dimension.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        filled = [number for number, text in enumerate(texts) if text.strip()]
        for start in range(0, len(filled), _BATCH):
            batch = filled[start : start + _BATCH]
            rows = await self._request([texts[number][:_MAX_CHARACTERS] for number in batch])
            self._require_dimension(len(rows[0]))
            vectors[batch] = rows
        return unit_rows(vectors)

    async def check(self) -> ComponentStatus:
        try:
            await self.embed(["Does it work?"])
        except NightdeskError as error:
            return ComponentStatus("embedder", "openai", ComponentState.FAILED, error.message, error.fix)
        detail = f"{self.name} at {self._where}, {self.dimension} dimensions"
        return ComponentStatus("embedder", "openai", ComponentState.OK, detail)

    async def close(self) -> None:
        await self._client.close()

    def _require_dimension(self, found: int) -> None:
        if found != self.dimension:
            raise SettingsError(
                f"The embedding model {self._model} at {self._where} answers with {found} dimensions, "
                f"not the {self.dimension} that were expected.",
                fix=f"Set NIGHTDESK_EMBEDDER_DIMENSION={found}, or remove it to have it found out.",
            )

    async def _request(self, texts: list[str]) -> list[list[float]]:
        from openai import APIConnectionError, APIStatusError  # noqa: PLC0415 - as in __init__
        from openai.types import CreateEmbeddingResponse  # noqa: PLC0415

        try:
            async for attempt in stamina.retry_context(on=_retry_hook, attempts=_ATTEMPTS, timeout=2 * _TIMEOUT):
                with attempt:
                    response = await self._client.embeddings.create(model=self._model, input=texts)
        except APIStatusError as error:
            raise self._refused(error) from error
        except APIConnectionError as error:
            raise Unavailable(f"The embeddings endpoint {self._where} cannot be reached: {error}", fix=_FIX) from error
        except (ValueError, AttributeError) as error:  # the SDK reads the fields of any JSON unchecked
            raise Unavailable(f"{self._where} did not answer with embeddings: {error}", fix=_FIX) from error
        if not isinstance(response, CreateEmbeddingResponse) or len(response.data) != len(texts):
            raise Unavailable(f"{self._where} did not answer with one embedding for each text.", fix=_FIX)
        return [item.embedding for item in sorted(response.data, key=lambda item: item.index)]

    def _refused(self, error: APIStatusError) -> NightdeskError:
        if error.status_code in _RETRIED_STATUS:
            return Unavailable(f"The embeddings endpoint {self._where} is overloaded or failing: {error}", fix=_FIX)
        if error.status_code in {401, 403}:
            # Without the endpoint's words, which may repeat the key.
            return FailedPrecondition(
                f"The embeddings endpoint {self._where} refused the API key.", fix="Check NIGHTDESK_EMBEDDER_API_KEY."
            )
        return FailedPrecondition(
            f"The embeddings endpoint {self._where} refused the request: {error}",
            fix="Check NIGHTDESK_EMBEDDER_MODEL and NIGHTDESK_EMBEDDER_BASE_URL.",
        )


def _retry_hook(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds: as the endpoint says in Retry-After, else by backing off."""
    from openai import APIConnectionError, APIStatusError  # noqa: PLC0415 - as in OpenAIEmbedder

    if isinstance(error, APIConnectionError):
        return True
    if not isinstance(error, APIStatusError) or error.status_code not in _RETRIED_STATUS:
        return False
    retry_after = error.response.headers.get("retry-after", "")
    try:
        return min(float(retry_after), _MAX_RETRY_AFTER)
    except ValueError:
        return True
