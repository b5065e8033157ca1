"""Masking: what the configuration's rules find, replaced by placeholders such as [email]."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

Span = tuple[int, int, str]
"""Start, end and kind of something that must not be shown; the kind in brackets is the placeholder."""

FindSpans = Callable[[str, int], Sequence[Span]]
"""Spans of a text that end behind a position, in order and without overlaps; the text before it is context only."""

CanonicalValues = Callable[[str, str], Collection[str]]
"""The forms that a value of a kind may have; values that share one are the same datum."""

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders, and the kind of each in order."""

    text: str
    kinds: tuple[str, ...] = ()


class PublicTexts:
    """What may be repeated: personal data that occurs in one of the texts, in whatever spelling."""

    def __init__(
        self,
        texts: Iterable[str] = (),
        never: Collection[str] = (),
        find: FindSpans | None = None,
        canonical: CanonicalValues | None = None,
    ) -> None:
        """`never` are kinds that stay masked even so. Without `find` and `canonical` a value has to be written in the
        same way, case and blanks apart."""
        self._texts = tuple(texts)
        self._plain = "\n".join(_plain(text) for text in self._texts)
        self._never = frozenset(never)
        self._find = find
        self._canonical = canonical
        self._held: frozenset[str] | None = None

    def hold(self, value: str, kind: str) -> bool:
        """Whether `value` occurs as a whole, not as part of a longer word or number, or its datum does."""
        if not self._plain or kind in self._never:
            return False
        return self._hold_literally(_plain(value)) or self._hold_another_spelling(value, kind)

    def _hold_literally(self, wanted: str) -> bool:
        begin = self._plain.find(wanted)
        while begin >= 0:
            end = begin + len(wanted)
            if not (self._plain[begin - 1 : begin].isalnum() or self._plain[end : end + 1].isalnum()):
                return True
            begin = self._plain.find(wanted, begin + 1)
        return False

    def _hold_another_spelling(self, value: str, kind: str) -> bool:
        if self._find is None or self._canonical is None:
            return False
        if self._held is None:  # Only an answer with personal data has to know.
            self._held = frozenset(
                f"{each} {form}"
                for text in self._texts
                for begin, end, each in self._find(text, 0)
                for form in self._canonical(text[begin:end], each)
            )
        return any(f"{kind} {form}" in self._held for form in self._canonical(value, kind))


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
