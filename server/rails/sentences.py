"""A text that arrives in pieces, cut into sentences. Where one ends does not depend on how the text was cut before."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_SENTENCE = 600
"""Characters; what has no end by then is cut at a blank."""

# Quotation marks and brackets that close; full stops beyond ASCII, Devanagari and Arabic; those of East Asia.
_CLOSERS = "\"'\u201d\u2019)\\]\u00bb\u300d\u300f"
_STOPS = ".!?\u2026\u0964\u061f"
_WIDE_STOPS = "\u3002\uff01\uff1f"
_END = re.compile(
    rf"[{_STOPS}][{_STOPS}{_CLOSERS}]{{0,8}}\s|[{_WIDE_STOPS}]{{1,8}}[{_CLOSERS}]{{0,8}}(?=[^{_WIDE_STOPS}{_CLOSERS}])|\n"
)


@dataclass(slots=True)
class Sentences:
    """Gathers pieces; the sentences together are the text, blanks included."""

    _held: str = ""

    def push(self, text: str) -> list[str]:
        """Take the next piece; returns the sentences that are complete now."""
        self._held += text
        sentences = []
        while (end := self._next_end()) is not None:
            sentences.append(self._held[:end])
            self._held = self._held[end:]
        return sentences

    def finish(self) -> list[str]:
        """The text has ended; returns the rest, if any."""
        rest, self._held = self._held, ""
        return [rest] if rest else []

    def _next_end(self) -> int | None:
        match = _END.search(self._held, 0, LONGEST_SENTENCE + 1)
        if match is not None:
            return match.end()
        if len(self._held) <= LONGEST_SENTENCE:
            return None
        return (self._held.rfind(" ", 0, LONGEST_SENTENCE) + 1) or LONGEST_SENTENCE


def split(text: str) -> list[str]:
    """The sentences of a whole text."""
    sentences = Sentences()
    return [*sentences.push(text), *sentences.finish()]
