"""E-mail addresses and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "BE", "PL", "PT", "SE", "IE", "AU", "IN", "BR")
"""Where a number without a country code is looked up."""
MOST_LOOK_UPS = 200
"""In one text; beyond, everything that has the form of a phone number counts as one."""

_EMAIL = re.compile(r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(
    r"(?<![\w@#])(?<![\d][.,/:-])(?:\+|"
    r"00)?\(?\d(?:[ \t\u00a0\u202f]?[().\-/\u2010-\u2013]{0,2}[ \t\u00a0\u202f\n]?\d){6,16}(?![\w@"
    r"])"
)
_BLANK = re.compile(r"\s+")
_FEWEST, _MOST = 7, 15
"""Digits of a phone number (ITU-T E.164 allows 15)."""
LOOK_BACK = 40
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}(?!\d)")
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}")
_CALL = re.compile(
    r"\b(?:phone|tel|telephone|telefon\w*|call|mobile|handy|cell|whatsapp|sms|text|fax|reach|ring|"
    r"contact|t[eé]l[eé]fono)\b[^\n]{0,30}$",
    re.IGNORECASE,
)
_NOT_A_PHONE = re.compile(
    r"(?:\b(?:order|invoice|ticket|ref|reference|booking|confirmation|tracking|receipt|case|"
    r"transaction|account|serial|article|item|"
    r"sku|version|isbn|vat|tax|id|policy|contract|customer|client|payout|charge|rechnung\w*|bestell\w*|auftrag\w*)"
    r"(?: (?:number|no|nr|id|code))?[ .:#]{0,4}(?:is )?|[#$€£¥])$",
    re.IGNORECASE,
)


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses stand."""
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        yield match.span()


def find_phones(text: str) -> Iterator[tuple[int, int]]:
    """Where phone numbers stand: with a country code, or valid in one of REGIONS and written like one.

    Other numbers may stand right before and behind one.
    """
    left = MOST_LOOK_UPS
    for match in _PHONE.finditer(text):
        if left <= 0:
            yield match.span()
            continue
        position = match.start()
        for begin, end in _runs(text, *match.span()):
            if begin < position:
                continue
            left -= 1
            if _is_phone(text[begin:end], text[max(0, begin - LOOK_BACK) : begin]):
                position = end
                yield begin, end


def _runs(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The whole, then its runs of blank-separated groups that begin like a number, by their start, longest first."""
    yield begin, end
    starts = [begin, *(begin + blank.end() for blank in _BLANK.finditer(text[begin:end]))]
    ends = [*(begin + blank.start() for blank in _BLANK.finditer(text[begin:end])), end]
    for first, start in enumerate(starts):
        if text[start] in "+(0" or _NORTH_AMERICAN.match(text, start, end):
            yield from ((start, stop) for stop in reversed(ends[first:]) if (start, stop) != (begin, end))


def _is_phone(written: str, before: str) -> bool:
    if _DATE.match(written) or not _FEWEST <= sum(character.isdigit() for character in written) <= _MOST:
        return False
    if written.startswith("+"):
        return _is_valid(written, None)
    if written.startswith("00") and _is_valid("+" + written[2:], None):
        return True
    if _NOT_A_PHONE.search(before):
        return False
    if written.startswith(("0", "(")) or _CALL.search(before):
        return any(_is_valid(written, region) for region in REGIONS)
    return bool(_NORTH_AMERICAN.fullmatch(written)) and _is_valid(written, "US")


@lru_cache(maxsize=256)
def _is_valid(written: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number) if region is None else phonenumbers.is_valid_number(number))
