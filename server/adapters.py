"""The adapters that the settings choose. Only the chosen ones are loaded; bootstrap puts them together."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from server.domain import ComponentStatus
from server.models_file import DeploymentSettings, api_key
from server.ports import (
    Breakers,
    CallerHistory,
    Embedder,
    IndexCatalog,
    KeptAnswers,
    Model,
    Reranker,
    SpendCounters,
    VectorStore,
)
from server.routing.decide import EXTRACTIVE
from server.settings import Settings


async def open_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings."""
    match settings.embedder:
        case "wordllama":
            from server.embedders.wordllama import WordLlamaEmbedder  # noqa: PLC0415 - as all below

            return await asyncio.to_thread(WordLlamaEmbedder)
        case "fastembed":
            from server.embedders.fastembed import FastEmbedEmbedder  # noqa: PLC0415

            return await asyncio.to_thread(FastEmbedEmbedder, settings.embedder_model, settings.embedder_path)
        case "openai":
            from server.embedders.openai import OpenAIEmbedder  # noqa: PLC0415

            key = settings.embedder_api_key or settings.openai_api_key
            return await OpenAIEmbedder.connect(
                settings.embedder_model,
                settings.embedder_base_url,
                key.get_secret_value() if key else "",
                settings.embedder_dimension,
            )


def open_catalog(settings: Settings, engine: str) -> IndexCatalog:
    """The indexes of an engine, "sqlite" or "weaviate"."""
    match engine:
        case "weaviate":
            from server.vector_stores.weaviate_catalog import WeaviateIndexCatalog  # noqa: PLC0415
            from server.vector_stores.weaviate_connection import NodeAddress  # noqa: PLC0415

            key = settings.weaviate_api_key
            return WeaviateIndexCatalog(
                [NodeAddress(*addresses) for addresses in settings.weaviate_addresses],
                key.get_secret_value() if key else "",
            )
        case _:
            from server.vector_stores.sqlite_catalog import SqliteIndexCatalog  # noqa: PLC0415

            return SqliteIndexCatalog(settings.data_dir)


async def open_answer_store(settings: Settings, embedder: Embedder) -> VectorStore:
    """Where the semantic cache keeps its questions: apart from the knowledge, in the same engine."""
    if settings.vector_store == "weaviate":
        from server.vector_stores.weaviate_catalog import CACHE_PREFIX  # noqa: PLC0415

        name = f"{CACHE_PREFIX}{embedder.name}"
        return await open_catalog(settings, "weaviate").open(name, embedder.dimension)
    from server.vector_stores.sqlite_catalog import SqliteIndexCatalog  # noqa: PLC0415

    folder = settings.data_dir / "answers"
    folder.mkdir(exist_ok=True)
    return await SqliteIndexCatalog(folder).open(embedder.name, embedder.dimension)


def open_reranker(settings: Settings) -> Reranker | None:
    """None where the settings want none."""
    if settings.reranker == "none":
        return None
    from server.rerankers.endpoint import EndpointReranker  # noqa: PLC0415

    key = settings.reranker_api_key
    secret = key.get_secret_value() if key else ""
    return EndpointReranker(settings.reranker_url, settings.reranker_model, secret, settings.reranker_timeout)


def open_models(
    settings: Settings, deployments: Mapping[str, DeploymentSettings], embedder: Embedder
) -> dict[str, Model]:
    """A model for each deployment, and the extractive one. Raises SettingsError where a key is missing."""
    from server.models.extractive import ExtractiveModel  # noqa: PLC0415

    models = {name: _model(settings, deployment) for name, deployment in deployments.items()}
    return {**models, EXTRACTIVE: ExtractiveModel(embedder)}


def _model(settings: Settings, deployment: DeploymentSettings) -> Model:
    from server.models.endpoint import Endpoint, Timeouts  # noqa: PLC0415

    own = settings.models_file is None
    endpoint = Endpoint(
        deployment.name,
        deployment.model,
        api_key(deployment, settings, os.environ),
        deployment.base_url,
        model_variable="NIGHTDESK_MODEL" if own else f"deployments.{deployment.name}.model",
        key_variable=deployment.api_key_variable,
        address_variable=(
            f"{deployment.provider.upper()}_BASE_URL" if own else f"deployments.{deployment.name}.base_url"
        ),
    )
    timeouts = Timeouts(deployment.first_token_timeout, deployment.idle_timeout, deployment.total_timeout)
    match deployment.provider, deployment.api:
        case "anthropic", _:
            from server.models.anthropic import AnthropicModel  # noqa: PLC0415

            return AnthropicModel(endpoint, timeouts)
        case _, "responses":
            from server.models.responses import ResponsesModel  # noqa: PLC0415

            return ResponsesModel(endpoint, timeouts)
        case _:
            from server.models.openai import OpenAIModel  # noqa: PLC0415

            return OpenAIModel(endpoint, timeouts)


@dataclass(frozen=True, slots=True)
class SharedState:
    """What replicas share where Redis is, and this process keeps where it is not."""

    breakers: Breakers
    counters: SpendCounters
    kept_answers: KeptAnswers
    callers: CallerHistory
    check: Callable[[], Awaitable[ComponentStatus]] | None = None
    """Of the engine behind it, where there is one."""


@asynccontextmanager
async def open_shared_state(settings: Settings, *, ledger: str) -> AsyncIterator[SharedState]:
    """In Redis where NIGHTDESK_REDIS_URL names one, else in this process. `ledger` is the id of this server's ledger.

    Raises SettingsError, Unavailable.
    """
    if settings.redis_url is None:
        from server.shared_state.memory_breakers import MemoryBreakers  # noqa: PLC0415
        from server.shared_state.memory_caller_history import MemoryCallerHistory  # noqa: PLC0415
        from server.shared_state.memory_kept_answers import MemoryKeptAnswers  # noqa: PLC0415
        from server.shared_state.memory_spend_counters import MemorySpendCounters  # noqa: PLC0415

        yield SharedState(MemoryBreakers(), MemorySpendCounters(), MemoryKeptAnswers(), MemoryCallerHistory())
        return
    from server.shared_state.redis_breakers import RedisBreakers  # noqa: PLC0415
    from server.shared_state.redis_caller_history import RedisCallerHistory  # noqa: PLC0415
    from server.shared_state.redis_connection import check_redis, connect_redis  # noqa: PLC0415
    from server.shared_state.redis_kept_answers import RedisKeptAnswers  # noqa: PLC0415
    from server.shared_state.redis_spend_counters import RedisSpendCounters  # noqa: PLC0415

    client = await connect_redis(settings.redis_url.get_secret_value())
    try:
        yield SharedState(
            RedisBreakers(client),
            RedisSpendCounters(client, ledger=ledger),
            RedisKeptAnswers(client),
            RedisCallerHistory(client),
            partial(check_redis, client),
        )
    finally:
        await client.aclose()
