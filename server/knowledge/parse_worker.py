"""The process that parses documents and cuts them, so that a hostile or broken one harms nothing else.

Run as `python -m server.knowledge.parse_worker CPU_SECONDS MEMORY_BYTES`. It reads frames on stdin and answers each
with one on stdout: see `pack`. A request is of one of these:

- {"media_type", "kind"} and a document's bytes as the body: answered with {"title", "hidden", "rows"}, a row a section;
- the same with {"titles", "scale"}: cut as well, a row a passage. The title is the first of `titles` that is not empty,
  the document's own standing in for null;
- {"sections", "titles", "scale"}: sections from an earlier answer, cut.

An answer has several frames where "more" says so, each with some of the rows. A document that cannot be read is
answered with {"reason", "message", "fix"}. "worn" says that the process has grown and should not be used again.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from server.domain import DocumentKind, Section
from server.errors import UnreadableDocument
from server.knowledge.chunk import cut
from server.knowledge.estimate import TokenEstimate
from server.knowledge.load import load
from server.knowledge.parsed import ParsedDocument

OUT_OF_MEMORY = 77
"""The exit status after a document that wanted more memory than allowed."""

LENGTHS = struct.Struct("!II")
"""How a frame begins: the lengths of its JSON header and of its body, both behind it."""

WORN_SHARE = 0.5
"""Of the memory allowed: a process that held more than this is replaced, so that the next document has enough."""

ROWS_AT_ONCE = 256
"""In one frame of an answer: the server decodes each in a few milliseconds, between which it can do other things."""

Header = dict[str, Any]


def pack(header: Header, body: bytes = b"") -> bytes:
    """A frame but for its body, which the caller sends behind it."""
    encoded = json.dumps(header, separators=(",", ":")).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded


def read_frame(stream: IO[bytes]) -> tuple[Header, bytes] | None:
    """A frame's header and body; None where the stream has ended."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    header_length, body_length = LENGTHS.unpack(lengths)
    header, body = stream.read(header_length), stream.read(body_length)
    if len(header) < header_length or len(body) < body_length:
        return None
    return json.loads(header), body


def _limit_cpu(seconds: int) -> None:
    """Allow the next document this much CPU time; the kernel ends the process after that."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds + 1, hard))


def _answers(request: Header, body: bytes) -> Iterator[Header]:
    try:
        if "sections" in request:
            parsed = ParsedDocument("", tuple(Section(tuple(path), text) for path, text in request["sections"]))
        else:
            parsed = load(body, request["media_type"], DocumentKind(request["kind"]))
    except UnreadableDocument as error:
        yield {"reason": error.reason, "message": error.message, "fix": error.fix}
        return
    title = parsed.title
    rows: Iterator[list[Any]] = ([section.heading_path, section.text] for section in parsed.sections)
    if "titles" in request:
        titles = (parsed.title if given is None else given for given in request["titles"])
        title = next((given for given in titles if given), "")
        passages = cut(title, parsed.sections, TokenEstimate(request["scale"]))
        rows = ([passage.heading_path, passage.prefix, passage.text, passage.token_count] for passage in passages)
    while len(some := list(islice(rows, ROWS_AT_ONCE))) == ROWS_AT_ONCE:
        yield {"rows": some, "more": True}
    yield {"title": title, "hidden": parsed.hidden, "rows": some, "worn": _is_worn()}


def _is_worn() -> bool:
    _, memory_bytes = resource.getrlimit(resource.RLIMIT_AS)
    return _peak_bytes() > max(WORN_SHARE * memory_bytes, _FIRST_PEAK_BYTES)


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


_FIRST_PEAK_BYTES = _peak_bytes()
"""A process begins with the peak of the one that started it, which may be greater than what it ever needs itself."""


def main() -> None:
    """Answer frames until stdin ends."""
    cpu_seconds, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whatever a library prints must not end up among the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        while frame := read_frame(sys.stdin.buffer):
            _limit_cpu(cpu_seconds)
            for answer in _answers(*frame):
                answers.write(pack(answer))
            answers.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
