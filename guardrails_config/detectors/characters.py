"""Characters that a reader cannot see, or takes for others.

Look-alike letters follow Unicode's confusables (UTS 39), cut down to the letters that are used in practice.
"""

from __future__ import annotations

import re
import unicodedata

LOOK_ALIKES = str.maketrans(
    "аеіорсухѕјԁһԛԝвкмнтгпьіїαβεηικμνορτυχωӏ"
    "\u0131\u0251\u0261\u0570\u0578\u057d\u0585\u2019\u2018\u201c\u201d\u2013\u2014\u2010\u2011",
    "aeiopcyxsjdhqwbkmhtrnbiiabenikmvoptuxwliaghnuo''\"\"----",
)
"""Lower-case letters of other alphabets, and punctuation, by what they look like."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0001\U000e007f\U000e0100-\U000e01ef]"
)
TAGS = re.compile("[\U000e0020-\U000e007e]+")
"""ASCII in Unicode's tag block, which is shown by nothing and read by models."""

_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
"""England, Scotland, Wales: the one honest use of tags."""
_NEEDED = frozenset("\u00ad\u200c\u200d\u200e\u200f\ufe0f\ufeff")
"""What emoji, hyphenation and some scripts need, and files begin with."""
_JOINER_IN_LATIN = re.compile(r"[A-Za-z][\u200c\u200d\u2060\ufeff]+(?=[A-Za-z])")
_BIDI = frozenset("\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OVERRIDE = re.compile("[\u202d\u202e]")
OVERRIDE_COUNTS = 7
"""A forced direction turns letters around: where no right-to-left script is written it counts for so many more."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_IDEOGRAPHIC_VARIANT = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af][\U000e0100-\U000e01ef]")
_OTHER_ALPHABET = re.compile("[\u0370-\u052f\u0561-\u0587]")
_WORD = re.compile(r"\w{3,40}")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_STYLED_WORD = re.compile("[\uff21-\uff5a\u24b6-\u24e9\U0001d400-\U0001d6a5\U0001f130-\U0001f189]{4,40}")
"""Letters in full width, in circles and squares, and those of mathematics."""


def invisible_count(text: str) -> int:
    """How many characters a reader cannot see, those that emoji, flags and some scripts need not counted."""
    if text.isascii():
        return 0
    text = _IDEOGRAPHIC_VARIANT.sub("", _FLAG.sub("", text))
    allowed = _NEEDED | _BIDI if _RIGHT_TO_LEFT.search(text) else _NEEDED
    hidden = sum(1 for found in INVISIBLE.findall(text) if found not in allowed)
    joiners = sum(1 for _ in _JOINER_IN_LATIN.finditer(text))
    if allowed is _NEEDED:
        hidden += OVERRIDE_COUNTS * len(_OVERRIDE.findall(text))
    return hidden + joiners + sum(len(found) for found in TAGS.findall(text))


def look_alike_words(text: str) -> int:
    """How many words mix Latin letters with look-alikes of other alphabets, or consist of styled letters.

    Full-width Latin letters belong to East Asian texts, and are not counted there.
    """
    if text.isascii():
        return 0
    mixed = sum(1 for word in _WORD.findall(text) if _mixes(word)) if _OTHER_ALPHABET.search(text) else 0
    styled = 0 if _EAST_ASIAN.search(text) else len(_STYLED_WORD.findall(text))
    return mixed + styled


def untagged(match: re.Match[str]) -> str:
    """Tag characters as the ASCII that they stand for."""
    return "".join(chr(ord(character) - 0xE0000) for character in match.group())


def _mixes(word: str) -> bool:
    """Whether Latin letters stand beside others that all look like Latin ones. "Δtime" does not mix so."""
    lower = unicodedata.normalize("NFKC", word).lower()
    others = [character for character in lower if _OTHER_ALPHABET.match(character)]
    latin = any("a" <= character <= "z" for character in lower)
    return latin and bool(others) and all(ord(character) in LOOK_ALIKES for character in others)
