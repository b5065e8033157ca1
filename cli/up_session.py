"""What `nightdesk up` does, from the first check to the last process stopped."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.markup import escape

from cli.addresses import Addresses, in_use, read_addresses, split
from cli.chat_view import TurnView
from cli.errors import CliError
from cli.ingest_stream import IngestOptions, IngestStream
from cli.ingest_view import print_summary, run_with_progress
from cli.output import console
from cli.serve import SERVER_COMMAND, demo_command, workbench_command
from cli.sources import read_sources
from cli.up_processes import Children
from nightdesk import ApiError, Client

SERVER_SECONDS = 60.0
PAGE_SECONDS = 120.0
POLL_SECONDS = 0.1
GRACE_SECONDS = 0.5
TURN_TIMEOUT = 120.0


@dataclass(slots=True)
class Session:
    """Server, workbench and demo, until somebody stops them.

    `folder` is the knowledge base to take in, or None; `question` may be empty.
    """

    folder: Path | None
    question: str
    once: bool
    _addresses: Addresses = field(default_factory=read_addresses)
    _screen: Console = field(default_factory=console)
    _started: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Returns after Ctrl-C or SIGTERM. Raises CliError where a process fails, ApiError where a call does."""
        self._check_ports()
        data_dir = Path(os.environ.get("NIGHTDESK_DATA_DIR") or ".nightdesk")
        children = Children(data_dir / "logs")
        try:
            with _signals(_interrupt):
                self._run_children(children)
        except KeyboardInterrupt:
            self._screen.print("\nstopping …")
        finally:
            # A second Ctrl-C must not leave a process behind.
            with _signals(signal.SIG_IGN):
                children.stop()

    def _run_children(self, children: Children) -> None:
        children.start("server", SERVER_COMMAND)
        self._wait_until("the server", SERVER_SECONDS, children, partial(_listens, self._addresses.server))
        children.start("workbench", workbench_command(self._addresses.workbench, self._addresses.server))
        children.start("demo", demo_command(self._addresses.demo, self._addresses.server))
        try:
            with Client(self._addresses.server, timeout=TURN_TIMEOUT) as client:
                self._fill_and_ask(client)
        except ApiError:
            # Where the server has died, its log says more than the call that broke.
            time.sleep(GRACE_SECONDS)
            children.check()
            raise
        self._wait_until("the workbench", PAGE_SECONDS, children, partial(_answers, self._addresses.workbench))
        self._wait_until("the demo", PAGE_SECONDS, children, partial(_answers, self._addresses.demo))
        self._print_addresses()
        while not self.once:
            children.check()
            time.sleep(POLL_SECONDS)

    def _fill_and_ask(self, client: Client) -> None:
        if self.folder is not None:
            self._ingest(client, self.folder)
        if self.question:
            self._screen.print(f"[bold]you >[/] {escape(self.question)}")
            TurnView(self._screen).show(client.chat(self.question))
            self._report("answered")

    def _wait_until(self, what: str, patience: float, children: Children, is_ready: Callable[[], bool]) -> None:
        """Raises CliError where a child ends or `patience` seconds pass before it is ready."""
        with self._screen.status(f"waiting for {what} …"):
            deadline = time.monotonic() + patience
            while not is_ready():
                children.check()
                if time.monotonic() > deadline:
                    raise CliError(f"{what} was not ready within {patience:.0f} s; see {children.log_dir}.")
                time.sleep(POLL_SECONDS)
        self._report(f"{what} is ready")

    def _check_ports(self) -> None:
        listeners = {
            "NIGHTDESK_ADDRESS": self._addresses.server,
            "NIGHTDESK_METRICS_ADDRESS": self._addresses.metrics,
            "NIGHTDESK_WORKBENCH_ADDRESS": self._addresses.workbench,
            "NIGHTDESK_DEMO_ADDRESS": self._addresses.demo,
        }
        for variable, address in listeners.items():
            if in_use(address):
                raise CliError(
                    f"Something already listens at {address}.", fix=f"Stop it, or set {variable} to another port."
                )

    def _ingest(self, client: Client, folder: Path) -> None:
        stream = IngestStream(client, partial(read_sources, [folder]), IngestOptions(source=str(folder)))
        summary = run_with_progress(stream, self._screen, f"taking in {escape(folder.name)}")
        if summary.counts["unchanged"] < summary.outcome_count:
            print_summary(summary, self._screen)
        else:
            self._screen.print(f"knowledge base unchanged: {summary.outcome_count} documents")

    def _report(self, what: str) -> None:
        self._screen.print(f"[dim]{what} {time.monotonic() - self._started:.1f} s after the start[/]")

    def _print_addresses(self) -> None:
        self._screen.print(
            f"\nserver     {self._addresses.server} (gRPC), metrics http://{self._addresses.metrics}/metrics"
        )
        self._screen.print(f"workbench  http://{self._addresses.workbench}")
        self._screen.print(f"demo       http://{self._addresses.demo}")
        if not self.once:
            self._screen.print("Ctrl-C stops all three.")


def _listens(address: str) -> bool:
    """Whether connections are taken. Asking through gRPC would lose seconds to its back-off between attempts."""
    host, port = split(address)
    try:
        socket.create_connection((host.strip("[]"), port), timeout=1).close()
    except OSError:
        return False
    return True


def _answers(address: str) -> bool:
    """Whether the page at this address answers with HTTP 200."""
    host, port = split(address)
    connection = HTTPConnection(host.strip("[]"), port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    """Ctrl-C and SIGTERM mean the same in this block, also where a shell started us with SIGINT ignored."""
    before = [(number, signal.signal(number, handler)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for number, earlier in before:
            signal.signal(number, earlier)
