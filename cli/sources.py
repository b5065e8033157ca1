"""Reads documents from files and folders, one at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cli.source_documents import Rejected, Skipped, Source, SourceDocument, too_large
from cli.source_records import read_csv, read_jsonl

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".docx": DOCX,
}
SUFFIXES = (*MEDIA_TYPES, ".csv", ".jsonl")


def read_sources(paths: Sequence[Path], max_bytes: int) -> Iterator[Source]:
    """The documents of files and folders, in the order of the paths, each folder sorted by name.

    A document's id is its path below the given folder, with forward slashes, or the file's name; records of CSV and
    JSONL files bring their own. `max_bytes` is the most that one document may hold. At most one document is in memory.
    """
    for path in paths:
        if path.is_dir():
            yield from _read_folder(path, max_bytes)
        elif not path.exists():
            yield Rejected(str(path), "NOT_FOUND", "There is no such file or folder.")
        elif path.suffix.lower() in SUFFIXES:
            yield from _read_file(path, path.name, max_bytes)
        else:
            yield Rejected(str(path), "UNSUPPORTED_MEDIA_TYPE", f"The suffix must be one of {', '.join(SUFFIXES)}.")


def _read_folder(folder: Path, max_bytes: int) -> Iterator[Source]:
    """Follows symbolic links, but enters no folder twice."""
    errors: list[Rejected] = []

    def unreadable(error: OSError) -> None:
        errors.append(Rejected(str(error.filename), "UNREADABLE", f"{error.strerror}."))

    entered: set[tuple[int, int]] = set()
    for parent, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        identity = _identity(Path(parent))
        if identity in entered:
            folders.clear()
            yield Skipped(parent, "a link to a folder that was already read")
            continue
        entered.add(identity)
        yield from (Skipped(str(Path(parent, name)), "hidden") for name in folders if name.startswith("."))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            yield from _read_member(path, path.relative_to(folder).as_posix(), max_bytes)
    yield from errors


def _read_member(path: Path, document_id: str, max_bytes: int) -> Iterator[Source]:
    suffix = path.suffix.lower()
    if path.name.startswith("."):
        yield Skipped(str(path), "hidden")
    elif suffix not in SUFFIXES:
        yield Skipped(str(path), f"unknown suffix {suffix or '(none)'}")
    else:
        yield from _read_file(path, document_id, max_bytes)


def _read_file(path: Path, document_id: str, max_bytes: int) -> Iterator[Source]:
    try:
        document_id.encode("utf-8")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            yield Skipped(str(path), "not a regular file")
        elif path.suffix.lower() == ".csv":
            yield from read_csv(path, document_id, max_bytes)
        elif path.suffix.lower() == ".jsonl":
            yield from read_jsonl(path, max_bytes)
        elif status.st_size > max_bytes:
            yield too_large(document_id, status.st_size, max_bytes)
        elif status.st_size == 0:
            yield Rejected(document_id, "EMPTY", "The file holds nothing.")
        else:
            yield _whole_file(path, document_id, status.st_mtime)
    except OSError as error:
        yield Rejected(document_id, "UNREADABLE", f"{error.strerror}.")
    except UnicodeEncodeError:
        yield Rejected(ascii(document_id), "NOT_UTF8", "The file's name is not UTF-8. Rename it.")


def _whole_file(path: Path, document_id: str, modified: float) -> SourceDocument:
    return SourceDocument(
        id=document_id,
        media_type=MEDIA_TYPES[path.suffix.lower()],
        data=path.read_bytes(),
        updated_at=datetime.fromtimestamp(modified, UTC),
    )


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
