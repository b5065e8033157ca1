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
# Soft hyphens, zero-width and direction marks, tag characters: they hide words from search and instructions from
# reviewers. The joiners U+200C and U+200D stay, because Persian, Indic scripts and emoji need them.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


def decode(data: bytes) -> str:
    """UTF-8 bytes as clean text. Raises UnreadableDocument with reason BINARY or NOT_UTF8."""
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
    return clean(text)


def clean(text: str) -> str:
    """`text` in Unicode's composed form with plain line ends, without control and invisible characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROL.sub("", lines)))


def _binary() -> UnreadableDocument:
    return UnreadableDocument(
        "It claims to be text but holds binary data.", reason="BINARY", fix="Send it with its real media type."
    )


def _not_utf8(detail: str) -> UnreadableDocument:
    return UnreadableDocument(f"It is not UTF-8 text. {detail}", reason="NOT_UTF8", fix="Save it as UTF-8.")
