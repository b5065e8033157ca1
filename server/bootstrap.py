"""The composition root: settings in, a wired application out. The only module that imports adapters."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import structlog
from sqlalchemy import Engine

from server.chat.prompt import first_bundle
from server.chat.turn import ChatTurns
from server.domain import ComponentState, ComponentStatus
from server.errors import FailedPrecondition, SettingsError
from server.knowledge.ingest import Ingestor
from server.knowledge.retrieve import Retriever
from server.knowledge.serving import open_serving_index
from server.ledger.database import open_database
from server.ledger.evaluations import EvaluationStore
from server.ledger.prompts import PromptStore
from server.ledger.turns import TurnLedger
from server.ports import Embedder, IndexCatalog, Model, RailEngine, Reranker, VectorStore
from server.rails.engine import NemoRailEngine
from server.services.status import Checks
from server.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that the services need."""

    turns: ChatTurns
    ingestor: Ingestor
    retriever: Retriever
    rails: RailEngine
    prompts: PromptStore
    evaluations: EvaluationStore
    ledger: TurnLedger
    ledger_engine: Engine
    store: VectorStore
    routes: frozenset[str]
    checks: Checks
    version: str


@asynccontextmanager
async def application(settings: Settings) -> AsyncIterator[Application]:
    """Open every part, and close them in reverse order at the end.

    Raises SettingsError, FailedPrecondition, CorruptedData or Unavailable, each with the way out.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(_data_dir(settings.data_dir))
        # Loading them takes a second each, most of it outside of Python.
        engine, embedder, rails = await asyncio.gather(
            asyncio.to_thread(open_database, settings.data_dir / "nightdesk.db"),
            open_embedder(settings),
            asyncio.to_thread(NemoRailEngine.load, _guardrails_dir(settings)),
        )
        stack.callback(engine.dispose)
        stack.push_async_callback(embedder.close)
        catalog = open_catalog(settings, settings.vector_store)
        stack.push_async_callback(catalog.close)
        store = await open_serving_index(catalog, embedder)
        stack.push_async_callback(store.close)
        reranker = _reranker(settings)
        if reranker is not None:
            stack.push_async_callback(reranker.close)
        models = {"default": await asyncio.to_thread(_model, settings, embedder)}
        fallback = _extractive(embedder)
        for model in models.values():
            stack.push_async_callback(model.close)
        ledger = TurnLedger(engine)
        stack.callback(ledger.close)
        ingestor = await Ingestor.open(
            settings.data_dir / "ingest.db",
            store,
            embedder,
            rails,
            max_document_bytes=settings.max_document_bytes,
            parse_timeout=settings.parse_timeout,
        )
        stack.push_async_callback(ingestor.close)
        prompts, retriever = PromptStore(engine, first_bundle()), Retriever(store, embedder, reranker)
        turns = ChatTurns(
            prompts=prompts,
            ledger=ledger,
            retriever=retriever,
            rails=rails,
            models=models,
            fallback=fallback,
            product=settings.product,
            search_question_timeout=settings.search_question_timeout,
        )
        yield Application(
            turns=turns,
            ingestor=ingestor,
            retriever=retriever,
            rails=rails,
            prompts=prompts,
            evaluations=EvaluationStore(engine),
            ledger=ledger,
            ledger_engine=engine,
            store=store,
            routes=frozenset(models),
            checks=_checks(settings, engine, store, embedder, reranker, models, rails),
            version=version("nightdesk"),
        )


async def open_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings."""
    match settings.embedder:
        case "wordllama":
            from server.embedders.wordllama import WordLlamaEmbedder  # noqa: PLC0415 - only the chosen adapter loads

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


def _reranker(settings: Settings) -> Reranker | None:
    if settings.reranker == "none":
        return None
    from server.rerankers.endpoint import EndpointReranker  # noqa: PLC0415 - as in _embedder

    key = settings.reranker_api_key
    secret = key.get_secret_value() if key else ""
    return EndpointReranker(settings.reranker_url, settings.reranker_model, secret, settings.reranker_timeout)


def _model(settings: Settings, embedder: Embedder) -> Model:
    provider, name, decided_by = settings.chosen_model
    log.info("model", provider=provider, model=name, decided_by=decided_by)
    first_token, idle = settings.model_first_token_timeout, settings.model_idle_timeout
    match provider:
        case "openai":
            from server.models.openai import OpenAIModel  # noqa: PLC0415

            key = settings.openai_api_key
            secret = key.get_secret_value() if key else ""
            return OpenAIModel(name, secret, settings.openai_base_url, first_token, idle)
        case "anthropic":
            from server.models.anthropic import AnthropicModel  # noqa: PLC0415

            key = settings.anthropic_api_key
            secret = key.get_secret_value() if key else ""
            return AnthropicModel(name, secret, settings.anthropic_base_url, first_token, idle)
        case _:
            return _extractive(embedder)


def _extractive(embedder: Embedder) -> Model:
    from server.models.extractive import ExtractiveModel  # noqa: PLC0415

    return ExtractiveModel(embedder)


def _guardrails_dir(settings: Settings) -> Path:
    """The team's own rails, else those that come with the package."""
    if settings.guardrails_dir is not None:
        return settings.guardrails_dir
    spec = find_spec("guardrails_config")
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError("guardrails_config is not installed.", fix="Set NIGHTDESK_GUARDRAILS_DIR to its folder.")
    return Path(spec.submodule_search_locations[0])


@contextmanager
def _data_dir(path: Path) -> Iterator[None]:
    """Make the data directory and hold it for this process alone. Raises SettingsError, FailedPrecondition."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / "server.lock").open("a")
    except OSError as error:
        raise SettingsError(
            f"NIGHTDESK_DATA_DIR={path} cannot be written to ({error.strerror}).",
            fix="Set it to a folder that this user may write to.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FailedPrecondition(
                f"Another server uses the data directory {path}.",
                reason="DATA_DIR_IN_USE",
                fix="Stop it, or set NIGHTDESK_DATA_DIR (and NIGHTDESK_ADDRESS) to others for this one.",
            ) from error
        yield


def _checks(
    settings: Settings,
    engine: Engine,
    store: VectorStore,
    embedder: Embedder,
    reranker: Reranker | None,
    models: Mapping[str, Model],
    rails: RailEngine,
) -> Checks:
    async def ledger() -> ComponentStatus:
        def ask() -> int:
            with engine.connect() as connection:
                return int(connection.exec_driver_sql("SELECT count(*) FROM prompt_versions").scalar_one())

        await asyncio.to_thread(ask)
        return ComponentStatus("ledger", "sqlite", ComponentState.OK, str(settings.data_dir / "nightdesk.db"))

    return Checks(
        {
            "model": models["default"].check,
            "embedder": embedder.check,
            "vector_store": store.check,
            **({"reranker": reranker.check} if reranker else {}),
            "rails": rails.check,
            "ledger": ledger,
        }
    )
