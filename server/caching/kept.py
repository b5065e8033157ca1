"""A kept answer as a document of the vector store: one question, its turn and its passages."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass
from typing import Self

from server.domain import Chunk, Document, DocumentKind

_DIGITS = 16
"""Of the microseconds in an id, so that ids sort by age until the year 2286."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`kept_at` is in seconds since 1970; `citations` are the chunks that were retrieved, best first."""

    question: str
    turn_id: str
    citations: tuple[str, ...]
    kept_at: float

    def document(self, labels: tuple[str, ...]) -> tuple[Document, Chunk]:
        """What to store. No words are indexed: it is found by its vector."""
        document_id = f"{int(self.kept_at * 1e6):0{_DIGITS}d}-{uuid.uuid4().hex[:8]}"
        text = json.dumps(asdict(self))
        digest = hashlib.sha256(text.encode()).hexdigest()
        document = Document(
            document_id, "", f"turn:{self.turn_id}", DocumentKind.FAQ, labels, "application/json", digest
        )
        return document, Chunk(document_id, document_id, 0, (), text, "", 0)

    @classmethod
    def of(cls, text: str) -> Self:
        """Back from a chunk's text."""
        fields = json.loads(text)
        return cls(fields["question"], fields["turn_id"], tuple(fields["citations"]), fields["kept_at"])


def kept_at(document_id: str) -> float:
    """When the document of this id was kept, in seconds since 1970."""
    return int(document_id[:_DIGITS]) / 1e6
