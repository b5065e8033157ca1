"""Masking: what the configuration's rules find, replaced by placeholders such as [email]."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

Span = tuple[int, int, str]
"""Start, end and kind of something that must not be shown; the kind in brackets is the placeholder."""

FindSpans = Callable[[str, int], Sequence[Span]]
"""Spans of a text that end behind a position, in order and without overlaps; the text before it is context only."""

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders, and the kind of each in order."""

    text: str
    kinds: tuple[str, ...] = ()


class PublicTexts:
    """What may be repeated: personal data that occurs, as it is written, in one of the texts."""

    def __init__(self, texts: Iterable[str] = (), never: Collection[str] = ()) -> None:
        """`never` are kinds that stay masked even so."""
        self._text = "\n".join(_plain(text) for text in texts)
        self._never = frozenset(never)

    def hold(self, value: str, kind: str) -> bool:
        """Whether `value` occurs as a whole, not as part of a longer word or number; case and blanks do not count."""
        if not self._text or kind in self._never:
            return False
        wanted = _plain(value)
        begin = self._text.find(wanted)
        while begin >= 0:
            end = begin + len(wanted)
            if not (self._text[begin - 1 : begin].isalnum() or self._text[end : end + 1].isalnum()):
                return True
            begin = self._text.find(wanted, begin + 1)
        return False


def mask(find: FindSpans, text: str, *, start: int = 0, public: PublicTexts | None = None) -> Masked:
    """`text` from `start` on with placeholders; what stands before `start` is context only."""
    parts: list[str] = []
    kinds: list[str] = []
    position = start
    for begin, end, kind in find(text, start):
        if public is not None and public.hold(text[begin:end], kind):
            continue
        parts += (text[position : max(begin, start)], f"[{kind}]")
        kinds.append(kind)
        position = end
    parts.append(text[position:])
    return Masked("".join(parts), tuple(kinds))


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).casefold()
