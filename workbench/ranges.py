"""The ranges of time that pages over the ledger offer."""

from __future__ import annotations

from datetime import timedelta

RANGES = {
    "1 h": (timedelta(hours=1), timedelta(minutes=2)),
    "24 h": (timedelta(hours=24), timedelta(minutes=30)),
    "7 days": (timedelta(days=7), timedelta(hours=6)),
    "30 days": (timedelta(days=30), timedelta(days=1)),
    "1 year": (timedelta(days=365), timedelta(days=7)),
}
"""How far back, and the width of a bar."""
