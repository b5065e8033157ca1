"""Bytes that claim to be text, and the characters that no reader sees."""

from __future__ import annotations

import codecs
import re
import unicodedata

from server.errors import UnreadableDocument

MAX_CONTROL_SHARE = 0.02
"""Text has next to no control characters; a file with more of them is something else."""

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Soft hyphens, zero-width and direction marks, fillers, tag characters and the variation selectors beyond the first
# sixteen: they hide words from search and instructions from reviewers. The joiners U+200C and U+200D and the first
# selectors stay, because Persian, Indic scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")


def decode(data: bytes) -> str:
    """UTF-8 bytes as text with plain line ends. Raises UnreadableDocument with reason BINARY or NOT_UTF8."""
    if data.startswith(_WIDE_MARKS):
        raise _not_utf8("It is UTF-16 or UTF-32.")
    if b"\0" in data:
        raise _binary()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(_CONTROL.findall(data.decode("latin-1"))) > MAX_CONTROL_SHARE * 8 * len(data):
            raise _binary() from None
        raise _not_utf8(f"Byte {error.start} is not UTF-8.") from None
    if len(_CONTROL.findall(text)) > MAX_CONTROL_SHARE * len(text):
        raise _binary()
    return _with_plain_lines(text)


def clean(text: str) -> str:
    """`text` in Unicode's composed form with plain line ends, without control and invisible characters."""
    plain = _with_plain_lines(text)
    return plain if plain.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", plain))


def smuggled(text: str) -> tuple[str, ...]:
    """Texts written in characters that nobody sees: tags, which mirror ASCII, and variation selectors, one a byte."""
    if text.isascii():
        return ()
    tagged = ["".join(chr(ord(sign) - 0xE0000) for sign in run) for run in _TAGS.findall(text)]
    selected = [
        bytes(_selected_byte(sign) for sign in run).decode("utf-8", "ignore") for run in _SELECTORS.findall(text)
    ]
    return tuple(found for found in (*tagged, *selected) if found.strip())


def _selected_byte(selector: str) -> int:
    """The number of a variation selector: the first sixteen are U+FE00 on, the others U+E0100 on."""
    code = ord(selector)
    return code - 0xFE00 if code < 0x10000 else code - 0xE0100 + 16


def _with_plain_lines(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n"))


def _binary() -> UnreadableDocument:
    return UnreadableDocument(
        "It claims to be text but holds binary data.", reason="BINARY", fix="Send it with its real media type."
    )


def _not_utf8(detail: str) -> UnreadableDocument:
    return UnreadableDocument(f"It is not UTF-8 text. {detail}", reason="NOT_UTF8", fix="Save it as UTF-8.")
