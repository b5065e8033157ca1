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

from guardrails_config.detectors.characters import INVISIBLE, LOOK_ALIKES, TAGS, untagged

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_LEET = str.maketrans("013457@$!", "oieastasi")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*|]{1,3}){4,300}[^\W\d_](?![^\W_])")
_WIDE_GAP = re.compile(r" {2,}| [|*_-] ")
_GAPS = re.compile(r"[ .\-_*|]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,8192}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){12,4096}")
_ESCAPED = re.compile(r"%[0-9a-fA-F]{2}|&#?\w{2,8};")
_MANY = 5
"""Words with digits for letters, from which on they are read as letters whatever they say."""
_SPACES = re.compile(r"[^\S\n]+")
_UNEVEN = ("  ", "\t", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f")
"""An ASCII text without any of these has its blanks collapsed already."""
_PROSE = re.compile(r"[a-z']{1,20}(?: [a-z']{1,20}){3}")
"""Four words. What decodes to them was meant to be read."""
_STEMS = (
    "instruction",
    "prompt",
    "ignore",
    "disregard",
    "jailbreak",
    "unfiltered",
    "pretend",
    "you are now",
    "assistant",
    "language model",
    "your answer",
    "your reply",
    "your response",
    "customer",
    "password",
    "card number",
    "conversation",
    "recommend",
    "https://",
)
"""A reading that is gibberish unless it was meant is looked at only where it holds more of these than the plain one."""
_COMMON = (
    *(" the ", " you ", " your ", " that ", " with ", " for "),
    *("ignore", "instruction", "prompt", "assistant", "customer", "answer"),
)
_BACKWARDS = tuple(word[::-1] for word in _COMMON)
_ROT13 = tuple(codecs.encode(word, "rot13") for word in _COMMON)
_LEET_WORD = re.compile(r"[a-z][013457@$!]{1,2}[a-z]|\b[13457@$]{1,2}[a-z][013457@$]")


@lru_cache(maxsize=32)
def plain(text: str) -> str:
    """`text` in lower case and NFKC, invisible characters removed, look-alikes folded, blanks collapsed."""
    if not text.isascii():
        text = INVISIBLE.sub("", TAGS.sub(untagged, text))
    lower = text.lower()
    if lower.isascii() and not _holds(lower, _UNEVEN):
        return lower
    return _SPACES.sub(" ", lower if lower.isascii() else _NOT_ASCII.sub(_folded, lower))


@lru_cache(maxsize=32)
def readings(text: str) -> tuple[str, ...]:
    """`plain(text)` first, then each hidden reading that may matter, itself plain."""
    base = plain(text)
    return base, *(reading for reading in dict.fromkeys(_hidden(text, base)) if reading != base)


def _hidden(text: str, base: str) -> Iterator[str]:
    if _SPACED.search(text):
        yield plain(_SPACED.sub(_joined, text))
    leet = len(_LEET_WORD.findall(base))
    if leet >= _MANY:
        yield base.translate(_LEET)
    elif leet:
        yield from _if_meant(base, base.translate(_LEET))
    if _holds(base, _ROT13):
        yield codecs.encode(base, "rot13")
    if _holds(base, _BACKWARDS):
        yield base[::-1]
    if _ESCAPED.search(text):
        yield from _if_meant(base, plain(html.unescape(unquote(text))))
    for match in _BASE64.finditer(text):
        yield from _if_prose(plain(_decoded(match.group())))
    for match in _HEX.finditer(text):
        digits = _GAPS.sub("", match.group()).replace(":", "")
        yield from _if_prose(plain(bytes.fromhex(digits).decode("utf-8", "ignore")))


def _if_meant(base: str, candidate: str) -> Iterator[str]:
    if candidate != base and any(candidate.count(stem) > base.count(stem) for stem in _STEMS):
        yield candidate


def _if_prose(candidate: str) -> Iterator[str]:
    if _PROSE.search(candidate):
        yield candidate


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _folded(match: re.Match[str]) -> str:
    """Characters beyond ASCII as those that they look like, without accents."""
    folded = unicodedata.normalize("NFKC", match.group()).lower().translate(LOOK_ALIKES)
    return "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))


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
