"""Files that hold one document a row (CSV) or a line (JSON Lines). A bad record spoils no other."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cli.source_documents import Rejected, SourceDocument, too_large

JSON_TYPE = "application/json"
TEXT_TYPES = ("text/markdown", "text/plain")
KINDS = ("doc", "faq", "ticket")


class _BadRecord(Exception):
    """Why one row or line is no document."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def read_csv(path: Path, file_id: str, max_bytes: int) -> Iterator[SourceDocument | Rejected]:
    """One FAQ a row, from the columns question and answer; id, labels (separated by ";") and updated_at may stand by.

    Without an id it is the file's name with eight hex digits of the question's SHA-256. Raises OSError.
    """
    csv.field_size_limit(max_bytes)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file)
        columns = [name.strip().lower() for name in next(reader, [])]
        missing = {"question", "answer"} - set(columns)
        if missing:
            yield Rejected(str(path), "BROKEN", f"Its first line names no column {' and no '.join(sorted(missing))}.")
            return
        while True:
            place = f"{path}:{reader.line_num + 1}"
            try:
                row = next(reader)
                if any(cell.strip() for cell in row):
                    yield _faq(dict(zip(columns, row, strict=False)), file_id)
            except StopIteration:
                return
            except csv.Error as error:
                yield Rejected(place, "BROKEN", f"Not a CSV row: {error}.")
            except _BadRecord as error:
                yield Rejected(place, error.reason, error.detail)


def read_jsonl(path: Path, max_bytes: int) -> Iterator[SourceDocument | Rejected]:
    """One document or ticket a line; blank lines are passed over. Raises OSError."""
    with path.open("rb") as file:
        for number, line in enumerate(_bounded_lines(file, max_bytes), start=1):
            place = f"{path}:{number}"
            if isinstance(line, int):
                yield too_large(place, line, max_bytes)
            elif line.strip():
                try:
                    yield _document(_json_object(line))
                except _BadRecord as error:
                    yield Rejected(place, error.reason, error.detail)


def _bounded_lines(file: IO[bytes], limit: int) -> Iterator[bytes | int]:
    """The lines of a file; the length in bytes in place of a line that is longer than `limit`."""
    while line := file.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        length = len(line)
        while (rest := file.readline(limit + 1)) and not rest.endswith(b"\n"):
            length += len(rest)
        yield length + len(rest)


def _json_object(line: bytes) -> dict[str, object]:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
        json.dumps(fields, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise _BadRecord("NOT_UTF8", "The line is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _BadRecord("BROKEN", f"Not JSON: {error.msg} at character {error.pos + 1}.") from None
    if not isinstance(fields, dict):
        raise _BadRecord("BROKEN", "Not a JSON object.")
    return fields


def _faq(row: Mapping[str, str], file_id: str) -> SourceDocument:
    try:
        "".join(row.values()).encode("utf-8")
    except UnicodeEncodeError:
        raise _BadRecord("NOT_UTF8", "The row is not UTF-8.") from None
    question, answer = row.get("question", "").strip(), row.get("answer", "").strip()
    if not question or not answer:
        raise _BadRecord("EMPTY", f"The {'answer' if question else 'question'} is empty.")
    digest = hashlib.sha256(question.encode()).hexdigest()
    return SourceDocument(
        id=row.get("id", "").strip() or f"{file_id}#{digest[:8]}",
        media_type=JSON_TYPE,
        data=_json_bytes({"question": question, "answer": answer}),
        title=question,
        uri=row.get("uri", "").strip(),
        kind="faq",
        labels=tuple(label.strip() for label in row.get("labels", "").split(";") if label.strip()),
        updated_at=_moment(row.get("updated_at", "").strip()),
    )


def _document(fields: Mapping[str, object]) -> SourceDocument:
    """A ticket where there are messages, else a text."""
    is_ticket = "messages" in fields
    kind = "ticket" if is_ticket else _text(fields, "kind") or "doc"
    if kind not in KINDS:
        raise _BadRecord("BROKEN", f'"kind" must be one of {", ".join(KINDS)}.')
    document_id = _text(fields, "id")
    if not document_id:
        raise _BadRecord("BROKEN", '"id" is missing.')
    media_type, data = (JSON_TYPE, _ticket(fields)) if is_ticket else _plain_text(fields)
    return SourceDocument(
        id=document_id,
        media_type=media_type,
        data=data,
        title=_text(fields, "title"),
        uri=_text(fields, "uri"),
        kind=kind,
        labels=_labels(fields),
        updated_at=_moment(_text(fields, "updated_at") or _text(fields, "created_at")),
    )


def _plain_text(fields: Mapping[str, object]) -> tuple[str, bytes]:
    text, media_type = _text(fields, "text"), _text(fields, "media_type") or TEXT_TYPES[0]
    if not text.strip():
        raise _BadRecord("EMPTY", '"text" is missing or empty.')
    if media_type not in TEXT_TYPES:
        raise _BadRecord("UNSUPPORTED_MEDIA_TYPE", f'"media_type" must be one of {", ".join(TEXT_TYPES)}.')
    return media_type, text.encode()


def _ticket(fields: Mapping[str, object]) -> bytes:
    messages = fields["messages"]
    if not isinstance(messages, list) or not messages:
        raise _BadRecord("EMPTY", '"messages" must be a list of at least one message.')
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise _BadRecord("BROKEN", 'Each of "messages" must be {"role": …, "text": …}.')
        if not isinstance(message.get("text"), str):
            raise _BadRecord("BROKEN", 'The "text" of a message must be a string.')
    return _json_bytes({"title": _text(fields, "title"), "messages": messages})


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _BadRecord("BROKEN", f'"{name}" must be a string.')
    return value


def _labels(fields: Mapping[str, object]) -> tuple[str, ...]:
    labels = fields.get("labels") or []
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise _BadRecord("BROKEN", '"labels" must be a list of strings.')
    return tuple(labels)


def _moment(text: str) -> datetime | None:
    """ISO 8601; UTC where it names no zone."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _BadRecord("BROKEN", f"{text!r} is not a date like 2026-03-31 or 2026-03-31T12:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json_bytes(value: object) -> bytes:
    """Canonical, so that the same record always has the same hash."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
