"""What two texts do not share, word by word, as safe HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_BLOCK = '<div style="white-space: pre-wrap; overflow-wrap: anywhere">{}</div>'
_REMOVED = '<del style="background: rgba(229, 72, 77, 0.22); text-decoration: none; border-radius: 3px">{}</del>'
_ADDED = '<ins style="background: rgba(48, 164, 108, 0.25); text-decoration: none; border-radius: 3px">{}</ins>'


def word_difference(left: str, right: str) -> tuple[str, str]:
    """Both texts as HTML; words that only the left has are in <del>, those that only the right has in <ins>.

    Everything of the texts is escaped: what a model wrote can never become markup.
    """
    left_parts: list[str] = []
    right_parts: list[str] = []
    left_words, right_words = _WORDS.findall(left), _WORDS.findall(right)
    matcher = SequenceMatcher(a=left_words, b=right_words, autojunk=False)
    for operation, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        left_text = html.escape("".join(left_words[left_start:left_end]))
        right_text = html.escape("".join(right_words[right_start:right_end]))
        same = operation == "equal"
        left_parts.append(_marked(left_text, same, _REMOVED.format))
        right_parts.append(_marked(right_text, same, _ADDED.format))
    return _BLOCK.format("".join(left_parts)), _BLOCK.format("".join(right_parts))


def similarity(left: str, right: str) -> float:
    """The share of words that both texts have in the same order, 0 to 1."""
    return SequenceMatcher(a=_WORDS.findall(left), b=_WORDS.findall(right), autojunk=False).ratio()


def _marked(text: str, same: bool, mark: Callable[[str], str]) -> str:
    return text if same or not text else mark(text)
