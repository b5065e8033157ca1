"""One spelling for the many ways in which Unicode writes the same digit, blank, dash or sign, and nothing invisible.

Detectors read the plain spelling; what they find is told in positions of the text as it came.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

NO_BLANKS = r"\u0e00-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
"""The scripts that are written without blanks, as a range of a character class: Thai to Burmese, Khmer, Chinese,
Japanese, Korean. A number may stand right beside their letters."""
WORD = rf"[^\W{NO_BLANKS}]"
"""A character of a word that is set apart by blanks."""

APART = "\u3002"
"""What a letter of such a script is read as, so that a word may begin behind it."""

_LETTER_APART = re.compile(rf"[{NO_BLANKS}]")
_IN_CUES = frozenset(
    "\u96fb\u8a71\u643a\u5e2f\u7535\u8bdd\u624b\u673a\uc804\ud654\ud734\ub300\ud3f0\u751f\u5e74\u6708\u65e5\u51fa\u671f"
    "\u9023\u7d61\u5148\u30de\u30a4\u30ca\u30f3\u30d0\u30fc\u500b\u4eba\u756a\u53f7\u30d1\u30b9\u30dd\u30c8\u65c5\u5238"
    "\u4f4f\u6240\u4e01\u76ee\u5730\u533a\u5e02\u753a\u6751\u3012\u6697\u8a3c\u30ef\u30c9"
)
"""Letters of the words for phone, birthday, address and documents in these scripts, which detectors look for."""
_INVISIBLE = {"Cf", "Mn", "Me"}
_FILLERS = {0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0}
"""Letters and symbols that show nothing."""
_ONE_FOR_ALL = {"Zs": " ", "Pd": "-"}
_LAST_KEPT = 0x20000
"""Spellings of characters below are remembered."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in plain spelling. `origins` has the position in the text as it came of each character, and its length at
    the end; None where they are the same."""

    text: str
    origins: Sequence[int] | None = None

    def origin(self, position: int) -> int:
        return position if self.origins is None else self.origins[position]


def plain(text: str) -> Plain:
    """Digits of all scripts as 0 to 9, full width as half, one blank, one hyphen; marks and invisible signs gone."""
    if text.isascii():
        return Plain(text)
    spelled = text.translate(_SPELLINGS)
    if len(spelled) == len(text):
        return Plain(spelled)
    kept = [index for index, character in enumerate(text) if _SPELLINGS[ord(character)] != ""]
    return Plain(spelled, [*kept, len(text)])


class _Spellings(dict[int, int | str]):
    """What each character is read as: one character, or none. Filled as characters come."""

    def __missing__(self, code: int) -> int | str:
        spelling = _spelling(chr(code))
        if code < _LAST_KEPT:
            self[code] = spelling
        return spelling


_SPELLINGS = _Spellings()


def _spelling(character: str) -> int | str:
    code, category = ord(character), unicodedata.category(character)
    if category in _INVISIBLE or code in _FILLERS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in _ONE_FOR_ALL:
        return _ONE_FOR_ALL[category]
    if 0xFF01 <= code <= 0xFF5E or 0x1D400 <= code <= 0x1D7FF or code == 0x2212:
        return unicodedata.normalize("NFKC", character)[0].replace("\u2212", "-")
    return APART if _LETTER_APART.match(character) and character not in _IN_CUES else code
