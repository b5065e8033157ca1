"""Where sentences end."""

from __future__ import annotations

import re

# After the mark come closing quotes or brackets, then a space and something that can begin a sentence. Abbreviations
# with a lower-case word behind them ("e.g. this") and decimal numbers stay whole.
_END = re.compile(
    r"(?<=[.!?…])(?:[\"'\u201d\u2019)\]*_]{0,3})\s+(?=[\"'\u201c\u2018(\[*_]{0,3}[^\W_a-z])|(?<=[\u3002\uff01\uff1f])\s*|\n+"
)


def split_sentences(text: str) -> list[str]:
    """The sentences of prose, in order, without the space between them."""
    sentences, start = [], 0
    for end in _END.finditer(text):
        sentences.append(text[start : end.end()].strip())
        start = end.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]
