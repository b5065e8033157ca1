"""The process that parses documents, so that a hostile or broken one harms nothing else.

Run as `python -m server.knowledge.parse_worker CPU_SECONDS MEMORY_BYTES`. It reads frames on stdin and answers each
with one on stdout. A frame is two lengths, a JSON header and a body: see `read_frame`.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import time
from typing import IO, Any

from server.domain import DocumentKind
from server.errors import UnreadableDocument
from server.knowledge.load import load

OUT_OF_MEMORY = 77
"""The exit status after a document that wanted more memory than allowed."""

_LENGTHS = struct.Struct("!II")

Header = dict[str, Any]


def read_frame(stream: IO[bytes]) -> tuple[Header, bytes] | None:
    """A frame's header and body; None where the stream has ended."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    header_length, body_length = _LENGTHS.unpack(lengths)
    header, body = stream.read(header_length), stream.read(body_length)
    if len(header) < header_length or len(body) < body_length:
        return None
    return json.loads(header), body


def write_frame(stream: IO[bytes], header: Header, body: bytes = b"") -> None:
    """Send a frame. Raises BrokenPipeError where nobody reads."""
    encoded = json.dumps(header).encode()
    stream.write(_LENGTHS.pack(len(encoded), len(body)))
    stream.write(encoded)
    stream.write(body)
    stream.flush()


def _limit_cpu(seconds: int) -> None:
    """Allow the next document this much CPU time; the kernel ends the process after that."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds + 1, hard))


def _answer(header: Header, body: bytes) -> Header:
    try:
        parsed = load(body, header["media_type"], DocumentKind(header["kind"]))
    except UnreadableDocument as error:
        return {"reason": error.reason, "message": error.message, "fix": error.fix}
    sections = [[section.heading_path, section.text] for section in parsed.sections]
    return {"title": parsed.title, "sections": sections}


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
            write_frame(answers, _answer(*frame))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
