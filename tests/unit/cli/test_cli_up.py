"""`nightdesk up` with a contract twin for the server and plain file servers for the pages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import up_session
from cli.addresses import in_use, read_addresses
from cli.errors import CliError
from cli.up_processes import Children
from tests.ports import free_ports
from tests.unit.cli.conftest import Nightdesk

ROOT = Path(__file__).parents[3]


def _page(listen: str, _server: str) -> tuple[str, ...]:
    host, _, port = listen.rpartition(":")
    return (sys.executable, "-m", "http.server", port, "--bind", host)


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "refunds.md").write_text("# Refunds")
    return folder


@pytest.fixture
def stand_ins(nightdesk: Nightdesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The three processes replaced; the server's address, with three free ports after it."""
    address = f"127.0.0.1:{free_ports(4)}"
    monkeypatch.setenv("NIGHTDESK_ADDRESS", address)
    monkeypatch.setenv("NIGHTDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    server = (sys.executable, "-m", "tests.unit.cli.contract_twin", address)
    monkeypatch.setattr(up_session, "SERVER_COMMAND", server)
    monkeypatch.setattr(up_session, "workbench_command", _page)
    monkeypatch.setattr(up_session, "demo_command", _page)
    return address


def _all_free() -> bool:
    addresses = read_addresses()
    return not any(in_use(one) for one in (addresses.server, addresses.workbench, addresses.demo))


@pytest.mark.usefixtures("stand_ins")
def test_once_takes_knowledge_in_asks_and_leaves_nothing_behind(nightdesk: Nightdesk, knowledge: Path) -> None:
    result = nightdesk("up", "--once", "--knowledge", str(knowledge), "--question", "Refund?")
    assert result.code == 0, result.err
    assert "you > Refund?" in result.out
    assert "Within 30 days. [1]" in result.out
    assert "[1] Refunds" in result.out
    assert f"workbench  http://{read_addresses().workbench}" in result.out
    assert _all_free()


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_and_ends_with_0(nightdesk: Nightdesk, number: signal.Signals) -> None:
    _when(lambda: in_use(read_addresses().demo), lambda: os.kill(os.getpid(), number))
    result = nightdesk("up", "--no-sample", "--question", "")
    assert result.code == 0, result.err
    assert "stopping" in result.out
    assert _all_free()


def test_a_child_that_ends_is_named_with_the_end_of_its_log(
    nightdesk: Nightdesk, stand_ins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "import sys; print('port is cursed', file=sys.stderr); sys.exit(3)"
    monkeypatch.setattr(up_session, "demo_command", lambda *_: (sys.executable, "-c", script))
    result = nightdesk("up", "--no-sample", "--question", "")
    assert result.code == 1
    assert "error: demo ended with code 3" in result.err
    assert "port is cursed" in result.err
    assert _all_free()


def test_a_server_that_dies_in_the_middle_is_named_with_the_end_of_its_log(
    nightdesk: Nightdesk, stand_ins: str, knowledge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import os; from tests.unit.cli import contract_twin as twin; "
        "twin.Documents.Ingest = lambda *_: (print('out of memory', flush=True), os._exit(9)); "
        f"server = twin.ContractTwin(); server.start({stand_ins!r}); server.wait()"
    )
    monkeypatch.setattr(up_session, "SERVER_COMMAND", (sys.executable, "-c", script))
    result = nightdesk("up", "--knowledge", str(knowledge))
    assert result.code == 1
    assert "error: server ended with code 9" in result.err
    assert "out of memory" in result.err


def test_a_port_in_use_is_told_before_anything_starts(nightdesk: Nightdesk, stand_ins: str, tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", int(stand_ins.rpartition(":")[2]) + 2))
        stranger.listen()
        result = nightdesk("up")
    assert result.code == 1
    assert "Stop it, or set NIGHTDESK_WORKBENCH_ADDRESS to another port." in result.err
    assert not (tmp_path / "data").exists()


def test_a_child_that_does_not_listen_to_reason_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.up_processes.STOP_SECONDS", 0.3)
    children = Children(tmp_path)
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    children.start("deaf", (sys.executable, "-c", script))
    while "deaf" not in (tmp_path / "deaf.log").read_text():
        time.sleep(0.02)
    children.check()
    children.stop()
    children.start("gone", (sys.executable, "-c", ""))
    with pytest.raises(CliError, match="gone ended with code 0"):
        while True:
            children.check()
            time.sleep(0.02)


def test_a_real_interrupt_of_the_command_ends_with_130(stand_ins: str) -> None:
    """In a process of its own, waiting for a question."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [
        sys.executable,
        "-c",
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from cli.__main__ import main; sys.argv = ['nightdesk', 'chat']; sys.exit(main())",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert process.stderr is not None
    assert b"/quit" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def _when(condition: Callable[[], bool], action: Callable[[], None]) -> None:
    def watch() -> None:
        while not condition():
            time.sleep(0.05)
        time.sleep(0.3)
        action()

    threading.Thread(target=watch, daemon=True).start()
