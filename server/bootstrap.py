"""The composition root: settings in, a wired application out. The adapters come from server.adapters."""

from __future__ import annotations

import asyncio
import fcntl
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import structlog
from sqlalchemy import Engine

from server.adapters import (
    SharedState,
    open_answer_store,
    open_catalog,
    open_embedder,
    open_models,
    open_reranker,
    open_shared_state,
)
from server.caching.answers import AnswerCache
from server.caching.floors import similarity_floor
from server.caching.semantic import SemanticAnswers
from server.chat.cached import EarlierAnswers
from server.chat.checking import RailOptions
from server.chat.generation import AnswerWriter
from server.chat.grounds import Grounds
from server.chat.judges import Judges
from server.chat.prompt import first_bundle
from server.chat.turn import ChatTurns
from server.domain import ComponentState, ComponentStatus
from server.errors import FailedPrecondition, SettingsError
from server.knowledge.ingest import Ingestor
from server.knowledge.retrieve import Retriever
from server.knowledge.serving import open_serving_index
from server.ledger.budgets import BudgetStore
from server.ledger.charges import ChargeLedger
from server.ledger.database import open_database
from server.ledger.evaluations import EvaluationStore
from server.ledger.originals import OriginalStore, expiring
from server.ledger.prompts import PromptStore
from server.ledger.turns import TurnLedger
from server.models_file import ModelsFile, load_models
from server.ports import Embedder, KeptAnswers, Model, RailEngine, Reranker, VectorStore
from server.rails.callers import CallerWatch, watch_secret
from server.rails.engine import NemoRailEngine
from server.rails.trial import RailTrial
from server.routing.chain import ModelChain
from server.routing.decide import EXTRACTIVE
from server.routing.judging import judge_chain, require_judge
from server.services.routes import Routes
from server.services.status import Check, Checks
from server.settings import Settings
from server.spending.budgets import Budgets
from server.spending.meter import Meter
from server.spending.prices import PriceTable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that the services need."""

    turns: ChatTurns
    ingestor: Ingestor
    retriever: Retriever
    rails: RailEngine
    judges: Judges
    prompts: PromptStore
    evaluations: EvaluationStore
    ledger: TurnLedger
    ledger_engine: Engine
    store: VectorStore
    charges: ChargeLedger
    budgets: Budgets
    meter: Meter
    routes: Routes
    models_file: ModelsFile
    checks: Checks
    version: str
    originals: OriginalStore | None


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
        await stack.enter_async_context(rails.holds.ended())
        trial = RailTrial.of(_guardrails_dir(settings))
        await stack.enter_async_context(trial.beside())
        catalog = open_catalog(settings, settings.vector_store)
        stack.push_async_callback(catalog.close)
        store = await open_serving_index(catalog, embedder)
        stack.push_async_callback(store.close)
        reranker = open_reranker(settings)
        if reranker is not None:
            stack.push_async_callback(reranker.close)
        models_file = load_models(settings)
        require_judge(rails.rails, models_file.routes)
        log.info("models", deployments=sorted(models_file.deployments), routes=sorted(models_file.routes))
        models = await asyncio.to_thread(open_models, settings, models_file.deployments, embedder)
        for model in models.values():
            stack.push_async_callback(model.close)
        ledger = TurnLedger(engine)
        stack.callback(ledger.close)
        charges = ChargeLedger(engine, ledger.writer)
        originals = _originals(settings, engine, rails)
        await stack.enter_async_context(expiring(engine))
        shared = await stack.enter_async_context(open_shared_state(settings, ledger=ledger.id))
        budgets = await Budgets.open(BudgetStore(engine), charges, shared.counters)
        prices = PriceTable({name: each.prices for name, each in models_file.deployments.items() if each.prices})
        meter = Meter(models, prices, budgets, charges, hold_seconds=2 * settings.turn_timeout)
        stack.push_async_callback(meter.close)
        cache = await _answer_cache(settings, embedder, shared.kept_answers, stack)
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
        chain = ModelChain(shared.breakers)
        answer_writer = AnswerWriter(models_file.routes, models_file.deployments, chain, meter, ledger)
        answers = EarlierAnswers(cache, ledger)
        judges = Judges(judge_chain(models_file.routes), chain, meter, rails.redact, settings.judge_timeout)
        turns = ChatTurns(
            prompts=prompts,
            ledger=ledger,
            rails=rails,
            rail_options=RailOptions(judges, CallerWatch(shared.callers, _watch_secret(settings))),
            grounds=Grounds(rails, retriever, answer_writer, answers, settings.search_question_timeout),
            answers=answers,
            writer=answer_writer,
            product=settings.product,
            originals=originals,
        )
        yield Application(
            turns=turns,
            ingestor=ingestor,
            retriever=retriever,
            rails=rails,
            judges=judges,
            prompts=prompts,
            evaluations=EvaluationStore(engine),
            ledger=ledger,
            ledger_engine=engine,
            store=store,
            charges=charges,
            budgets=budgets,
            meter=meter,
            routes=Routes(models_file, shared.breakers, prompts, prices),
            models_file=models_file,
            checks=_checks(settings, engine, store, embedder, reranker, models, rails, trial, shared, originals),
            version=version("nightdesk"),
            originals=originals,
        )


def _originals(settings: Settings, engine: Engine, rails: RailEngine) -> OriginalStore | None:
    """None where the settings hold no key. Raises SettingsError."""
    keys = settings.originals_key.get_secret_value() if settings.originals_key else ""
    if not keys:
        return None
    return OriginalStore(engine, keys, hours=settings.originals_hours, redact=rails.redact)


async def _answer_cache(
    settings: Settings, embedder: Embedder, kept_answers: KeptAnswers, stack: AsyncExitStack
) -> AnswerCache | None:
    """None where the settings want none. Raises SettingsError where no similarity floor is known for the embedder."""
    if settings.cache == "off":
        return None
    seconds = settings.cache_hours * 3600
    semantic = None
    if settings.cache == "semantic":
        floor = similarity_floor(embedder.name)
        store = await open_answer_store(settings, embedder)
        semantic = SemanticAnswers(store, embedder, floor=floor, seconds=seconds)
    cache = AnswerCache(kept_answers, semantic, seconds=seconds)
    stack.push_async_callback(cache.close)
    return cache


def _watch_secret(settings: Settings) -> bytes:
    """Replicas that share a history hash alike."""
    return watch_secret(settings.redis_url.get_secret_value() if settings.redis_url else secrets.token_hex())


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
    trial: RailTrial,
    shared: SharedState,
    originals: OriginalStore | None,
) -> Checks:
    async def ledger() -> ComponentStatus:
        def ask() -> int:
            with engine.connect() as connection:
                return int(connection.exec_driver_sql("SELECT count(*) FROM prompt_versions").scalar_one())

        await asyncio.to_thread(ask)
        return ComponentStatus("ledger", "sqlite", ComponentState.OK, str(settings.data_dir / "nightdesk.db"))

    async def tried_rails() -> ComponentStatus:
        return trial.worsen(await rails.check())

    return Checks(
        {
            **_model_checks(models),
            "embedder": embedder.check,
            "vector_store": store.check,
            **({"reranker": reranker.check} if reranker else {}),
            "rails": tried_rails,
            "ledger": ledger,
            **({"originals": originals.check} if originals else {}),
            **({"redis": shared.check} if shared.check else {}),
        }
    )


def _model_checks(models: Mapping[str, Model]) -> dict[str, Check]:
    """One for each deployment; the extractive one is worth a line where it is all there is."""
    checked = {name: model for name, model in models.items() if name != EXTRACTIVE} or models
    return {"model" if len(checked) == 1 else f"model {name}": model.check for name, model in checked.items()}
