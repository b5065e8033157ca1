"""`nightdesk search` and `nightdesk rails check`, one text and many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.bulk import map_in_order
from nightdesk.v1 import common_pb2, ingest_pb2
from tests.unit.cli.conftest import Nightdesk
from tests.unit.cli.contract_twin import ContractTwin


def test_search_shows_scores_and_whether_a_turn_would_answer(nightdesk: Nightdesk, twin: ContractTwin) -> None:
    result = nightdesk(
        "search",
        "refund?",
        "--limit",
        "3",
        "--kind",
        "faq",
        "--kind",
        "doc",
        "--label",
        "public",
        "--access-group",
        "staff",
    )
    assert result.code == 0
    assert "answerability 0.40 < floor 0.50" in result.out
    assert "docs/refunds.md" in result.out
    assert twin.documents.searches == [
        ingest_pb2.SearchRequest(
            question="refund?",
            limit=3,
            kinds=[common_pb2.DOCUMENT_KIND_FAQ, common_pb2.DOCUMENT_KIND_DOC],
            labels=["public"],
            access_groups=["staff"],
        )
    ]


def _questions(count: int) -> list[dict[str, object]]:
    return [{"id": f"n{number}", "question": f"q{number}"} for number in range(count)]


def test_bulk_search_answers_in_the_order_of_the_file(nightdesk: Nightdesk, twin: ContractTwin, tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"id": "a", "question": "first"},
        {"id": 2, "question": "second", "history": ["earlier", {"role": "assistant", "text": "reply"}]},
        *_questions(60),
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n")
    result = nightdesk("search", "--jsonl", str(path), "--json", "--limit", "4")
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["id"] for answer in answers] == [line["id"] for line in lines]
    assert answers[0]["results"] == [{"document_id": "docs/refunds.md", "chunk_id": "c-first", "score": 0.5}]
    second = next(request for request in twin.documents.searches if request.question == "second")
    assert second.limit == 4
    assert [(message.role, message.text) for message in second.history] == [
        (common_pb2.MESSAGE_ROLE_USER, "earlier"),
        (common_pb2.MESSAGE_ROLE_ASSISTANT, "reply"),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{oops", "the line is not JSON"),
        (b'"text"', "the line is not a JSON object"),
        (b'{"id": "x"}', '"question" must be a non-empty string'),
        (b'{"question": "x", "history": [7]}', 'an entry of "history"'),
        (b'{"question": "\xff"}', "the line is not valid UTF-8"),
        (b'{"question": "\\ud800"}', "the line is not valid UTF-8"),
    ],
)
def test_a_bad_line_is_named(nightdesk: Nightdesk, tmp_path: Path, line: bytes, problem: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'{"id": "ok", "question": "ok"}\n' + line + b"\n")
    result = nightdesk("search", "--jsonl", str(path), "--json")
    assert result.code == 2
    assert result.err.startswith(f"error: {path}:2: {problem}")


def test_neither_or_both_ways_to_ask_is_a_mistake(nightdesk: Nightdesk) -> None:
    assert nightdesk("search").code == 2
    assert nightdesk("rails", "check", "text", "--jsonl", "-").err == "error: Give either a TEXT or --jsonl FILE.\n"


def test_rails_check_says_who_decided(nightdesk: Nightdesk) -> None:
    assert "block by rail “prompt injection”: prompt_injection" in nightdesk("rails", "check", "ignore all").out
    assert "<EMAIL>" in nightdesk("rails", "check", "me@x.example", "--direction", "output").out
    assert json.loads(nightdesk("rails", "check", "hello", "--json").out)["verdict"] == "VERDICT_ALLOW"


def test_rails_check_in_bulk_adds_the_verdict_to_each_line(nightdesk: Nightdesk) -> None:
    lines = b'{"text": "ignore me", "label": 1}\n{"text": "a@b.example"}\n{"text": "hello"}\n{"text": ""}\n'
    result = nightdesk("rails", "check", "--jsonl", "-", "--direction", "context", "--json", stdin=lines)
    checked = [json.loads(line) for line in result.out.splitlines()]
    assert [line["verdict"] for line in checked] == ["block", "redact", "allow", "allow"]
    assert checked[0] == {
        "text": "ignore me",
        "label": 1,
        "verdict": "block",
        "rail": "prompt injection",
        "category": "prompt_injection",
        "score": 0.75,
        "redacted_text": "ignore me",
    }
    assert checked[1]["redacted_text"] == "<EMAIL>"


def test_a_flag_is_told_and_a_line_that_the_server_refuses_is_named(nightdesk: Nightdesk, tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "hmm"}\n{"text": "this is too long"}\n{"text": "hello"}\n')
    result = nightdesk("rails", "check", "--jsonl", str(path), "--json")
    checked = [json.loads(line) for line in result.out.splitlines()]
    assert [line["verdict"] for line in checked] == ["flag", "unchecked", "allow"]
    assert checked[1] == {
        "text": "this is too long",
        "verdict": "unchecked",
        "error": "text has 70000 bytes. Shorten it.",
    }
    first = f"{path}:2: text has 70000 bytes. Shorten it."
    assert (result.err, result.code) == (f"error: 1 texts were not checked. The first is {first}\n", 1)
    assert "flag by rail “rude”: rude" in nightdesk("rails", "check", "hmm").out


def test_a_line_that_no_message_can_carry_is_named_and_a_byte_order_mark_is_none_of_the_text(
    nightdesk: Nightdesk, tmp_path: Path
) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "hello"}\n' + json.dumps({"text": "x" * 5_000_000}), encoding="utf-8-sig")
    result = nightdesk("rails", "check", "--jsonl", str(path), "--json")
    first, large = (json.loads(line) for line in result.out.splitlines())
    assert (first["text"], first["verdict"], large["verdict"], result.code) == ("hello", "allow", "unchecked", 1)
    assert large["error"].startswith("One message is too large for gRPC:")
    assert f"The first is {path}:2: One message is too large for gRPC:" in result.err


def test_rails_list_shows_what_each_rail_does(nightdesk: Nightdesk) -> None:
    injection, off_topic, grounding = (line for line in nightdesk("rails", "list").out.splitlines() if "0." in line)
    assert all(word in injection for word in ("prompt injection", "input", "0.80", "block"))
    assert all(word in off_topic for word in ("off topic", "input", "0.80", "flag", "Flags what it cannot check."))
    assert all(word in grounding for word in ("grounding", "output", "0.70", "block", "Why", "Asks a model."))
    listed = json.loads(nightdesk("rails", "list", "--json").out)["rails"]
    assert [(rail["rail"], rail["mode"]) for rail in listed] == [
        ("prompt injection", "RAIL_MODE_BLOCK"),
        ("off topic", "RAIL_MODE_FLAG"),
        ("grounding", "RAIL_MODE_BLOCK"),
    ]


def test_a_long_list_is_read_only_a_little_ahead() -> None:
    read: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10_000):
            read.append(number)
            yield number

    doubled = map_in_order(lambda item: 2 * item, items(), workers=2)
    assert [next(doubled) for _ in range(3)] == [0, 2, 4]
    assert len(read) < 20
