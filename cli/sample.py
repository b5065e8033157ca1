"""Where the sample knowledge base and its dataset lie."""

from __future__ import annotations

from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "larkbook"
KNOWLEDGE = SAMPLE / "knowledge"
CASES = SAMPLE / "cases.jsonl"
