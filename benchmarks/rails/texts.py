"""Texts as customers and answers write them: the sample's, and the public sets where these are present."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path

from benchmarks.mtrag import shared_data

ROOT = Path(__file__).parents[2]
DATA = shared_data()
SAMPLE = ROOT / "samples" / "larkbook"
BANKING77 = DATA / "safety" / "benign_banking77_train.jsonl"
CHUNK_CHARACTERS = 1500
ANSWER_TOKENS = 50

_TOKEN = re.compile(r"\S+\s*")


def questions(count: int) -> tuple[list[str], str]:
    """Customers' questions, and where they are from: banking77, or the sample's cases, repeated."""
    if BANKING77.is_file():
        return _texts(BANKING77, "text")[:count], "banking77"
    asked = _texts(SAMPLE / "cases.jsonl", "question")
    return (asked * (count // len(asked) + 1))[:count], f"the sample's {len(asked)} questions ({BANKING77} is absent)"


def chunks() -> list[str]:
    """Pieces of the sample's documents, about as long as those that retrieval brings."""
    pages = (path.read_text(encoding="utf-8") for path in sorted((SAMPLE / "knowledge" / "docs").rglob("*.md")))
    return [page[start : start + CHUNK_CHARACTERS] for page in pages for start in range(0, len(page), CHUNK_CHARACTERS)]


def answers() -> list[str]:
    """Fifty words of prose from each chunk."""
    prose = (" ".join(line for line in chunk.splitlines() if line and line[0].isalpha()) for chunk in chunks())
    tokens = (_TOKEN.findall(text)[:ANSWER_TOKENS] for text in prose)
    return ["".join(words) for words in tokens if len(words) == ANSWER_TOKENS]


async def stream(answer: str) -> AsyncGenerator[str, None]:
    """The answer word by word, as fast as it is taken."""
    for token in _TOKEN.findall(answer):
        yield token


def _texts(path: Path, field: str) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return [str(row[field]) for line in lines if (row := json.loads(line)).get(field)]
