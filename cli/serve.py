"""`nightdesk serve`, `workbench` and `demo`: one process each."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cli.addresses import in_use, read_addresses
from cli.errors import CliError

SERVER_COMMAND = (sys.executable, "-m", "server")

Listen = Annotated[str, typer.Option(help="host:port to listen on instead.", metavar="ADDRESS")]


def serve() -> None:
    """Run the gRPC server at NIGHTDESK_ADDRESS, with health and reflection; metrics are at the next port."""
    _become(SERVER_COMMAND)


def workbench(listen: Listen = "") -> None:
    """Run the workbench for engineers (Streamlit), a client of the server.

    It listens at NIGHTDESK_WORKBENCH_ADDRESS, by default the server's port + 2.
    """
    addresses = read_addresses()
    _become(workbench_command(_free(listen or addresses.workbench), addresses.server))


def demo(listen: Listen = "") -> None:
    """Run the chat for reviewers (Gradio), a client of the server.

    It listens at NIGHTDESK_DEMO_ADDRESS, by default the server's port + 3.
    """
    addresses = read_addresses()
    _become(demo_command(_free(listen or addresses.demo), addresses.server))


def workbench_command(listen: str, server: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "workbench", "--listen", listen, "--server", server)


def demo_command(listen: str, server: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "workbench.reviewer", "--listen", listen, "--server", server)


def _free(address: str) -> str:
    if in_use(address):
        raise CliError(f"Something already listens at {address}.", fix="Stop it, or give another --listen.")
    return address


def _become(command: tuple[str, ...]) -> None:
    """Replace this process, so that signals reach the other program itself."""
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted
