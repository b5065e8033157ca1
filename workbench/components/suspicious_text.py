"""A text as safe HTML in which nothing hides: unseen characters as their code, look-alike letters marked."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection

_BLOCK = '<div style="white-space: pre-wrap; overflow-wrap: anywhere">{}</div>'
_LINE = '<mark style="background: rgba(229, 72, 77, 0.2); color: inherit; border-radius: 3px">{}</mark>'
_UNSEEN = (
    '<code title="{title}" style="background: rgba(245, 158, 11, 0.35); color: inherit; border-radius: 3px; '
    'padding: 0 0.2em">{shown}</code>'
)
_LOOK_ALIKE = (
    '<b title="{title}" style="background: rgba(124, 92, 214, 0.35); text-decoration: underline wavy; '
    'border-radius: 3px">{shown}</b>'
)
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_WORD = re.compile(r"\w+")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_UNSEEN_CATEGORIES = ("Cf", "Cc", "Cn", "Co")


def suspicious_text(text: str, lines: Collection[int] = ()) -> str:
    """`text` as HTML, its characters escaped; `lines`, numbered from 0, are marked as a whole.

    A character that is not drawn becomes its code ("U+200B"), a run of Unicode tags the words that it spells. Letters
    of another alphabet in a word with Latin ones are marked, and so are Latin letters in another dress.
    """
    shown = [
        _LINE.format(_line(line)) if number in lines else _line(line) for number, line in enumerate(text.split("\n"))
    ]
    return _BLOCK.format("\n".join(shown))


def _line(line: str) -> str:
    if line.isascii() and line.isprintable():
        return html.escape(line)
    parts, end = [], 0
    for match in _TAGS.finditer(line):
        parts += [_words(line[end : match.start()]), _tags(match.group())]
        end = match.end()
    return "".join([*parts, _words(line[end:])])


def _words(text: str) -> str:
    look_alikes = {
        match.start() + offset
        for match in _WORD.finditer(text)
        for offset, character in enumerate(match.group())
        if _is_look_alike(character, match.group())
    }
    return "".join(_character(character, place in look_alikes) for place, character in enumerate(text))


def _character(character: str, look_alike: bool) -> str:
    if look_alike:
        return _LOOK_ALIKE.format(title=html.escape(_name(character)), shown=html.escape(character))
    unseen = unicodedata.category(character) in _UNSEEN_CATEGORIES or _VARIATION_SELECTORS.match(character)
    if unseen and character != "\t":
        return _UNSEEN.format(title=html.escape(_name(character)), shown=f"U+{ord(character):04X}")
    return html.escape(character)


def _tags(run: str) -> str:
    spelt = "".join(chr(ord(character) - 0xE0000) for character in run)
    return _UNSEEN.format(title=f"{len(run)} Unicode tag characters", shown=f"hidden: {html.escape(spelt)}")


def _is_look_alike(character: str, word: str) -> bool:
    """A Latin letter in another dress, or another alphabet's letter in a word with Latin ones."""
    if character.isascii() or not character.isalpha():
        return False
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and plain.isascii():
        return True
    is_latin = unicodedata.name(character, "").startswith("LATIN")
    return not is_latin and any("a" <= letter <= "z" for letter in word.lower())


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
