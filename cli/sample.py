"""Where the sample knowledge base, its dataset and labelled messages lie."""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
SAMPLE = SAMPLES / "larkbook"
KNOWLEDGE = SAMPLE / "knowledge"
CASES = SAMPLE / "cases.jsonl"
LABELLED = SAMPLES / "rails" / "labelled.jsonl"
"""Messages to try rails on."""
