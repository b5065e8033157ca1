"""Listening: the gRPC server with health, reflection and metrics, until it is told to stop."""

from __future__ import annotations

import asyncio
import math
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import grpc
import prometheus_client
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from server.errors import FailedPrecondition
from server.interceptors.around import AroundCalls
from server.interceptors.callers import Callers
from server.interceptors.decoding import DecodeRequests
from server.interceptors.errors import rich_errors
from server.interceptors.requests import traced

GRACE_SECONDS = 15.0
"""How long running turns may go on after the server was told to stop."""

MAX_MESSAGE_BYTES = 4 * 1024 * 1024

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens, how much it takes at once, and how many seconds a call may wait to be taken."""

    address: str
    metrics_host: str
    metrics_port: int
    max_concurrent_calls: int
    longest_wait: float


async def serve(
    listening: Listening,
    callers: Callers,
    services: Sequence[str],
    add_services: Callable[[grpc.aio.Server], None],
    stopping: asyncio.Event,
) -> None:
    """Serve until SIGINT or SIGTERM, which set `stopping`, then let running calls end.

    Raises FailedPrecondition where a port is in use.
    """
    server = grpc.aio.server(
        # The order of a call: its id, its errors, its caller, its bytes.
        interceptors=[
            AroundCalls(traced),
            AroundCalls(rich_errors),
            AroundCalls(callers.identify),
            DecodeRequests(),
        ],
        maximum_concurrent_rpcs=listening.max_concurrent_calls,
        options=[
            # A second server on the same port must fail, not share it.
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            # In a rush calls are taken one by one between turns; gRPC's own 30 s would end those still waiting as
            # CANCELLED, which says that the caller left.
            ("grpc.server_max_unrequested_time_in_server", math.ceil(listening.longest_wait)),
        ],
    )
    add_services(server)
    status = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    reflection.enable_server_reflection([*services, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    try:
        _require_free(listening.address)
        server.add_insecure_port(listening.address)
        metrics, metrics_thread = prometheus_client.start_http_server(
            listening.metrics_port, addr=listening.metrics_host
        )
    except (RuntimeError, OSError) as error:
        raise FailedPrecondition(
            f"Port {listening.address} or {listening.metrics_host}:{listening.metrics_port} cannot be listened on "
            f"({error}).",
            reason="PORT_IN_USE",
            fix="Stop what listens there, or set NIGHTDESK_ADDRESS to another host:port.",
        ) from error
    await server.start()
    for service in ["", *services]:
        await status.set(service, health_pb2.HealthCheckResponse.SERVING)
    log.info("serving", address=listening.address, metrics=f"{listening.metrics_host}:{listening.metrics_port}")
    try:
        await _wait_for_signal(stopping)
    finally:
        log.info("stopping", grace_seconds=GRACE_SECONDS)
        await status.enter_graceful_shutdown()
        await server.stop(GRACE_SECONDS)
        metrics.shutdown()
        metrics.server_close()
        metrics_thread.join()


async def _wait_for_signal(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    await stopping.wait()


def _require_free(address: str) -> None:
    """Say plainly that a port is taken: gRPC's own error does not name the reason."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, int(port)))
