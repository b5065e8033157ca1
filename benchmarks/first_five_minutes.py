"""What a newcomer waits for, and what the embedded parts weigh and get right without a key.

    python -m benchmarks.first_five_minutes

Starts `nightdesk up` twice over one empty data directory and prints the seconds to the first answer of either start,
the resident memory of the processes after the sample's cases, and how those cases ended.
"""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.ports import free_ports

COMMAND = [sys.executable, "-m", "cli"]
PATIENCE = 180.0
DECLINED = ("FINISH_REASON_UNANSWERED", "FINISH_REASON_REFUSED")


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", end=", ")
    print(
        ", ".join(
            f"{name} {version(name)}" for name in ("nightdesk", "grpcio", "streamlit", "gradio", "nemoguardrails")
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "NIGHTDESK_DATA_DIR": folder,
            "NIGHTDESK_ADDRESS": f"127.0.0.1:{free_ports(4)}",
            "PYTHONUNBUFFERED": "1",
        }
        with running(environment, Path(folder) / "first.log") as (_, first):
            print(
                f"first start:  answered after {seconds(first, 'answered')} s, pages after {seconds(first, 'demo')} s"
            )
        with running(environment, Path(folder) / "second.log") as (process, second):
            print(
                f"second start: answered after {seconds(second, 'answered')} s, pages after {seconds(second, 'demo')} s"
            )
            report_cases(environment)
            report_memory(process)


@contextmanager
def running(environment: dict[str, str], log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`nightdesk up` once it has printed its addresses, with what it printed."""
    with log.open("wb") as output:
        process = subprocess.Popen([*COMMAND, "up"], env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        while "Ctrl-C" not in log.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"nightdesk up did not come up:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield process, log.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def seconds(printed: str, what: str) -> str:
    found = re.search(rf"{what}\b.*? ([0-9.]+) s after the start", printed)
    return found[1] if found else "?"


def report_cases(environment: dict[str, str]) -> None:
    """The sample's 150 cases by how they should end."""
    run = subprocess.run(
        [*COMMAND, "eval", "run", "larkbook", "--json"], env=environment, capture_output=True, text=True, check=True
    )
    results = [row for row in map(json.loads, run.stdout.splitlines()) if "case" in row]
    answerable = [row for row in results if row["case"]["expected_outcome"] == "answered"]
    others = [row for row in results if row["case"]["expected_outcome"] != "answered"]
    right = sum(score(row, "source_hit") == 1 for row in answerable)
    facts = sum(score(row, "fact_recall") == 1 for row in answerable)
    print(f"answerable:   {right} of {len(answerable)} answered with a right source, {facts} with all expected facts")
    for kind, count in sorted(Counter(row["case"]["kind"] for row in others).items()):
        declined = sum(row["finish_reason"] in DECLINED for row in others if row["case"]["kind"] == kind)
        print(f"{kind + ':':13} {declined} of {count} that must not be answered were declined")


def score(row: dict[str, list[dict[str, object]]], metric: str) -> object:
    return next((item.get("value") for item in row["scores"] if item["metric"] == metric), None)


def report_memory(process: subprocess.Popen[bytes]) -> None:
    """Resident memory of the three processes and of the parsers below the server, in MB."""
    sizes = Counter[str]()
    for child in psutil.Process(process.pid).children(recursive=True):
        line = " ".join(child.cmdline())
        name = next(
            (part for part in ("parse_worker", "workbench.reviewer", "streamlit", "server") if part in line), ""
        )
        sizes[name] += child.memory_info().rss // 1_000_000
    print("memory:       " + ", ".join(f"{name} {size} MB" for name, size in sizes.items()))


if __name__ == "__main__":
    main()
