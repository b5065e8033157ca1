"""A dataset's cases: one JSON object a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nightdesk.v1 import common_pb2, evaluation_pb2

OUTCOMES = ("answered", "unanswered", "refused", "declined")
ROLES = {"user": common_pb2.MESSAGE_ROLE_USER, "assistant": common_pb2.MESSAGE_ROLE_ASSISTANT}
TEXT_FIELDS = ("id", "kind", "question", "expected_outcome", "refusal_category", "reference", "notes")
LIST_FIELDS = ("expected_facts", "expected_sources", "forbidden")


class InvalidDataset(Exception):
    """A dataset that cannot be run; the message names file and line."""


@dataclass(frozen=True, slots=True)
class EvalCase:
    """A case of the contract, and a whole right answer where the dataset has one (else empty)."""

    case: evaluation_pb2.Case
    reference: str = ""

    @property
    def id(self) -> str:
        return self.case.case_id


def read_cases(path: Path) -> list[EvalCase]:
    """Every case of the file. Raises InvalidDataset naming the first line that is wrong, OSError."""
    cases: dict[str, EvalCase] = {}
    for number, raw in enumerate(path.read_bytes().splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            case = _read_case(raw)
        except ValueError as error:
            raise InvalidDataset(f"{path}:{number}: {error}.") from None
        if case.id in cases:
            raise InvalidDataset(f"{path}:{number}: the id {case.id!r} stands on an earlier line, too.")
        cases[case.id] = case
    if not cases:
        raise InvalidDataset(f"{path}: holds no case.")
    return list(cases.values())


def dataset_hash(cases: Sequence[EvalCase]) -> str:
    """SHA-256 over the cases, lower-case hex: the same cases in the same order give the same hash."""
    digest = hashlib.sha256()
    for case in cases:
        for part in (case.case.SerializeToString(deterministic=True), case.reference.encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _read_case(raw: bytes) -> EvalCase:
    """Raises ValueError saying what is wrong."""
    fields = _fields(raw)
    for name in TEXT_FIELDS:
        if not isinstance(fields.get(name, ""), str):
            raise ValueError(f'"{name}" must be a string')
    for name in ("id", "question"):
        if not fields.get(name):
            raise ValueError(f'"{name}" is missing or empty')
    for name in LIST_FIELDS:
        values = fields.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            raise ValueError(f'"{name}" must be a list of non-empty strings')
    if fields.get("expected_outcome") not in OUTCOMES:
        raise ValueError(f'"expected_outcome" must be one of {", ".join(OUTCOMES)}')
    unknown = set(fields) - {*TEXT_FIELDS, *LIST_FIELDS, "history"}
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}")
    return EvalCase(_message(fields), str(fields.get("reference", "")))


def _fields(raw: bytes) -> dict[str, object]:
    try:
        fields = json.loads(raw)
        json.dumps(fields, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise ValueError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg} at character {error.pos + 1})") from None
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    return fields


def _message(fields: dict[str, object]) -> evaluation_pb2.Case:
    case = evaluation_pb2.Case(case_id=str(fields["id"]), history=_history(fields.get("history", [])))
    for name in ("kind", "question", "expected_outcome", "refusal_category"):
        setattr(case, name, fields.get(name, ""))
    for name in LIST_FIELDS:
        values = fields.get(name, [])
        if isinstance(values, list):
            getattr(case, name).extend(values)
    return case


def _history(entries: object) -> list[common_pb2.Message]:
    if not isinstance(entries, list):
        raise ValueError('"history" must be a list')
    messages = []
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("role") not in ROLES or not isinstance(entry.get("text"), str):
            raise ValueError('an entry of "history" must be {"role": "user"|"assistant", "text": …}')
        messages.append(common_pb2.Message(role=ROLES[entry["role"]], text=entry["text"]))
    return messages
