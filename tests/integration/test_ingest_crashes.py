"""The server is killed in the midst of an ingest: what it acknowledged is there afterwards, once and in its version."""

from __future__ import annotations

from pathlib import Path

from benchmarks.ingest_crashes import run
from tests.ports import free_ports


def test_nothing_acknowledged_is_lost_to_kill_9(tmp_path: Path) -> None:
    result = run(tmp_path, f"127.0.0.1:{free_ports(4)}", kills=4, documents=60, seed=7)

    assert result.violations == []
    assert (result.kills, result.checks) == (4, 5)
    assert result.acknowledged > 0
