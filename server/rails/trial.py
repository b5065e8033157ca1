"""Whether a team's own rails compute for ever over hostile texts, tried in a process of its own beside the start.

The rails that come with the package are not tried: tests/unit/rails/test_linear_time.py does that once for all.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import structlog

from server.domain import ComponentState, ComponentStatus

FIX = (
    "Bound each repetition of its expressions, as {0,80} in place of *, and repeat nothing that repeats. "
    "Until then the server ends it over such a text, which has not been checked."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SlowRail:
    """A rail that took too long over one kind of text. `seconds`: None where it could not even be ended."""

    rail: str
    file: str
    kind: str
    seconds: float | None

    def __str__(self) -> str:
        took = "could not be ended" if self.seconds is None else f"took {self.seconds:.2f} s of CPU or more"
        return f"rail {self.rail!r} (actions/{self.file}) {took} over {self.kind}"


@dataclass(slots=True)
class RailTrial:
    """What is known so far. `files`: the names of the actions' files that are the team's own."""

    folder: Path
    files: tuple[str, ...]
    slow: tuple[SlowRail, ...] = ()
    ended: bool = False
    failed: bool = False
    _stopping: bool = field(default=False, repr=False)
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, folder: Path) -> RailTrial:
        """The trial of a configuration folder; nothing is tried yet."""
        return cls(folder, tuple(_own_files(folder)))

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Try the rails, where there are any, while what is within goes on."""
        task = asyncio.create_task(asyncio.to_thread(self.run)) if self.files else None
        try:
            yield
        finally:
            self._stopping = True
            if self._process is not None:
                self._process.kill()
            if task is not None:
                await task

    def run(self) -> None:
        """Try them, and tell of those that are slow in the log; waits for the end, some seconds.

        Started by `subprocess`, which forks without gRPC's handlers (see server.knowledge.parser_process). The rails
        are the server's own code: they get its environment.
        """
        command = [sys.executable, "-P", "-m", "server.rails.trial_worker", str(self.folder), *self.files]
        with subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as self._process:
            if self._stopping:  # It was asked to while the process began.
                self._process.kill()
            said, _ = self._process.communicate()
        if self._stopping:
            return
        died = self._process.returncode != 0
        lines = [json.loads(line) for line in said.splitlines()]
        self.slow = tuple(_slow(lines, died=died))
        self.failed, self.ended = died and not self.slow, True
        if self.failed:
            log.warning("rails_not_tried", files=self.files, exit_status=self._process.returncode)
        for each in self.slow:
            log.error("rail_slow", rail=each.rail, file=each.file, text=each.kind, seconds=each.seconds, fix=FIX)

    def worsen(self, status: ComponentStatus) -> ComponentStatus:
        """The rails' status, with what the trial has found."""
        if not self.files or status.state is ComponentState.FAILED:
            return status
        if self.slow:
            detail = "; ".join((status.detail, *map(str, self.slow)))
            return ComponentStatus(status.component, status.adapter, ComponentState.DEGRADED, detail, FIX)
        said = "could not be tried" if self.failed else "tried" if self.ended else "being tried"
        detail = f"{status.detail}; {len(self.files)} own files {said}"
        return ComponentStatus(status.component, status.adapter, status.state, detail, status.fix)


def _own_files(folder: Path) -> Iterable[str]:
    """The files of actions/ that are not, byte for byte, those of the package."""
    spec = find_spec("guardrails_config")
    packaged = Path(next(iter(spec.submodule_search_locations or ()))) if spec is not None else folder
    for file in sorted((folder / "actions").rglob("*.py")):
        original = packaged / file.relative_to(folder)
        if not original.is_file() or original.read_bytes() != file.read_bytes():
            yield file.name


def _slow(lines: list[dict[str, Any]], *, died: bool) -> Iterable[SlowRail]:
    for line in lines:
        if "seconds" in line:
            yield SlowRail(line["rail"], line["file"], line["kind"], line["seconds"])
    if died and lines and "seconds" not in lines[-1]:
        yield SlowRail(lines[-1]["rail"], lines[-1]["file"], lines[-1]["kind"], None)
