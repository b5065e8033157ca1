"""Payment cards and bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stdnum import iban, luhn

from guardrails_config.personal_data.characters import WORD
from guardrails_config.personal_data.other_numbers import A_THINGS

_LENGTHS = (
    "NO15 BE16 DK18 FI18 FO18 GL18 NL18 SD18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 MN20 XK20 CH21 HR21 LI21 LV21 "
    "BG22 BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 OM23 SO23 TL23 AD24 CZ24 ES24 MD24 PK24 "
    "RO24 SA24 SE24 SK24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 BI27 DJ27 FR27 GR27 IT27 MC27 MR27 SM27 AL28 AZ28 BY28 "
    "CY28 DO28 GT28 HN28 HU28 LB28 NI28 PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 YE30 MT31 SC31 LC32 RU33"
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
"""Characters of an IBAN by country (SWIFT's IBAN registry)."""

_DIGITS = re.compile(r"\d+")
_CARD_LENGTHS = range(13, 20)
_BRANDS = (
    (re.compile(r"4"), (16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-59]|[689])"), (14, 16, 19)),
    (re.compile(r"35"), (16, 17, 18, 19)),
    (re.compile(r"5[0678]|6"), (13, 14, 15, 16, 17, 18, 19)),
    (re.compile(r"8[16]|9792|220[0-4]"), (16, 19)),
)
"""How numbers begin and how long they are: Visa, Mastercard, American Express, Diners, JCB, Maestro with Discover and
UnionPay, and others."""
_RARE = 5
"""Brands from here on begin like many other numbers."""
_PRINTED = {(4, 6, 5), (4, 6, 4)}
_CARD_WORD = re.compile(r"card|karte|carte|tarjeta|carta|cart\u00e3o|kaart|karta|kort|visa|master|amex", re.IGNORECASE)
_LOOK_BACK = 40
_BETWEEN_GROUPS = re.compile(r"[ \t]{0,2}(?:[-/_\u00b7*]|\.(?!\s)){0,2}[ \t]{0,2}\n?[ \t]{0,2}")
_IBAN_START = re.compile(rf"(?<!{WORD})[A-Za-z]{{2}}\d{{2}}")
_IBAN = re.compile(rf"(?<!{WORD})[A-Za-z]{{2}}\d{{2}}(?:[ \n\t]?(?:[-/]|\.(?!\s))?[ \n\t]?[A-Za-z0-9]){{11,30}}")


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
    digits, found, last, begun = "", 0, groups[0][0], groups[0][0]
    lengths: list[int] = []
    for begin, end in groups:
        if not _BETWEEN_GROUPS.fullmatch(text, last, begin) or len(digits) > _CARD_LENGTHS.stop:
            break
        digits, last = digits + text[begin:end], end
        lengths.append(end - begin)
        if len(digits) in _CARD_LENGTHS and _is_card(digits, tuple(lengths), text[max(0, begun - _LOOK_BACK) : begun]):
            found = end
    return found


def _is_card(digits: str, groups: tuple[int, ...], before: str) -> bool:
    if not luhn.is_valid(digits):
        return False
    if _CARD_WORD.search(before):
        return True
    brand = next(
        (index for index, (begins, sizes) in enumerate(_BRANDS) if begins.match(digits) and len(digits) in sizes), None
    )
    if brand is None or not _grouped_like_a_card(groups):
        return False
    return brand < _RARE or not A_THINGS.search(before)


def _grouped_like_a_card(groups: tuple[int, ...]) -> bool:
    """In one, in groups of one length but the last, or as American Express and Diners print theirs."""
    return groups in _PRINTED or (len(set(groups[:-1])) <= 1 and groups[-1] <= groups[0])


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs stand (ISO 13616), with or without separators; a word that follows is not taken along."""
    free = 0
    for start in _IBAN_START.finditer(text):
        match = _IBAN.match(text, start.start())
        if match is None or start.start() < free:
            continue
        run = match.group()
        positions = [index for index, character in enumerate(run) if character.isalnum()]
        length = IBAN_LENGTHS.get(run[:2].upper(), 0)
        if 0 < length <= len(positions) and iban.is_valid(
            "".join(run[index] for index in positions[:length]), check_country=False
        ):
            free = match.start() + positions[length - 1] + 1
            yield match.start(), free
