"""Server-sent events, read from bytes that are cut anywhere."""

from __future__ import annotations

import re
from typing import NamedTuple

from server.errors import ModelError

MAX_EVENT_BYTES = 1024 * 1024
"""Far above any event of a chat API; bounds the memory that a broken upstream can take."""

_LINE_END = re.compile(rb"\r\n|\n|\r")


class SseEvent(NamedTuple):
    event: str
    data: str


class SseDecoder:
    """Turns a byte stream into events as the WHATWG HTML standard, section 9.2.6, interprets one.

    Lines end in LF, CRLF or CR; comments and the fields `id` and `retry` are passed over; an event without data is
    dropped, as is one that the end of the stream cuts off.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._after_cr = False
        self._event = ""
        self._data: list[str] = []
        self._data_bytes = 0

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that `chunk` completes. Raises ModelError BAD_RESPONSE where one exceeds MAX_EVENT_BYTES."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        if not chunk:
            return []
        self._after_cr = chunk.endswith(b"\r")
        data = self._rest + chunk
        # The usual framing is LF alone, for which the expression would cost more than all the rest.
        *lines, self._rest = _LINE_END.split(data) if b"\r" in data else data.split(b"\n")
        events: list[SseEvent] = []
        for line in lines:
            if line:
                self._take(line)
            elif self._data:
                events.append(SseEvent(self._event or "message", "\n".join(self._data)))
                self._reset()
            else:
                self._reset()
        if len(self._rest) + self._data_bytes > MAX_EVENT_BYTES:
            raise ModelError("The model sent an event that does not end.", reason="BAD_RESPONSE")
        return events

    def _take(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" ").decode(errors="replace"))
            self._data_bytes += len(line)
        elif name == b"event":
            self._event = value.removeprefix(b" ").decode(errors="replace")

    def _reset(self) -> None:
        self._event, self._data, self._data_bytes = "", [], 0
