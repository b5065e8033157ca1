"""A process that tries a folder's own rails on hostile texts: `python -m server.rails.trial_worker FOLDER`.

For each rail it prints a line of JSON with its name and its file before it begins ("kind" is the text that comes next),
and one with "seconds" for each text over which it took too long. So who reads knows, if the process dies of its limit
of CPU time, by which rail it did. Rails are called outside of any event loop: what wants to wait ends there, and asks
nobody.
"""

from __future__ import annotations

import inspect
import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from time import process_time
from types import FrameType
from typing import Any

from server.domain import CallerSignals
from server.ports import CONFIGURED
from server.rails.calls import RailCall
from server.rails.configured import configured_rails
from server.rails.nemo import NemoRuntime
from server.rails.rail import Unit
from server.rails.sentences import LONGEST_SENTENCE
from server.rails.stress_texts import CHARACTERS, long_runs, pumped

TOO_LONG_SECONDS = 0.25
"""Of CPU, for one text. A packaged rail takes a few hundredths."""
MOST_SECONDS = 60
"""Of CPU, for the whole process."""


class TookTooLong(BaseException):
    """No Exception, so that a rail that catches those is ended as well."""


def try_rails(folder: Path, files: frozenset[str]) -> Iterator[Mapping[str, Any]]:
    """What `main` prints, of the rails that ask no model and are written in `files` (their names)."""
    runtime = NemoRuntime.load(folder)
    yield from _masking(runtime, files)
    rails = [rail for of_direction in configured_rails(runtime, folder).values() for rail in of_direction]
    for rail in rails:
        file = Path(inspect.unwrap(runtime.action(rail.action)).__code__.co_filename)
        if rail.info.judged or file.name not in files:
            continue
        call = RailCall(rail, runtime, lambda text: text)
        most = LONGEST_SENTENCE if rail.unit is Unit.SENTENCE else CHARACTERS
        yield from _tried(rail.info.name, file, partial(_begin, runtime, call), most)


def _masking(runtime: NemoRuntime, files: frozenset[str]) -> Iterator[Mapping[str, Any]]:
    """The functions by which texts are masked."""
    for name in ("find_private_spans", "private_span_may_grow"):
        function = runtime.action(name)
        file = Path(inspect.unwrap(function).__code__.co_filename)
        if file.name in files:
            yield from _tried(name, file, function, CHARACTERS)


def _tried(name: str, file: Path, check: Callable[[str], object], characters: int) -> Iterator[Mapping[str, Any]]:
    for kind, text in (*long_runs(characters), *pumped(file.read_text(encoding="utf-8"), characters)):
        about = {"rail": name, "file": file.name, "kind": kind}
        yield about
        seconds = _seconds(check, text)
        if seconds > TOO_LONG_SECONDS:
            yield {**about, "seconds": round(seconds, 2)}
            return  # One is enough to mend it by.


def _begin(runtime: NemoRuntime, call: RailCall, text: str) -> None:
    with closing(call.start(_variables(runtime, text))) as running:
        running.send(None)


def _seconds(check: Callable[[str], object], text: str) -> float:
    """CPU seconds until the check ends, waits, fails or is ended. Raises nothing of it."""
    start = process_time()
    signal.setitimer(signal.ITIMER_PROF, 2 * TOO_LONG_SECONDS, TOO_LONG_SECONDS)
    try:
        # StopIteration is a rail's end, and what it fails of is for its own tests.
        with suppress(Exception, TookTooLong):
            check(text)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return process_time() - start


def _variables(runtime: NemoRuntime, text: str) -> dict[str, Any]:
    of_nemo = {"user_message": text, "bot_message": text, "relevant_chunks": text, "earlier_user_messages": [text]}
    return {
        "text": text,
        "earlier": (text,),
        "sources": (text,),
        "public": (text,),
        "judge": CONFIGURED.judge,
        "caller": CallerSignals(questions=1, alike=0.0, window_seconds=60, distinct=1),
        "config": runtime.config,
        "context": of_nemo,
        **of_nemo,
    }


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong


def main() -> None:
    folder, *files = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    signal.signal(signal.SIGPROF, _end)
    for line in try_rails(Path(folder), frozenset(files)):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
