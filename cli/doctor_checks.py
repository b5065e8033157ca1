"""What `nightdesk doctor` looks at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from cli.addresses import Addresses, in_use, read_addresses
from cli.doctor import DEGRADED, FAILED, OK, Finding
from cli.errors import CliError
from cli.output import enum_word, when
from cli.serve import SERVER_COMMAND
from nightdesk import ApiError, Client
from nightdesk.v1 import operations_pb2

OLDEST_PYTHON, FIRST_UNTRIED_PYTHON = (3, 11), (3, 14)
SETTINGS_SECONDS = 60.0
STATUS_SECONDS = 20.0


def check_machine() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if OLDEST_PYTHON <= sys.version_info[:2] < FIRST_UNTRIED_PYTHON:
        yield Finding("python", OK, version)
    else:
        yield Finding("python", FAILED, version, "Use Python 3.11, 3.12 or 3.13.")
    yield _check_data_dir(Path(os.environ.get("NIGHTDESK_DATA_DIR") or ".nightdesk"))


def check_settings() -> Finding:
    """What the server makes of its settings.

    A process of its own, because the server's code is no part of a client: `python -m server --check` prints what
    they come to as one JSON object, or "error: …" with what is wrong.
    """
    command = (*SERVER_COMMAND, "--check")
    try:
        checked = subprocess.run(  # noqa: S603 - our own module, no shell
            command, capture_output=True, text=True, timeout=SETTINGS_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding("settings", FAILED, f"The check took longer than {SETTINGS_SECONDS:.0f} s.", "Try again.")
    if checked.returncode == 0:
        chosen = json.loads(checked.stdout)
        return Finding("settings", OK, ", ".join(f"{name} {value}" for name, value in chosen.items()))
    problem = (checked.stderr.strip().splitlines() or ["no message"])[-1].removeprefix("error: ")
    return Finding("settings", FAILED, problem, "Correct it in the environment or in `.env`.")


def check_server() -> Iterator[Finding]:
    """Each part of the running server; where none runs, whether one could."""
    try:
        addresses = read_addresses()
    except CliError as error:
        yield Finding("addresses", FAILED, error.message, error.fix or "Correct it.")
        return
    try:
        with Client(addresses.server, timeout=STATUS_SECONDS) as client:
            status = client.call(client.operations.GetStatus, operations_pb2.GetStatusRequest())
            routes = client.call(client.operations.ListRoutes, operations_pb2.ListRoutesRequest())
    except ApiError as error:
        yield _unreachable(error, addresses)
        return
    yield Finding("server", OK, f"version {status.server_version} at {addresses.server}")
    yield _knowledge(status)
    for part in status.components:
        state = enum_word(operations_pb2.ComponentState.DESCRIPTOR, part.state)
        yield Finding(part.component, state, ": ".join(filter(None, (part.adapter, part.detail))), part.fix)
    yield from _breakers(routes.deployments)


def _breakers(deployments: Iterable[operations_pb2.Deployment]) -> Iterator[Finding]:
    """The deployments that are not asked, or only tried, because their calls failed."""
    for one in deployments:
        if one.breaker not in (operations_pb2.BREAKER_STATE_OPEN, operations_pb2.BREAKER_STATE_HALF_OPEN):
            continue
        word = enum_word(operations_pb2.BreakerState.DESCRIPTOR, one.breaker).replace("_", " ")
        until = f" until {when(one.retry_time)}" if one.HasField("retry_time") else ""
        fix = "`nightdesk spend --by outcome` says how calls went; turns take the next of their chain meanwhile."
        yield Finding("breaker", DEGRADED, f"{one.name} is {word}{until}", fix)


def _knowledge(status: operations_pb2.GetStatusResponse) -> Finding:
    held = f"{status.document_count} documents, {status.chunk_count} chunks"
    if status.document_count:
        return Finding("knowledge", OK, held)
    return Finding("knowledge", DEGRADED, held, "Take some in: `nightdesk ingest PATH`.")


def _check_data_dir(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("data directory", OK, f"{folder} can be written")
    except OSError as error:
        fix = "Make it writable, or set NIGHTDESK_DATA_DIR to a folder that is."
        return Finding("data directory", FAILED, f"{folder}: {error.strerror}", fix)


def _unreachable(error: ApiError, addresses: Addresses) -> Finding:
    if error.reason == "UNREACHABLE" and in_use(addresses.server):
        fix = "Stop what listens there, or set NIGHTDESK_ADDRESS to a free port."
        return Finding("server", FAILED, f"Something else listens at {addresses.server}.", fix)
    return Finding("server", FAILED, error.message, error.fix)
