"""Many questions at once: JSON lines in, results out in the same order."""

from __future__ import annotations

import json
import sys
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from cli.errors import CliError

if TYPE_CHECKING:
    from nightdesk.v1.common_pb2 import Message

WORKERS = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Line:
    """One JSON object of a file. `place` is "file:line", for messages."""

    place: str
    fields: dict[str, object]

    def text(self, name: str) -> str:
        """A field that must be a string, which may be empty. Raises CliError naming the line."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise self.error(f'"{name}" must be a string')
        return value

    def words(self, name: str) -> str:
        """A field that must be a non-empty string. Raises CliError naming the line."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'"{name}" must be a non-empty string')
        return value

    def error(self, problem: str) -> CliError:
        return CliError(f"{self.place}: {problem}.", fix="Correct that line and run the command again.", exit_code=2)


def read_lines(path: Path) -> Iterator[Line]:
    """The objects of a JSON Lines file ("-" is standard input); blank lines are passed over.

    Raises CliError naming file and line of the first that is not a JSON object in UTF-8.
    """
    with _opened(path) as file:
        for number, raw in enumerate(file, start=1):
            line = raw.removeprefix(BOM_UTF8) if number == 1 else raw
            if line.strip():
                yield _parse(f"{path}:{number}", line)


def history_of(line: Line) -> list[Message]:
    """The line's `history`: strings are earlier messages of the customer, objects are {"role","text"}."""
    entries = line.fields.get("history") or []
    if not isinstance(entries, list):
        raise line.error('"history" must be a list')
    return [_message(line, entry) for entry in entries]


def map_in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int = WORKERS) -> Iterator[Result]:
    """`function` of each item, in the order of the items, `workers` at a time; reads only a little ahead."""
    with ThreadPoolExecutor(workers) as pool:
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) >= 4 * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}.", exit_code=2) from None
    with file:
        yield file


def _parse(place: str, raw: bytes) -> Line:
    try:
        fields = json.loads(raw.decode("utf-8"))
        json.dumps(fields, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise Line(place, {}).error("the line is not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise Line(place, {}).error(f"the line is not JSON ({error.msg} at character {error.pos + 1})") from None
    if not isinstance(fields, dict):
        raise Line(place, {}).error("the line is not a JSON object")
    return Line(place, fields)


def _message(line: Line, entry: object) -> Message:
    from nightdesk.v1 import common_pb2

    if isinstance(entry, str):
        return common_pb2.Message(role=common_pb2.MESSAGE_ROLE_USER, text=entry)
    roles = {"user": common_pb2.MESSAGE_ROLE_USER, "assistant": common_pb2.MESSAGE_ROLE_ASSISTANT}
    if isinstance(entry, dict) and entry.get("role") in roles and isinstance(entry.get("text"), str):
        return common_pb2.Message(role=roles[str(entry["role"])], text=str(entry["text"]))
    raise line.error('an entry of "history" must be a string or {"role": "user"|"assistant", "text": …}')
