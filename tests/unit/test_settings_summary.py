"""What `python -m server --check` says, which `nightdesk doctor` shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server.__main__ import main


def test_a_models_file_goes_before_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTDESK_MODELS_FILE", "models.toml")

    assert main(["--check"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "by models.toml"
