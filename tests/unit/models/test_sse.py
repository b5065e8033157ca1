"""Server-sent events from bytes cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import ModelError
from server.models.sse import MAX_EVENT_BYTES, SseDecoder, SseEvent

STREAM = (
    ": a comment\n\nid: 7\nretry: 10\nevent: greeting\ndata: Grüß\ndata:Gott 🙂\n\ndata: [DONE]\n\nevent: none\n\n"
    "data:  two spaces\n\ndata\n\ndata: cut off"
)
EVENTS = [
    SseEvent("greeting", "Grüß\nGott 🙂"),
    SseEvent("message", "[DONE]"),
    SseEvent("message", " two spaces"),
    SseEvent("message", ""),
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@given(cuts=st.sets(st.integers(1, 200), max_size=40))
def test_events_do_not_depend_on_the_cuts(line_end: str, cuts: set[int]) -> None:
    stream = STREAM.replace("\n", line_end).encode()
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    decoder = SseDecoder()

    events = [event for start, end in pairwise(edges) for event in decoder.feed(stream[start:end])]

    assert events == EVENTS


@pytest.mark.parametrize("endless", [b"x" * 65536, b"data: " + b"x" * 65536 + b"\n"], ids=["line", "event"])
def test_an_event_without_end_is_refused(endless: bytes) -> None:
    decoder = SseDecoder()
    with pytest.raises(ModelError) as caught:
        for _ in range(MAX_EVENT_BYTES // 65536 + 1):
            decoder.feed(endless)
    assert caught.value.reason == "BAD_RESPONSE"
