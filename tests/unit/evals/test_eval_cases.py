"""Reading datasets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.cases import InvalidDataset, dataset_hash, read_cases
from nightdesk.v1 import common_pb2

CASE: dict[str, object] = {"id": "c1", "kind": "answerable", "question": "When?", "expected_outcome": "answered"}


def dataset(folder: Path, *lines: dict[str, object] | str) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def test_a_case_with_everything(tmp_path: Path) -> None:
    full = CASE | {
        "history": [{"role": "user", "text": "Hi"}, {"role": "assistant", "text": "Hello"}],
        "expected_facts": ["30 days"],
        "expected_sources": ["refunds.md"],
        "forbidden": ["45 days"],
        "reference": "Within 30 days.",
        "notes": "for people",
    }
    (case,) = read_cases(dataset(tmp_path, full))
    assert case.case.case_id == "c1"
    assert [message.role for message in case.case.history] == [
        common_pb2.MESSAGE_ROLE_USER,
        common_pb2.MESSAGE_ROLE_ASSISTANT,
    ]
    assert list(case.case.expected_facts) == ["30 days"]
    assert list(case.case.expected_sources) == ["refunds.md"]
    assert list(case.case.forbidden) == ["45 days"]
    assert case.reference == "Within 30 days."


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        (CASE | {"id": ""}, '"id" is missing or empty'),
        (CASE | {"question": 7}, '"question" must be a string'),
        (CASE | {"expected_outcome": "good"}, '"expected_outcome" must be one of'),
        (CASE | {"expected_facts": "30 days"}, '"expected_facts" must be a list'),
        (CASE | {"history": [{"role": "robot", "text": "x"}]}, 'an entry of "history"'),
        (CASE | {"expected_fact": ["30 days"]}, "unknown field 'expected_fact'"),
        (CASE | {"id": "ok"}, "the id 'ok' stands on an earlier line"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: dict[str, object] | str, problem: str) -> None:
    path = dataset(tmp_path, CASE | {"id": "ok"}, "", line)
    with pytest.raises(InvalidDataset) as failure:
        read_cases(path)
    assert str(failure.value).startswith(f"{path}:3: {problem}")


def test_a_dataset_without_cases_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidDataset, match="holds no case"):
        read_cases(dataset(tmp_path, "", ""))


def test_the_hash_tells_datasets_apart_but_not_their_layout(tmp_path: Path) -> None:
    plain = read_cases(dataset(tmp_path, CASE, CASE | {"id": "c2"}))
    spaced = read_cases(dataset(tmp_path, "", json.dumps(CASE, indent=None, sort_keys=True), CASE | {"id": "c2"}))
    changed = read_cases(dataset(tmp_path, CASE, CASE | {"id": "c2", "reference": "x"}))
    assert dataset_hash(plain) == dataset_hash(spaced)
    assert dataset_hash(plain) != dataset_hash(changed)
    assert dataset_hash(plain) != dataset_hash(plain[:1])
