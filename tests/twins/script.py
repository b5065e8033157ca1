"""What a twin is told to do, what it was asked, and what it would charge."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """What goes wrong. Those of mid-stream come after half of the tokens."""

    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate_limited"
    CONTEXT_TOO_LONG = "context_too_long"
    CONTENT_POLICY = "content_policy"
    NOT_FOUND = "not_found"
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    SLOW_START = "slow_start"
    """Nothing is sent, not even a status."""
    CUT_BEFORE_START = "cut_before_start"
    """The connection ends in place of an answer."""
    SILENT_START = "silent_start"
    """Status 200, and then nothing."""
    GARBAGE = "garbage"
    """Status 200, and then bytes that are no events."""
    STALL = "stall"
    CUT = "cut"
    SILENT_END = "silent_end"
    """The body ends in mid-stream as if it were complete."""
    ERROR_EVENT = "error_event"
    TRUNCATED_JSON = "truncated_json"
    CUT_AFTER_FINISH = "cut_after_finish"
    """The finish marker is the last that is sent of the body."""
    USAGE_MISSING = "usage_missing"
    """A complete answer without counts."""


FAULTS_IN_MID_STREAM = (Fault.STALL, Fault.CUT, Fault.SILENT_END, Fault.ERROR_EVENT, Fault.TRUNCATED_JSON)


@dataclass(frozen=True, slots=True)
class Script:
    """How a twin answers one request.

    `delay` is in seconds before each token, `start_delay` before the status. `usage` is the provider's object, empty
    for the twin's own count, None for none. `bytes_per_write` cuts the stream into pieces of that size; 0 sends events
    whole, and `at_once` sends all of them together, where nothing goes wrong. `retry_after` and `retry_after_ms` are
    the headers that a refusal has.
    """

    tokens: tuple[str, ...] = ("Hello", ", ", "world", ".")
    finish_reason: str = "stop"
    usage: dict[str, Any] | None = field(default_factory=dict)
    delay: float = 0.0
    fault: Fault | None = None
    retry_after: str = ""
    line_end: str = "\n"
    bytes_per_write: int = 0
    start_delay: float = 0.0
    at_once: bool = False
    retry_after_ms: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    path: str
    client: tuple[str, int]
    """Host and port; the same for all requests over one connection."""
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Role and text of what the model is sent, in order, whichever of the three APIs it came by."""
        system = self.body.get("system") or self.body.get("instructions")
        messages = self.body.get("messages") or self.body.get("input") or []
        said = [(message["role"], message["content"]) for message in messages]
        return [("system", system), *said] if system else said


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens as a twin counts them: what it writes as usage and what it charges."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What a twin would charge for one request. It charges from its status 200 on; `complete` tells whether the client
    was sent the whole answer."""

    asked: Asked
    count: Count
    complete: bool


Programme = Callable[[Asked], Script]
"""Chooses the script of each request."""


def count_tokens(text: str) -> int:
    """The twins' tokeniser: words and punctuation marks, one each; blanks count nothing."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def split_tokens(text: str) -> tuple[str, ...]:
    """`text` in pieces of one token each, with the blanks before it."""
    return tuple(re.findall(r"\s*(?:\w+|[^\w\s])|\s+$", text))
