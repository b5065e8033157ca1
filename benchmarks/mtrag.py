"""mtRAG (IBM, Apache-2.0): its Cloud passages and multi-turn questions, and the measures it is reported with."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.domain import Chunk, Document, DocumentKind, Message, MessageRole

DEPTH = 5

Measures = NDArray[np.float64]
"""Shape (questions, 2): Recall@5 and nDCG@5, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Passage:
    id: str
    title: str
    text: str

    @property
    def search_text(self) -> str:
        return f"{self.title}\n{self.text}".strip()


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation's last user turn. `history` are the user's turns before it, oldest first."""

    text: str
    history: tuple[str, ...]
    relevant: frozenset[str]

    @property
    def messages(self) -> list[Message]:
        return [Message(MessageRole.USER, turn) for turn in self.history]


def shared_data() -> Path:
    """Where the public sets lie: NIGHTDESK_SHARED_DATA, else ../shared/data beside the repository."""
    return Path(os.environ.get("NIGHTDESK_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")


def read_mtrag(folder: Path) -> tuple[list[Passage], list[Question]]:
    """The passages and questions of one domain. Raises FileNotFoundError."""
    passages = [Passage(row["id"], row["title"], row["text"]) for row in _rows(folder / "corpus.jsonl")]
    questions = [
        Question(row["question"], tuple(row["history"]), frozenset(row["relevant"]))
        for row in _rows(folder / "queries.jsonl")
    ]
    return passages, questions


def as_document(passage: Passage) -> tuple[Document, list[Chunk]]:
    """A passage as a document of one chunk: mtRAG judges passages as they were cut, not documents."""
    document = Document(passage.id, passage.title, "", DocumentKind.DOC, (), "text/plain", "")
    return document, [Chunk(passage.id, passage.id, 0, (), passage.text, passage.search_text, 0)]


def measure(ranked: list[str], relevant: frozenset[str]) -> tuple[float, float]:
    """Recall@5 and nDCG@5 of one question, with binary relevance.

    Relevant passages that the corpus lacks count as missed, as they do in published figures.
    """
    gains = [1.0 if passage in relevant else 0.0 for passage in ranked[:DEPTH]]
    ideal = sum(1.0 / log2(place + 2) for place in range(min(DEPTH, len(relevant))))
    return sum(gains) / len(relevant), sum(gain / log2(place + 2) for place, gain in enumerate(gains)) / ideal


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
