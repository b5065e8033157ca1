"""What reading a source gives: a document, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document, ready to be sent. `kind` is doc, faq or ticket."""

    id: str
    media_type: str
    data: bytes
    title: str = ""
    uri: str = ""
    kind: str = "doc"
    labels: tuple[str, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that should have been a document and is not. `name` is a path, or file:line of a record."""

    name: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not meant to be a document."""

    name: str
    reason: str


Source = SourceDocument | Rejected | Skipped


def too_large(name: str, size: int, limit: int) -> Rejected:
    return Rejected(name, "TOO_LARGE", f"It holds {size:,} bytes; the server takes {limit:,}. Split it.")
