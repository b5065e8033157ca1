"""What a message looks like, as hashes: enough to tell templates that are filled in, and nothing to read.

Of a template with one slot of any length, the words before and behind the slot stay the same. So a message has the
shapes "begins with these four words", "begins with these three and ends in this one", and so on; two messages of one
template share one of them, whatever stands in the slot and wherever it is. Numbers, quotations and addresses are masked
first. Shingles for near-duplicates are older than that (A. Broder, 1997); borders need no pairwise comparison.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import blake2b

HASH_BYTES = 6
BORDER_WORDS = 4
LONGEST = 2_000
"""Characters of a message that are looked at, half of them at its end."""

# Repetitions before a character that may be missing are bounded, so that the time is linear in the text.
_MASKED = re.compile(
    r"(?P<address>https?://\S+|[\w.+-]{1,64}@[\w.-]{1,120})"
    r"|(?P<quoted>\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|„[^“\n]{1,300}“|«[^»\n]{1,300}»|`[^`\n]{1,300}`)"
    r"|(?P<number>\w{0,30}\d[\w.,:/-]*)"
)
_WORD = re.compile(r"\w+|[@\"#]")
_MASKS = {"address": "@", "quoted": '"', "number": "#"}


def entry_of(text: str, secret: bytes) -> bytes:
    """The hash of the text, then those of its shapes, HASH_BYTES each. `secret`: up to 64 bytes."""
    plain = " ".join(unicodedata.normalize("NFKC", _ends(text)).casefold().split())
    words = _WORD.findall(_MASKED.sub(lambda found: f" {_MASKS[found.lastgroup or 'number']} ", plain))
    return b"".join(_hashed(each, secret) for each in (plain, *dict.fromkeys(_shapes(words))))


def parts(entry: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The text's hash, and the shapes'."""
    hashes = [entry[start : start + HASH_BYTES] for start in range(0, len(entry), HASH_BYTES)]
    return hashes[0], tuple(hashes[1:])


def _shapes(words: Sequence[str]) -> Iterator[str]:
    """None of a message of one or two words: there is no template to see."""
    if len(words) <= BORDER_WORDS:
        if len(words) > 2:
            yield from (" ".join([*words[:slot], "*", *words[slot + 1 :]]) for slot in range(len(words)))
        return
    for before in range(BORDER_WORDS + 1):
        behind = BORDER_WORDS - before
        yield " ".join([*words[:before], "*", *words[len(words) - behind :]])


def _hashed(text: str, secret: bytes) -> bytes:
    return blake2b(text.encode(), digest_size=HASH_BYTES, key=secret).digest()


def _ends(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
