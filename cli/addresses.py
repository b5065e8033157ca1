"""Where the processes listen."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from cli.errors import CliError

DEFAULT_SERVER = "127.0.0.1:8700"


@dataclass(frozen=True, slots=True)
class Addresses:
    """host:port of each listener. The last three default to the ports after the server's."""

    server: str
    metrics: str
    workbench: str
    demo: str


def read_addresses() -> Addresses:
    """From NIGHTDESK_ADDRESS and its companions. Raises CliError where one is not host:port."""
    server = _from_environment("NIGHTDESK_ADDRESS", DEFAULT_SERVER)
    host, port = split(server)
    return Addresses(
        server=server,
        metrics=_from_environment("NIGHTDESK_METRICS_ADDRESS", f"{host}:{port + 1}"),
        workbench=_from_environment("NIGHTDESK_WORKBENCH_ADDRESS", f"{host}:{port + 2}"),
        demo=_from_environment("NIGHTDESK_DEMO_ADDRESS", f"{host}:{port + 3}"),
    )


def split(address: str) -> tuple[str, int]:
    """Host and port of "host:port"; an IPv6 host keeps its brackets. Raises CliError."""
    host, separator, port = address.rpartition(":")
    if not separator or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise CliError(f"{address!r} is not host:port with a port from 1 to 65535, like {DEFAULT_SERVER}.", exit_code=2)
    return host, int(port)


def in_use(address: str) -> bool:
    """Whether something already listens there, so that a server could not."""
    host, port = split(address)
    bare_host = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bare_host, port))
        except OSError:
            return True
    return False


def _from_environment(variable: str, default: str) -> str:
    address = os.environ.get(variable) or default
    try:
        split(address)
    except CliError as error:
        raise CliError(f"{variable}: {error.message}", exit_code=2) from None
    return address
