"""Hits that say the same: only the best of them is worth a place in the prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from server.domain import Hit

_WORD = re.compile(r"\w+")


def without_duplicates(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits in their order, without those that say what a better one says.

    Two texts are the same where all their words are, whatever their case, punctuation and markup. Texts that differ in
    a single word are kept: it may be the price that has changed since.
    """
    seen = set()
    for hit in hits:
        words = tuple(_WORD.findall(hit.text.lower()))
        if words not in seen:
            seen.add(words)
            yield hit
