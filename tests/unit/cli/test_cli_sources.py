"""What is read from files and folders."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cli.source_documents import Rejected, Skipped, Source, SourceDocument
from cli.sources import read_sources

LIMIT = 1000


def read(*paths: Path) -> list[Source]:
    return list(read_sources(paths, LIMIT))


def documents(*paths: Path) -> dict[str, SourceDocument]:
    return {source.id: source for source in read(*paths) if isinstance(source, SourceDocument)}


def rejected(*paths: Path) -> list[tuple[str, str]]:
    return [(source.name, source.reason) for source in read(*paths) if isinstance(source, Rejected)]


def test_a_folder_gives_documents_named_by_their_path_below_it(tmp_path: Path) -> None:
    (tmp_path / "kb" / "billing").mkdir(parents=True)
    (tmp_path / "kb" / "billing" / "refunds.md").write_text("# Refunds")
    (tmp_path / "kb" / "Start.HTML").write_text("<p>hi</p>")
    found = documents(tmp_path / "kb")
    assert list(found) == ["Start.HTML", "billing/refunds.md"]
    assert found["billing/refunds.md"].media_type == "text/markdown"
    assert found["billing/refunds.md"].data == b"# Refunds"
    assert found["Start.HTML"].media_type == "text/html"


def test_a_single_file_is_named_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "guide.pdf").write_bytes(b"%PDF-")
    assert list(documents(tmp_path / "guide.pdf")) == ["guide.pdf"]


def test_hidden_files_and_unknown_suffixes_are_skipped_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "notes.md").write_text("x")
    (tmp_path / ".draft.md").write_text("x")
    (tmp_path / "photo.png").write_bytes(b"x")
    (tmp_path / "LICENSE").write_text("x")
    skipped = {Path(source.name).name: source.reason for source in read(tmp_path) if isinstance(source, Skipped)}
    assert skipped == {
        ".git": "hidden",
        ".draft.md": "hidden",
        "photo.png": "unknown suffix .png",
        "LICENSE": "unknown suffix (none)",
    }


def test_what_is_named_but_cannot_be_a_document_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"x")
    assert rejected(tmp_path / "photo.png", tmp_path / "absent.md") == [
        (str(tmp_path / "photo.png"), "UNSUPPORTED_MEDIA_TYPE"),
        (str(tmp_path / "absent.md"), "NOT_FOUND"),
    ]


def test_links_in_a_circle_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "a.md").write_text("x")
    (tmp_path / "kb" / "again").symlink_to(tmp_path / "kb")
    assert list(documents(tmp_path / "kb")) == ["a.md"]


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.txt").write_text("x")
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "linked").symlink_to(tmp_path / "elsewhere")
    assert list(documents(tmp_path / "kb")) == ["linked/b.txt"]


def test_empty_oversized_and_dangling_files_are_named_and_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "a-empty.md").touch()
    (tmp_path / "b-large.txt").write_bytes(b"x" * (LIMIT + 1))
    (tmp_path / "c-dangling.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "d-good.md").write_text("x")
    assert rejected(tmp_path) == [
        ("a-empty.md", "EMPTY"),
        ("b-large.txt", "TOO_LARGE"),
        ("c-dangling.md", "UNREADABLE"),
    ]
    assert list(documents(tmp_path)) == ["d-good.md"]


def test_csv_rows_become_faqs(tmp_path: Path) -> None:
    path = tmp_path / "faqs.csv"
    path.write_text(
        "ID,Question,ANSWER,labels,updated_at\n"
        'f1,"Refunds, how?","Within 30 days.\nAsk us.",billing; plans,2026-02-02\n'
        ",No id?,Then it is made.,,\n",
        encoding="utf-8-sig",
    )
    first, second = documents(path).values()
    assert (first.id, first.kind, first.media_type) == ("f1", "faq", "application/json")
    assert json.loads(first.data) == {"question": "Refunds, how?", "answer": "Within 30 days.\nAsk us."}
    assert first.labels == ("billing", "plans")
    assert first.updated_at is not None
    assert first.updated_at.isoformat() == "2026-02-02T00:00:00+00:00"
    assert second.id == "faqs.csv#cb635859"


def test_the_made_id_of_a_row_depends_on_its_question_alone(tmp_path: Path) -> None:
    path = tmp_path / "faqs.csv"
    path.write_text("question,answer\nHow?,So.\n")
    before = list(documents(path))
    path.write_text("question,answer\nWhy?,Because.\nHow?,Otherwise.\n")
    assert before[0] in documents(path)


def test_bad_rows_are_named_by_line_and_stop_nothing(tmp_path: Path) -> None:
    path = tmp_path / "faqs.csv"
    path.write_bytes(b'question,answer,updated_at\n,no question,\n"a\nb",good,\nx,\xff\xfe,\ny,z,soon\nlast,good,\n')
    assert rejected(path) == [(f"{path}:2", "EMPTY"), (f"{path}:5", "NOT_UTF8"), (f"{path}:6", "BROKEN")]
    assert [document.title for document in documents(path).values()] == ["a\nb", "last"]


def test_a_csv_without_the_columns_says_which_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "faqs.csv"
    path.write_text("frage,antwort\nx,y\n")
    (only,) = read(path)
    assert isinstance(only, Rejected)
    assert "no column answer and no question" in only.detail


def test_jsonl_lines_become_documents_and_tickets(tmp_path: Path) -> None:
    lines = [
        {"id": "d1", "title": "T", "text": "Hello", "uri": "https://x.example/d1", "kind": "doc", "labels": ["a"]},
        {
            "id": "T-1",
            "title": "Help",
            "messages": [{"role": "customer", "text": "hi"}],
            "created_at": "2025-01-01T10:00:00Z",
        },
    ]
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n\n".join(json.dumps(line) for line in lines))
    document, ticket = documents(path).values()
    assert (document.kind, document.media_type, document.data, document.uri) == (
        "doc",
        "text/markdown",
        b"Hello",
        "https://x.example/d1",
    )
    assert (ticket.kind, ticket.media_type) == ("ticket", "application/json")
    assert json.loads(ticket.data) == {"title": "Help", "messages": [{"role": "customer", "text": "hi"}]}
    assert ticket.updated_at is not None
    assert ticket.updated_at.year == 2025


def test_bad_lines_are_named_and_stop_nothing(tmp_path: Path) -> None:
    path = tmp_path / "documents.jsonl"
    bad = [
        b"{not json",
        b'["a list"]',
        b'{"id": "a", "text": "\xff"}',
        b'{"text": "no id"}',
        b'{"id": "b", "text": "  "}',
        b'{"id": "c", "text": "x", "kind": "poem"}',
        b'{"id": "d", "text": "x", "labels": "no list"}',
        b'{"id": "e", "messages": [{"role": "customer"}]}',
        b'{"id": "f", "text": "' + b"x" * 3 * LIMIT + b'"}',
        b'{"id": "g", "text": "\\ud800"}',
    ]
    path.write_bytes(b"\n".join([*bad, b'{"id": "good", "text": "x"}']))
    reasons = ["BROKEN", "BROKEN", "NOT_UTF8", "BROKEN", "EMPTY", "BROKEN", "BROKEN", "BROKEN", "TOO_LARGE", "NOT_UTF8"]
    assert rejected(path) == [(f"{path}:{number}", reason) for number, reason in enumerate(reasons, start=1)]
    assert list(documents(path)) == ["good"]


def test_a_file_name_that_is_not_utf8_is_rejected(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("x")
    ((_, reason),) = rejected(tmp_path)
    assert reason == "NOT_UTF8"
