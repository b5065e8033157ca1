"""The documentation says what the code does: settings, commands and make targets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from cli.app import build_app
from server.settings import Settings

ROOT = Path(__file__).parents[2]
CLIENT_SETTINGS = {
    "NIGHTDESK_API_KEY",
    "NIGHTDESK_WORKBENCH_ADDRESS",
    "NIGHTDESK_DEMO_ADDRESS",
    "NIGHTDESK_JUDGE",
    "FASTEMBED_CACHE_PATH",
}


def command_names() -> set[str]:
    return set(get_command(build_app()).commands)  # type: ignore[attr-defined]


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    example = (ROOT / ".env.example").read_text()
    documented = set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    fields = {
        str(field.validation_alias or f"NIGHTDESK_{name.upper()}") for name, field in Settings.model_fields.items()
    }

    assert documented == fields | CLIENT_SETTINGS


def test_the_examples_values_are_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    plain = Settings()

    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())

    assert Settings() == plain


def test_the_readme_names_only_commands_and_targets_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = command_names()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"(?:^|`)nightdesk ([a-z]+)\b", readme, re.MULTILINE)) <= commands
    assert set(re.findall(r"(?:^|`)make ([a-z]+)\b", readme, re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_every_command_has_a_page_of_its_own_in_the_docs() -> None:
    page = (ROOT / "docs" / "commands.md").read_text()

    assert {name for name in command_names() if f"## `nightdesk {name}`" not in page} == set()
