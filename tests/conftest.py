"""A real server in a process of its own, with the sample knowledge base, for tests that talk to one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import nightdesk
from tests.ports import free_ports

ROOT = Path(__file__).parents[1]
KNOWLEDGE = ROOT / "samples" / "larkbook" / "knowledge"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where a `nightdesk serve` process listens, what it keeps, and a client of it."""

    address: str
    data_dir: Path
    client: nightdesk.Client
    environment: dict[str, str]

    def command(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a `nightdesk` command against this server."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=self.data_dir,
        )


def clean_environment(data_dir: Path, address: str) -> dict[str, str]:
    """The environment without settings of the person who runs the tests."""
    ours = ("NIGHTDESK_", "OPENAI_", "ANTHROPIC_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "NIGHTDESK_DATA_DIR": str(data_dir), "NIGHTDESK_ADDRESS": address, "PYTHONUNBUFFERED": "1"}


def start_server(data_dir: Path, **settings: str) -> tuple[subprocess.Popen[bytes], RunningServer]:
    """Start `nightdesk serve` on free ports and wait until it answers."""
    data_dir.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{free_ports(4)}"
    environment = {**clean_environment(data_dir, address), **settings}
    log = data_dir / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server"], env=environment, stdout=output, stderr=output, cwd=data_dir
        )
    client = nightdesk.Client(address, settings.get("NIGHTDESK_API_KEY", ""))
    if not client.wait_ready(60) or process.poll() is not None:
        stop_server(process)
        pytest.fail(f"The server did not start:\n{log.read_text()[-3000:]}")
    return process, RunningServer(address, data_dir, client, environment)


def stop_server(process: subprocess.Popen[bytes]) -> int:
    """Stop it as Ctrl-C would; its exit code."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.fixture(scope="session")
def nightdesk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the whole session, with the sample knowledge base ingested."""
    process, server = start_server(tmp_path_factory.mktemp("nightdesk"))
    ingested = server.command("ingest", str(KNOWLEDGE), "--json")
    assert ingested.returncode in (0, 1), ingested.stderr
    yield server
    server.client.close()
    assert stop_server(process) == 0
