"""One plain reading of a text, and the readings that somebody may have hidden in it.

Look-alike letters follow Unicode's confusables (UTS 39), cut down to the letters that are used in practice.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

_LOOKALIKES = str.maketrans(
    "аеіорсухѕјԁһԛԝвкмнтгпьіїαβεηικμνορτυχωӏ\u0131\u2019\u2018\u201c\u201d\u2013\u2014\u2010\u2011",
    "aeiopcyxsjdhqwbkmhtrnbiiabenikmvoptuxwli''\"\"----",
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_LEET = str.maketrans("013457@$!", "oieastasi")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*|]{1,3}){4,300}[^\W\d_](?![^\W_])")
_WIDE_GAP = re.compile(r" {2,}| [|*_-] ")
_GAPS = re.compile(r"[ .\-_*|]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,8192}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){12,4096}")
_ESCAPED = re.compile(r"%[0-9a-fA-F]{2}|&#?\w{2,8};")
_SPACES = re.compile(r"[^\S\n]+")
_STEMS = ("instruction", "prompt", "ignore", "disregard", "jailbreak", "unfiltered", "pretend", "you are now")
"""A reading that is gibberish unless it was meant is looked at only where it holds one of these."""


@lru_cache(maxsize=32)
def plain(text: str) -> str:
    """`text` in lower case and NFKC, invisible characters removed, look-alikes folded, blanks collapsed."""
    visible = _INVISIBLE.sub("", _TAGS.sub(_untagged, text))
    folded = unicodedata.normalize("NFKC", visible).lower().translate(_LOOKALIKES)
    stripped = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return _SPACES.sub(" ", stripped if not stripped.isascii() or folded != stripped else folded)


@lru_cache(maxsize=32)
def readings(text: str) -> tuple[str, ...]:
    """`plain(text)` first, then each hidden reading that may matter, itself plain."""
    base = plain(text)
    return base, *(reading for reading in _hidden(text, base) if reading != base)


def mixed_script_words(text: str) -> int:
    """How many words mix Latin letters with Cyrillic or Greek look-alikes."""
    if text.isascii():
        return 0
    return sum(1 for word in re.findall(r"\w{3,40}", text) if _mixes(word))


def invisible_count(text: str) -> int:
    """How many characters a reader cannot see, those that emoji and some scripts need not counted."""
    if text.isascii():
        return 0
    hidden = sum(1 for found in _INVISIBLE.findall(text) if found not in "\u00ad\u200c\u200d\u200e\u200f\ufe0f\ufeff")
    return hidden + sum(len(found) for found in _TAGS.findall(text))


def _hidden(text: str, base: str) -> Iterator[str]:
    yield from _if_meant(plain(_SPACED.sub(_joined, text)), base.translate(_LEET))
    yield from _if_meant(codecs.encode(base, "rot13"), base[::-1])
    if _ESCAPED.search(text):
        yield from _if_meant(plain(html.unescape(unquote(text))))
    for match in _BASE64.finditer(text):
        yield from _if_meant(plain(_decoded(match.group())))
    for match in _HEX.finditer(text):
        yield from _if_meant(
            plain(bytes.fromhex(_GAPS.sub("", match.group()).replace(":", "")).decode("utf-8", "ignore"))
        )


def _if_meant(*candidates: str) -> Iterator[str]:
    return (text for text in candidates if any(stem in text for stem in _STEMS))


def _joined(match: re.Match[str]) -> str:
    """Words written letter by letter, joined; a wider gap ends a word."""
    return " ".join(_GAPS.sub("", word) for word in _WIDE_GAP.split(match.group()))


def _decoded(run: str) -> str:
    padded = run.rstrip("=").replace("-", "+").replace("_", "/")
    padded += "=" * (-len(padded) % 4)
    try:
        return base64.b64decode(padded).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _untagged(match: re.Match[str]) -> str:
    return "".join(chr(ord(character) - 0xE0000) for character in match.group())


def _mixes(word: str) -> bool:
    latin = any("a" <= character <= "z" for character in word.lower())
    return latin and any("\u0370" <= character <= "\u052f" for character in word)
