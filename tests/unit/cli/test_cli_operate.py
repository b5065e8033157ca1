"""`nightdesk prompts`, `turns` and `doctor` against a contract twin."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from cli import doctor_checks
from nightdesk.v1 import common_pb2, operations_pb2
from tests.unit.cli.conftest import Nightdesk
from tests.unit.cli.contract_twin import ContractTwin


def test_a_new_prompt_version_starts_from_another_and_changes_what_is_said(
    nightdesk: Nightdesk, twin: ContractTwin, tmp_path: Path
) -> None:
    (tmp_path / "template.txt").write_text("You help briefly.")
    options = ("--template", "template.txt", "--temperature", "0", "--rail-threshold", "prompt injection=0.9")
    assert nightdesk("prompts", "create", *options, "--description", "shorter").out == "prompt version 2\n"
    made = twin.prompts.versions[1]
    assert made.bundle.template == "You help briefly."
    assert made.bundle.retrieval_limit == 6
    assert made.bundle.HasField("temperature")
    assert dict(made.bundle.rail_thresholds) == {"prompt injection": 0.9}
    assert made.description == "shorter"


def test_a_new_prompt_version_takes_parameters_of_retrieval(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    options = ("--kind-weight", "faq=1.5", "--recency-weight", "0.3", "--recency-half-life-days", "30", "--rerank")
    assert nightdesk("prompts", "create", *options, "--search-question", "conversation").code == 0
    bundle = twin.prompts.versions[1].bundle
    assert dict(bundle.kind_weights) == {"faq": 1.5}
    assert (bundle.recency_weight, bundle.recency_half_life_days, bundle.rerank) == (0.3, 30, True)
    assert bundle.search_question == common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION
    shown = nightdesk("prompts", "show", "2").out
    assert "from at most the conversation, faq weighs 1.5, age takes 0.3, half of it in 30 days, reranked" in shown

    assert nightdesk("prompts", "create", "--from", "2", "--no-rerank").code == 0
    assert (twin.prompts.versions[2].bundle.rerank, twin.prompts.versions[2].bundle.recency_weight) == (False, 0.3)


def test_prompt_versions_are_listed_shown_compared_and_labelled(nightdesk: Nightdesk) -> None:
    nightdesk("prompts", "create", "--history-turns", "2")
    assert nightdesk("prompts", "label", "staging", "2").out == "staging → prompt version 2\n"
    versions = [json.loads(line)["version"] for line in nightdesk("prompts", "list", "--json").out.splitlines()]
    assert versions == ["2", "1"]
    assert "the first" in nightdesk("prompts", "list").out
    assert "You help." in nightdesk("prompts", "show").out
    assert "2 earlier turns" in nightdesk("prompts", "show", "staging").out
    assert nightdesk("prompts", "diff", "1", "staging").out == "--- 1\n+++ staging\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--template", "absent.txt"), "absent.txt cannot be read"),
        (("--rail-threshold", "much"), "is not RAIL=SCORE"),
        (("--kind-weight", "faq"), "--kind-weight 'faq' is not KIND=WEIGHT"),
        (("--from", "nowhere"), "There is no prompt version 'nowhere'"),
    ],
)
def test_a_prompt_version_that_cannot_be_made(nightdesk: Nightdesk, options: tuple[str, ...], message: str) -> None:
    result = nightdesk("prompts", "create", *options)
    assert result.code != 0
    assert message in result.err


def test_turns_are_listed_and_shown(nightdesk: Nightdesk) -> None:
    assert "refund?" in nightdesk("turns", "list").out
    shown = nightdesk("turns", "show", "t1").out
    assert "30 days" in shown
    assert "[1] cited 0.00  Refunds > Yearly plans" in shown
    assert "How long is a refund? (written by a model)" in shown
    assert "staff" in shown
    assert json.loads(nightdesk("turns", "show", "t1", "--json").out)["citation_ids"] == ["c1"]


def _states(out: str) -> dict[str, str]:
    return {finding["part"]: finding["state"] for finding in map(json.loads, out.splitlines())}


@pytest.fixture
def valid_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "SERVER_COMMAND", ("sh", "-c", """echo '{"model": "extractive"}'"""))


@pytest.mark.usefixtures("valid_settings")
def test_doctor_finds_nothing_wrong(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    for deployment in twin.operations.deployments:
        deployment.breaker = operations_pb2.BREAKER_STATE_CLOSED
    result = nightdesk("doctor", "--json")
    assert result.code == 0
    parts = ("python", "data directory", "settings", "server", "knowledge", "model")
    assert _states(result.out) == dict.fromkeys(parts, "ok")


@pytest.mark.usefixtures("valid_settings")
def test_doctor_names_the_deployments_that_are_not_asked(nightdesk: Nightdesk) -> None:
    findings = [json.loads(line) for line in nightdesk("doctor", "--json").out.splitlines()]
    told = [finding["detail"] for finding in findings if finding["part"] == "breaker"]
    assert told[0].startswith("strong is open until ")
    assert told[1:] == ["house is half open"]


@pytest.mark.usefixtures("valid_settings")
def test_doctor_ends_with_1_where_a_part_fails_and_says_how_to_mend_it(
    nightdesk: Nightdesk, twin: ContractTwin
) -> None:
    twin.operations.model_state = operations_pb2.COMPONENT_STATE_FAILED
    result = nightdesk("doctor")
    assert result.code == 1
    assert "Set OPENAI_API_KEY." in result.out


def test_doctor_reports_what_the_server_says_of_its_settings(
    nightdesk: Nightdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "echo 'error: NIGHTDESK_MODEL: no such model.' >&2; exit 1"
    monkeypatch.setattr(doctor_checks, "SERVER_COMMAND", ("sh", "-c", script))
    result = nightdesk("doctor", "--json")
    assert result.code == 1
    assert "NIGHTDESK_MODEL: no such model." in result.out
    assert _states(result.out)["settings"] == "failed"


@pytest.mark.usefixtures("valid_settings")
def test_doctor_tells_a_missing_server_from_something_else_on_its_port(
    nightdesk: Nightdesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NIGHTDESK_DATA_DIR", str(tmp_path / "file"))
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{stranger.getsockname()[1]}"
        monkeypatch.setenv("NIGHTDESK_ADDRESS", address)
        result = nightdesk("doctor", "--json")
    assert result.code == 1
    assert f"Something else listens at {address}." in result.out
    assert _states(result.out)["data directory"] == "failed"
