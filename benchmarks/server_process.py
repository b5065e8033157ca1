"""A real server in a process of its own, for benchmarks that start, watch and kill one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

import nightdesk

START_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """`nightdesk serve`, ready to answer at `address`."""

    process: subprocess.Popen[bytes]
    address: str

    def memory(self) -> int:
        """Resident bytes of the server itself, without its parsers."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time so far: of the server, and of the parsers that it has now."""
        server = psutil.Process(self.process.pid)
        return {"server": _cpu(server), "parsers": sum(_cpu(child) for child in server.children())}


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def environment(data_dir: Path, address: str, **settings: str) -> dict[str, str]:
    """The environment of a server, without the settings of whoever runs the benchmark."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NIGHTDESK_", "OPENAI_", "ANTHROPIC_"))
    }
    return {**kept, "NIGHTDESK_DATA_DIR": str(data_dir), "NIGHTDESK_ADDRESS": address, **settings}


def launch(settings: dict[str, str], log: Path) -> ServerProcess:
    """Start a server and return at once; what it prints goes to the end of `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server"], env=settings, stdout=output, stderr=output, cwd=log.parent
        )
    return ServerProcess(process, settings["NIGHTDESK_ADDRESS"])


def wait_until_ready(server: ServerProcess, log: Path) -> None:
    """Raises RuntimeError with the end of the log where the server does not come up."""
    host, _, port = server.address.rpartition(":")
    deadline = time.monotonic() + START_SECONDS
    while server.process.poll() is None and time.monotonic() < deadline:
        # A channel that finds nobody waits longer and longer before it tries again.
        with suppress(OSError), socket.create_connection((host, int(port)), 1):
            break
        time.sleep(0.05)
    with nightdesk.Client(server.address, "") as client:
        if not client.wait_ready(START_SECONDS) or server.process.poll() is not None:
            raise RuntimeError(f"The server did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def running(settings: dict[str, str], log: Path) -> Iterator[ServerProcess]:
    """A server that is ready, stopped at the end."""
    server = launch(settings, log)
    try:
        wait_until_ready(server, log)
        yield server
    finally:
        server.process.terminate()
        server.process.wait(60)
