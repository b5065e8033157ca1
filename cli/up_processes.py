"""The child processes of `nightdesk up`: started, watched, stopped."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.errors import CliError

STOP_SECONDS = 10.0
LOG_LINES = 15


@dataclass(slots=True)
class Child:
    """One process; what it prints goes to `log`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_lines(self) -> str:
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 8192))
            lines = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join(lines[-LOG_LINES:])


@dataclass(slots=True)
class Children:
    """All of them, in the order in which they were started. Leaving the block stops them, last one first."""

    log_dir: Path
    _children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Each has a session of its own: Ctrl-C reaches only us, and we stop them in order."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        log = self.log_dir / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._children.append(Child(name, process, log))

    def check(self) -> None:
        """Raises CliError with the last lines of its log where a child has ended."""
        for child in self._children:
            code = child.process.poll()
            if code is not None:
                raise CliError(f"{child.name} ended with code {code}; the end of {child.log}:\n{child.last_lines()}")

    def stop(self) -> None:
        """Ask each to end and wait; kill what does not."""
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children):
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._children.clear()
