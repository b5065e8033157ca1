"""The command as a whole: help, settings, errors, keys."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.app import build_app
from tests.unit.cli.conftest import Nightdesk
from tests.unit.cli.contract_twin import ContractTwin

COMMANDS = [
    ("up",),
    ("serve",),
    ("workbench",),
    ("demo",),
    ("doctor",),
    ("ingest",),
    ("search",),
    ("documents", "list"),
    ("documents", "delete"),
    ("chat",),
    ("rails", "check"),
    ("prompts", "list"),
    ("prompts", "show"),
    ("prompts", "diff"),
    ("prompts", "create"),
    ("prompts", "label"),
    ("eval", "run"),
    ("eval", "list"),
    ("eval", "show"),
    ("turns", "list"),
    ("turns", "show"),
    ("keys", "new"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(nightdesk: Nightdesk, command: tuple[str, ...]) -> None:
    result = nightdesk(*command, "--help")
    assert result.code == 0
    assert f"Usage: nightdesk {' '.join(command)}" in result.out


def test_every_option_and_argument_has_help() -> None:
    missing = []
    for name, command in _commands("", build_app()):
        missing += [f"{name} {parameter}" for parameter in command if parameter]
    assert missing == []


def test_help_loads_nothing_heavy() -> None:
    script = "import sys; from cli.app import build_app; build_app(); print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"grpc", "nightdesk", "numpy", "ragas", "rich.progress", "server"} & set(done.stdout.split())


def test_without_a_command_it_says_what_there_is(nightdesk: Nightdesk) -> None:
    result = nightdesk()
    assert result.code == 0
    assert "ingest" in result.out


@pytest.mark.parametrize("arguments", [("chat", "--nope"), ("nope",), ("search", "x", "--limit", "0"), ("prompts",)])
def test_a_wrong_command_line_is_one_line_and_2(nightdesk: Nightdesk, arguments: tuple[str, ...]) -> None:
    result = nightdesk(*arguments)
    assert result.code == 2
    assert result.err.startswith("error: ")
    assert result.err.count("\n") == 1


def test_no_server_is_one_line_with_the_way_out(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    twin.stop()
    result = nightdesk("chat", "hi")
    assert result.code == 1
    assert result.err == (
        f"error: No Nightdesk server answers at {twin.address}. Start one with `nightdesk serve`, or set "
        "NIGHTDESK_ADDRESS to where it listens.\n"
    )


def test_dotenv_fills_in_what_the_environment_does_not_say(
    nightdesk: Nightdesk, twin: ContractTwin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"NIGHTDESK_ADDRESS={twin.address}\n")
    monkeypatch.delenv("NIGHTDESK_ADDRESS")
    assert nightdesk("chat", "hi").code == 0
    (tmp_path / ".env").write_text("NIGHTDESK_ADDRESS=127.0.0.1:9\n")
    monkeypatch.setenv("NIGHTDESK_ADDRESS", twin.address)
    assert nightdesk("chat", "hi").code == 0


def test_a_new_key_comes_with_the_entry_of_its_hash(nightdesk: Nightdesk) -> None:
    first = json.loads(nightdesk("keys", "new", "--name", "shop", "--tenant", "acme", "--json").out)
    second = json.loads(nightdesk("keys", "new", "--name", "shop", "--tenant", "acme", "--json").out)
    assert first["key"] != second["key"]
    assert first["entry"] == {hashlib.sha256(first["key"].encode()).hexdigest(): "acme:service:shop"}
    assert (
        first["key"] in nightdesk("keys", "new", "--name", "a:b").out
        or nightdesk("keys", "new", "--name", "a:b").code == 2
    )


def _commands(prefix: str, app: object) -> list[tuple[str, list[str]]]:
    """Each command with the names of its parameters that have no help."""
    from typer.main import get_command

    found = []
    pending = [(prefix, get_command(app))]  # type: ignore[arg-type]
    while pending:
        name, command = pending.pop()
        nested = getattr(command, "commands", {})
        pending += [(f"{name} {child}", nested[child]) for child in nested]
        found.append((name, [str(one.name) for one in command.params if not getattr(one, "help", None)]))
        assert command.help, name
    return found
