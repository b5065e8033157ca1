"""Joins the answer that one model began with what the next one says to it, without a gap and without a repeat.

The customer is shown whole words only, and tables row by row, so that an answer never breaks off inside of either: the
rails hold words back anyway, and cells of a row are often alike. What the next model says is then compared with the end
of what was shown. It may go on exactly, repeat any piece of the end or all of it, and be a blank short or have one too
many.

What cannot be told: a preamble ("Sure, continuing:"), an answer begun anew in other words, a word that the text itself
has twice in a row where the break lies between the two (such a word comes once), and marks without a letter or digit
("| ", "- ") that are repeated alone (they come twice).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_WORD = 48
"""Characters; what goes on for longer without a blank is not held back as a word."""
LONGEST_ROW = 400
"""Characters of a table's row, likewise."""
SHORTEST_FRAGMENT = 4
"""Characters that a repeat must have that begins inside of a word; shorter ones are chance."""
CLEAR_REPEAT = 12
"""From so many characters on a repeat is one however its lines are broken."""

# What a word ends before: blanks, and characters of scripts that are written without them.
_WORD_END = r"\s\u0e00-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_UNFINISHED = re.compile(rf"[^{_WORD_END}]+\Z")
# Blanks, opening brackets and quotation marks, Markdown's marks, slash and dashes.
_OPENS_WORD = re.compile(r"[\s(\[{<\"\u201c\u201e\u00ab\u2018*_`#>|/\u2013\u2014]")
_BLANKS = re.compile(r"\s*")


class WholeWords:
    """The answer as the customer sees it: a word is let go when the blank behind it is there, a row with its line."""

    def __init__(self, *, hold_back: bool = True) -> None:
        self._hold_back = hold_back
        self._said: list[str] = []
        self._held = ""
        self._at_line_start = True

    @property
    def said(self) -> str:
        return "".join(self._said)

    @property
    def begun(self) -> bool:
        return bool(self._said)

    def add(self, text: str) -> str:
        """What may be shown now that `text` has come."""
        self._held += text
        return self._release(self._whole() if self._hold_back else len(self._held))

    def finish(self) -> str:
        """The answer is complete; the last word."""
        return self._release(len(self._held))

    def break_off(self) -> None:
        """Forget the word that was begun: who goes on will say all of it."""
        self._held = ""

    def _whole(self) -> int:
        """Where the last whole word, or row of a table, ends in what is held."""
        line = self._held.rfind("\n") + 1
        if (line or self._at_line_start) and self._held[line:].lstrip(" ").startswith("|"):
            return line if len(self._held) - line <= LONGEST_ROW else len(self._held)
        unfinished = _UNFINISHED.search(self._held)
        if unfinished is None or len(unfinished[0]) > LONGEST_WORD:
            return len(self._held)
        return unfinished.start()

    def _release(self, end: int) -> str:
        text, self._held = self._held[:end], self._held[end:]
        if text:
            self._said.append(text)
            self._at_line_start = text.endswith("\n")
        return text


class Continuation:
    """What a model says to go on with `said`, without what it repeats of it.

    Text is held back while it may still turn out to be a repeat: that is at most as many characters as were said, and
    only while it is word for word what was said before. Where nothing was said, all goes through.
    """

    def __init__(self, said: str) -> None:
        self._said = said.rstrip()
        self._gap = said[len(self._said) :]
        self._held = ""
        self._starts: list[int] | None = None
        self._decided = not self._said

    def feed(self, text: str) -> str:
        """What of `text`, and of what was held back, goes behind the answer."""
        if self._decided:
            return text
        self._held += text
        return self._decide(final=False)

    def finish(self) -> str:
        """The model has finished; what was held back and is no repeat."""
        return "" if self._decided else self._decide(final=True)

    def _decide(self, *, final: bool) -> str:
        text = self._held.lstrip()
        if not text:
            return ""
        if self._starts is None:
            self._starts = list(self._possible_starts(text[0], led=text != self._held))
        self._starts = [start for start in self._starts if self._is_alike(text, start)]
        repeated = 0
        for length in (len(self._said) - start for start in self._starts):
            if len(text) < length:
                if not final:
                    return ""
                continue
            ends = self._ends_there(text, length, final)
            if ends is None:
                return ""
            if ends:
                repeated = length
                break
        self._decided = True
        return _behind(self._gap, text[repeated:] if repeated else self._held, gap_repeated=repeated > 0)

    def _possible_starts(self, letter: str, *, led: bool) -> Iterator[int]:
        """Where in what was said a repeat may begin, from the front; `led` where a blank comes before it.

        A piece without a letter or digit is chance: every row of a table begins with the mark that the last ended with.
        """
        folded = letter.casefold()
        last = max((place for place, said in enumerate(self._said) if said.isalnum()), default=-1)
        for start, said in enumerate(self._said[: last + 1]):
            if said != letter and said.casefold() != folded:
                continue
            opens_word = start == 0 or _OPENS_WORD.match(self._said[start - 1]) is not None
            if opens_word or (len(self._said) - start >= SHORTEST_FRAGMENT and not led):
                yield start

    def _is_alike(self, text: str, start: int) -> bool:
        """Whether `text` and what was said from there are the same as far as both go, but for the first letter."""
        rest = min(len(text), len(self._said) - start) - 1
        return self._said.startswith(text[1 : 1 + rest], start + 1)

    def _ends_there(self, text: str, length: int, final: bool) -> bool | None:
        """Whether a repeat of `length` characters may end there; None where that needs the text that is to come."""
        blanks = _BLANKS.match(text, length)
        after = blanks.end() if blanks is not None else length
        if after == len(text):
            return True if final else None
        if not self._gap:
            return True
        if after == length:
            # The word that was said is complete, so that one which goes on is another.
            return not (text[length].isalnum() or text[length] == "_")
        if length >= CLEAR_REPEAT:
            return True
        return ("\n" in text[length:after]) == ("\n" in self._gap)


def _behind(gap: str, text: str, *, gap_repeated: bool) -> str:
    """`text` as it follows an answer that ends with the blanks in `gap`: no blank twice, no line break lost.

    `gap_repeated` tells whether the blanks that `text` begins with stand for those in `gap`, or come behind them.
    """
    if not gap:
        return text
    body = text.lstrip()
    lead = text[: len(text) - len(body)]
    found, there = min(2, lead.count("\n")), gap.count("\n")
    breaks = max(0, found - there if gap_repeated else min(found, 2 - there))
    indent = lead.rpartition("\n")[2] if breaks or gap.endswith("\n") else ""
    return "\n" * breaks + (indent if len(indent) > 1 else "") + body
