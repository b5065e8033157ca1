"""OpenAI's SDK, for both of its chat APIs."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import openai

from server.models.chat_model import NO_KEY, ChatModel
from server.models.checking import CHECK_SECONDS
from server.models.endpoint import Endpoint, Timeouts

PROVIDER = "openai"
DEFAULT_BASE_URL = "https://api.openai.com/v1"


class OpenAIClientModel(ChatModel, ABC):
    """A model that OpenAI's SDK reaches."""

    provider = PROVIDER

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts) -> None:
        endpoint = replace(endpoint, base_url=endpoint.base_url or DEFAULT_BASE_URL)
        self._client = openai.AsyncOpenAI(
            api_key=endpoint.api_key or NO_KEY,
            base_url=endpoint.base_url,
            max_retries=0,
            timeout=None,
            http_client=openai.DefaultAioHttpClient(),
        )
        super().__init__(endpoint, timeouts, self._client)

    @contextmanager
    def _sdk_errors(self) -> Iterator[None]:
        try:
            yield
        except openai.APIStatusError as error:
            raise self._failures.of_status(error.status_code, error.body, error.response.headers) from None
        except openai.APIConnectionError:
            raise self._failures.unreachable() from None

    async def _list_models(self) -> object:
        with self._sdk_errors():
            try:
                return await self._client.get("/models", cast_to=object, options={"timeout": CHECK_SECONDS})
            except openai.NotFoundError:
                # Compatible servers may speak their chat API alone.
                return None
