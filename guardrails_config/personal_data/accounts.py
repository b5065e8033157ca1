"""Payment cards and bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stdnum import iban, luhn

_LENGTHS = (
    "NO15 BE16 DK18 FI18 NL18 SI19 AT20 EE20 LT20 LU20 XK20 CH21 HR21 LI21 LV21 BG22 DE22 GB22 GE"
    "22 IE22 ME22 RS22 AE23 "
    "GI23 IL23 AD24 CZ24 ES24 MD24 PK24 RO24 SA24 SE24 SK24 TN24 PT25 IS26 TR26 FR27 GR27 IT27 MC"
    "27 SM27 AL28 CY28 HU28 "
    "PL28 BR29 UA29 MT31"
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
"""Characters of an IBAN by country (SWIFT's IBAN registry)."""

_DIGITS = re.compile(r"\d+")
_CARD_LENGTHS = range(13, 20)
_ISSUERS = re.compile(r"[3-6]|2[2-7]")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}")
_GROUP_SEPARATORS = ("", " ", "\u00a0", "-", ".")


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand: 13 to 19 digits that begin like a card and pass Luhn's check (ISO/IEC 7812).

    A number may be written in groups, and other numbers may stand right before and behind it.
    """
    groups = [match.span() for match in _DIGITS.finditer(text)]
    free = 0
    for first, (begin, _) in enumerate(groups):
        end = _end_of_card(text, groups[first : first + _CARD_LENGTHS.stop]) if begin >= free else 0
        if end:
            free = end
            yield begin, end


def _end_of_card(text: str, groups: Sequence[tuple[int, int]]) -> int:
    """Where the longest card number ends that begins with the first group; 0 where none does."""
    digits, found, last = "", 0, groups[0][0]
    for begin, end in groups:
        if begin - last > 1 or text[last:begin] not in _GROUP_SEPARATORS or len(digits) > _CARD_LENGTHS.stop:
            break
        digits, last = digits + text[begin:end], end
        if len(digits) in _CARD_LENGTHS and _ISSUERS.match(digits) and luhn.is_valid(digits):
            found = end
    return found


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs stand (ISO 13616), with or without blanks; a word that follows is not taken along."""
    for match in _IBAN.finditer(text):
        run = match.group()
        positions = [index for index, character in enumerate(run) if character.isalnum()]
        length = IBAN_LENGTHS.get(run[:2].upper(), 0)
        if 0 < length <= len(positions) and iban.is_valid(run[: positions[length - 1] + 1], check_country=False):
            yield match.start(), match.start() + positions[length - 1] + 1
