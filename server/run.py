"""From settings to a serving process: the application's parts, put behind the contract."""

from __future__ import annotations

import asyncio

import grpc

from nightdesk.v1 import (
    chat_pb2,
    chat_pb2_grpc,
    evaluation_pb2,
    evaluation_pb2_grpc,
    ingest_pb2,
    ingest_pb2_grpc,
    operations_pb2,
    operations_pb2_grpc,
    prompt_pb2,
    prompt_pb2_grpc,
    rail_pb2,
    rail_pb2_grpc,
)
from server.bootstrap import Application, application
from server.interceptors.callers import Callers
from server.serve import Listening, serve
from server.services.chat import ChatService
from server.services.evaluation import EvaluationService
from server.services.ingest import IngestService
from server.services.operations import OperationsService
from server.services.prompt import PromptService
from server.services.rail import RailService
from server.services.simulation import Simulations
from server.settings import Settings, split_address

SERVICES = tuple(
    module.DESCRIPTOR.services_by_name[name].full_name
    for module, name in (
        (chat_pb2, "ChatService"),
        (ingest_pb2, "IngestService"),
        (rail_pb2, "RailService"),
        (prompt_pb2, "PromptService"),
        (evaluation_pb2, "EvaluationService"),
        (operations_pb2, "OperationsService"),
    )
)


async def run(settings: Settings) -> None:
    """Serve until told to stop. Raises what `application` and `serve` raise."""
    metrics_host, metrics_port = split_address(settings.metrics_address)
    listening = Listening(
        settings.address, metrics_host, metrics_port, settings.max_concurrent_calls, settings.turn_timeout
    )
    callers = Callers(None if settings.auth == "off" else settings.api_keys)
    async with application(settings) as app:
        stopping = asyncio.Event()
        await serve(listening, callers, SERVICES, lambda server: _add(server, app, settings, stopping), stopping)


def _add(server: grpc.aio.Server, app: Application, settings: Settings, stopping: asyncio.Event) -> None:
    chat_pb2_grpc.add_ChatServiceServicer_to_server(ChatService(app.turns, settings.turn_timeout), server)
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(
        IngestService(app.ingestor, app.store, app.retriever, app.prompts, stopping), server
    )
    simulations = Simulations(app.ledger_engine, app.rails.rails)
    rail_pb2_grpc.add_RailServiceServicer_to_server(RailService(app.rails, app.judges.for_account, simulations), server)
    prompt_pb2_grpc.add_PromptServiceServicer_to_server(
        PromptService(
            app.prompts,
            frozenset(app.models_file.routes),
            frozenset(app.models_file.deployments),
            frozenset(rail.name for rail in app.rails.rails),
        ),
        server,
    )
    evaluation_pb2_grpc.add_EvaluationServiceServicer_to_server(EvaluationService(app.evaluations, app.meter), server)
    operations_pb2_grpc.add_OperationsServiceServicer_to_server(
        OperationsService(
            app.ledger,
            app.ledger_engine,
            app.store,
            app.checks,
            app.version,
            app.charges,
            app.budgets,
            app.routes,
            app.originals,
        ),
        server,
    )
