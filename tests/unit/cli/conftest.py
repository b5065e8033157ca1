"""The commands of `nightdesk`, run in this process against a contract twin."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.__main__ import main
from tests.unit.cli.contract_twin import ContractTwin


@dataclass(frozen=True, slots=True)
class Result:
    """What a command printed and ended with."""

    code: int
    out: str
    err: str


Nightdesk = Callable[..., Result]


@pytest.fixture
def twin() -> Iterator[ContractTwin]:
    server = ContractTwin()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def nightdesk(
    twin: ContractTwin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Nightdesk:
    """`nightdesk("chat", "hello")` as it would be typed in an empty folder, with the twin as the server."""
    monkeypatch.setenv("NIGHTDESK_ADDRESS", twin.address)
    monkeypatch.setenv("COLUMNS", "200")
    for variable in ("NIGHTDESK_API_KEY", "NIGHTDESK_JUDGE", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "argv", ["nightdesk", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        code = main()
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run
