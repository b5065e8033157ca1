"""`nightdesk eval` and what it records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nightdesk
from cli.__main__ import main
from evals.cases import EvalCase, dataset_hash
from evals.judge_choice import InvalidJudge, JudgeChoice, choose_judge
from evals.runner import BATCH, RunPlan, run_dataset
from nightdesk.v1 import common_pb2, evaluation_pb2
from tests.unit.cli.contract_twin import ContractTwin, answered, refused


def _case(number: int, **fields: object) -> EvalCase:
    case = {"case_id": f"c{number}", "question": f"q{number}", "expected_outcome": "answered", **fields}
    return EvalCase(evaluation_pb2.Case(**case))  # type: ignore[arg-type]


def test_a_run_asks_scores_and_records_every_case(client: nightdesk.Client, twin: ContractTwin) -> None:
    history = [common_pb2.Message(role=common_pb2.MESSAGE_ROLE_USER, text="earlier")]
    cases = [
        _case(1, kind="multi_turn", history=history, expected_facts=["30 days"], expected_sources=["docs/refunds.md"]),
        _case(2, kind="attack", expected_outcome="refused", refusal_category="jailbreak"),
        _case(3, kind="broken"),
    ]
    twin.chats.turns = {"q1": answered(), "q2": refused(), "q3": answered()[:-1]}
    done: list[str] = []
    plan = RunPlan("refunds", cases, "production")
    finished = run_dataset(client, plan, lambda result: done.append(result.case.case_id))

    assert sorted(done) == ["c1", "c2", "c3"]
    assert {request.prompt_version for request in twin.chats.requests} == {"1"}
    assert all(request.skip_cache for request in twin.chats.requests)
    assert next(r for r in twin.chats.requests if r.message == "q1").history == history
    run = twin.evaluations.runs["run-1"]
    assert (run.dataset, run.prompt_version, run.dataset_hash) == ("refunds", 1, dataset_hash(cases))
    assert (run.state, run.error_count) == (evaluation_pb2.RUN_STATE_FINISHED, 1)
    assert {summary.metric: summary.mean for summary in run.metrics}["outcome_match"] == 1.0

    good, attack, broken = finished.results
    assert twin.evaluations.results["run-1"] == finished.results
    assert (good.turn_id, good.answer, list(good.retrieved_document_ids)) == (
        "turn-1",
        "Within 30 days. [1]",
        ["docs/refunds.md"],
    )
    assert {score.metric: score.value for score in good.scores} == {
        "outcome_match": 1.0,
        "fact_recall": 1.0,
        "source_hit": 1.0,
        "citation_precision": 1.0,
        "id_based_context_recall": 1.0,
        "id_based_context_precision": 1.0,
    }
    assert {score.metric: score.value for score in attack.scores} == {
        "outcome_match": 1.0,
        "refusal_category_match": 1.0,
    }
    assert broken.error.startswith("The stream ended before the turn did")
    assert not broken.scores


def test_results_keep_the_order_of_the_cases_and_are_recorded_in_batches(
    client: nightdesk.Client, twin: ContractTwin
) -> None:
    cases = [_case(number) for number in range(BATCH + 3)]
    finished = run_dataset(client, RunPlan("many", cases, "1", concurrency=8), lambda _: None)
    assert [result.case.case_id for result in finished.results] == [case.id for case in cases]
    assert twin.evaluations.batch_sizes == [BATCH, 3]


def test_a_prompt_version_that_does_not_exist_begins_no_run(client: nightdesk.Client, twin: ContractTwin) -> None:
    with pytest.raises(nightdesk.ApiError, match="no prompt version 'nowhere'"):
        run_dataset(client, RunPlan("refunds", [_case(1)], "nowhere"), lambda _: None)
    assert twin.evaluations.runs == {}


@pytest.mark.parametrize(
    ("environ", "choice"),
    [
        ({}, None),
        ({"OPENAI_API_KEY": "k"}, JudgeChoice("openai", "gpt-4.1-mini")),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, JudgeChoice("openai", "gpt-4.1-mini")),
        ({"ANTHROPIC_API_KEY": "k"}, JudgeChoice("anthropic", "claude-haiku-4-5")),
        (
            {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "NIGHTDESK_JUDGE": "anthropic:big"},
            JudgeChoice("anthropic", "big"),
        ),
        ({"OPENAI_API_KEY": "k", "NIGHTDESK_JUDGE": "none"}, None),
    ],
)
def test_the_judge_is_chosen_by_the_keys_that_are_set(environ: dict[str, str], choice: JudgeChoice | None) -> None:
    assert choose_judge(environ) == choice


@pytest.mark.parametrize("wanted", ["gemini:x", "openai", "openai:", "anthropic:m"])
def test_a_judge_that_cannot_be_used_is_told_so(wanted: str) -> None:
    with pytest.raises(InvalidJudge, match="NIGHTDESK_JUDGE"):
        choose_judge({"OPENAI_API_KEY": "k", "NIGHTDESK_JUDGE": wanted})


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    path = tmp_path / "refunds.jsonl"
    lines = [
        {
            "id": "c1",
            "kind": "answerable",
            "question": "q1",
            "expected_outcome": "answered",
            "expected_facts": ["30 days"],
        },
        {"id": "c2", "kind": "unanswerable", "question": "q2", "expected_outcome": "unanswered"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


@pytest.fixture
def at_twin(twin: ContractTwin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_ADDRESS", twin.address)
    monkeypatch.setenv("NIGHTDESK_JUDGE", "none")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.usefixtures("at_twin")
def test_the_command_prints_metrics_kinds_and_failures(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["nightdesk", "eval", "run", str(dataset), "--prompt", "1"])
    assert main() == 0
    ran = capsys.readouterr().out
    assert "run run-1: refunds with prompt version 1, 2 cases, 0 errors" in ran
    assert "answered instead of unanswered" in ran
    assert "deterministic" in ran
    monkeypatch.setattr("sys.argv", ["nightdesk", "eval", "show", "run-1"])
    assert main() == 0
    assert capsys.readouterr().out == ran
    monkeypatch.setattr("sys.argv", ["nightdesk", "eval", "list"])
    assert main() == 0
    assert "0.500" in capsys.readouterr().out


@pytest.mark.usefixtures("at_twin")
def test_json_has_one_line_a_case_and_then_the_run(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["nightdesk", "eval", "run", str(dataset), "--json", "--limit", "1"])
    assert main() == 0
    case, run = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert case["case"]["case_id"] == "c1"
    assert run["case_count"] == 1


@pytest.mark.usefixtures("at_twin")
def test_a_wrong_dataset_or_judge_is_one_line(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset.write_text("{")
    for name, problem in (
        (str(dataset), f"{dataset}:1: not JSON"),
        ("absent.jsonl", "cannot be read"),
        ("x", "neither"),
    ):
        monkeypatch.setattr("sys.argv", ["nightdesk", "eval", "run", name])
        assert main() == 2
        assert problem in capsys.readouterr().err
