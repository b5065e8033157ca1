"""How a stream is held back: it is cut into segments, and a segment is let go only when it is complete.

Where a segment ends depends on the text before its end and on the few characters behind it, never on how the text was
cut into tokens. Masking segment by segment therefore gives the same text for every way of cutting it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from server.rails.masking import FindSpans, Masked, PublicTexts, mask

MayGrow = Callable[[str, str], bool | None]
"""Whether something that must be masked may begin in a segment, which ends in a blank, and go on behind it, where the
text is the second one so far; None where more of it has to be known."""

LOOK_BACK = 80
"""Characters before a segment that the masking rules see as context."""
AHEAD = 24
"""Characters behind a segment by which it is decided whether it ends there."""
LONGEST_SEGMENT = 20_000
"""Characters; what has no end by then is not prose, and is left out."""
UNBROKEN = "unbroken"
"""Kind of the placeholder for a segment that was left out."""

# Blanks, and the scripts that are written without them: Thai to Burmese, Khmer, Chinese, Japanese, Korean.
_END = re.compile(r"[\s\u0e00-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(slots=True)
class MaskingStream:
    """Masks a text that arrives in pieces."""

    find: FindSpans
    may_grow: MayGrow
    public: PublicTexts
    _held: str = ""
    _scanned: int = 0
    _before: str = ""
    _skipping: bool = field(default=False)

    def push(self, text: str) -> Masked:
        """Take the next piece; returns what can be let go now, masked."""
        self._held += text
        return self._release(final=False)

    def finish(self) -> Masked:
        """The text has ended; returns the rest, masked."""
        return self._release(final=True)

    def _release(self, *, final: bool) -> Masked:
        texts: list[str] = []
        kinds: list[str] = []
        start = 0
        while (end := self._next_end(start, final)) is not None:
            part = self._masked(self._held[start:end])
            texts.append(part.text)
            kinds += part.kinds
            start = end
        self._held = self._held[start:]
        self._scanned -= start
        if not final and len(self._held) > LONGEST_SEGMENT:
            texts.append(self._leave_out())
            kinds += [UNBROKEN] if texts[-1] else []
        return Masked("".join(texts), tuple(kinds))

    def _next_end(self, start: int, final: bool) -> int | None:
        while (boundary := _END.search(self._held, max(self._scanned, start))) is not None:
            end = boundary.end()
            grows = (
                self.may_grow(self._held[start:end], self._held[end : end + AHEAD]) and end - start <= LONGEST_SEGMENT
            )
            if grows is None and not final:
                self._scanned = boundary.start()
                return None
            self._scanned = end
            if not grows:
                return end
        self._scanned = len(self._held)
        return self._scanned if final and start < self._scanned else None

    def _masked(self, segment: str) -> Masked:
        if self._skipping or len(segment) > LONGEST_SEGMENT:
            placeholder = "" if self._skipping else f"[{UNBROKEN}]"
            self._skipping, self._before = False, ""
            ending = segment[-1] if _END.match(segment[-1]) else ""
            return Masked(placeholder + ending, (UNBROKEN,) if placeholder else ())
        part = mask(self.find, self._before + segment, start=len(self._before), public=self.public)
        self._before = _end_of(self._before + segment)
        return part

    def _leave_out(self) -> str:
        """Drop what is held and is too long already, and remember to drop the rest of it."""
        first = not self._skipping
        self._held, self._scanned, self._skipping = "", 0, True
        return f"[{UNBROKEN}]" if first else ""


def _end_of(text: str) -> str:
    """At most LOOK_BACK characters from its end, from a blank on, so that no word is cut in two."""
    if len(text) <= LOOK_BACK:
        return text
    blank = _END.search(text, len(text) - LOOK_BACK)
    return text[blank.end() :] if blank else ""
