"""How long a text must be held back before personal data in it can be told.

A text is cut after each blank unless what stands before the blank may go on behind it, as the groups of a phone
number do. Whether it may depends on the text before the blank alone, so that the cuts are the same however the text
arrives.
"""

from __future__ import annotations

import re

LONGEST_RUN = 400
"""Characters after which a run of numbers is cut at the next blank anyway."""
LONGEST_KEY = 4000
"""The same for a private key in PEM form."""
_TAIL = 80

_NUMBER = re.compile(r"\d")
_CLOSED = re.compile(r"(?:[.!?;%…]|[$€£¥])[\"')\]*_]*$")
_GLUE = re.compile(r"[+(\-/\u2013\u2014]+")
_STREET_AFTER_NUMBER = re.compile(
    r"\d[\w/-]{0,8},?(?:\s(?:[A-ZÀ-Þ][\w'\u2019.-]*|of|the|de|la|le|les|du|des|rue|avenue|boulevard|place|chemin|allée|impasse|quai|bis|ter)){1,5}$"
)
_STREET_BEFORE_NUMBER = re.compile(r"(?:stra(?:ß|ss)e|[Ss]tr\.|weg|[Pp]latz|[Aa]llee|gasse|damm|ufer|Weg)$")
_ROMANCE_STREET = re.compile(
    r"\b(?:Calle|Avenida|Plaza|Piazza|Via|Viale|Rua|ul\.)(?:\s(?:[A-ZÀ-Þ][\w'\u2019.-]*|de|del|della|di|da|do|la|las|los)){0,5},?$"
)
_IBAN_SO_FAR = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:\s?[A-Za-z0-9]{2,4}){0,8}$")
_STARTS = re.compile(
    r"\d|(?:stra(?:ß|ss)e|[Ss]tr\.|[Ww]eg|latz|llee|gasse|damm|ufer)$|\b(?:Calle|Avenida|Plaza|Piazza|Via|Viale|Rua|ul\.)"
)
"""Without one of these none of the following can match."""
_CONTINUES = (_STREET_AFTER_NUMBER, _STREET_BEFORE_NUMBER, _ROMANCE_STREET, _IBAN_SO_FAR)


def may_grow(segment: str) -> bool:
    """Whether personal data in `segment`, which ends in a blank, may go on behind it."""
    if "-----BEGIN " in segment and "-----END " not in segment:
        return len(segment) < LONGEST_KEY
    text = segment.rstrip()
    if not text or len(segment) > LONGEST_RUN or segment.endswith("\n\n"):
        return False
    word = text[max(text.rfind(" "), text.rfind("\n"), text.rfind("\t")) + 1 :]
    if _NUMBER.search(word):
        return not _CLOSED.search(word)
    if _GLUE.fullmatch(word):
        return True
    tail = text[-_TAIL:]
    return bool(_STARTS.search(tail)) and any(pattern.search(tail) for pattern in _CONTINUES)
