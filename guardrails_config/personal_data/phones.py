"""Phone numbers, told by the numbering plans that the phonenumbers library has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from guardrails_config.personal_data.characters import WORD

REGIONS = (
    *("US", "GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "BE", "PL", "PT", "SE", "IE", "AU", "IN", "BR", "DK", "NO"),
    *("FI", "CZ", "GR", "RO", "HU", "TR", "JP", "KR", "CN", "NZ", "ZA", "MX", "AR", "CL", "CO", "IL", "UA", "SG", "HK"),
)
"""Where a number without a country code is looked up."""
MOST_LOOK_UPS = 200
"""In one text; beyond, everything that has the form of a phone number counts as one."""
_FEWEST_IN_ONE = 9
"""The same for digits without a separator and without a word for phone."""
LOOK_BACK = 40

_PHONE = re.compile(
    rf"(?<!{WORD})(?<![@#])(?<![\d][.,/:-])(?:\+|00)?\(?\d"
    r"(?:[ \t]{0,2}(?:\(0\)|(?:[()\-/_*]|\.(?!\s)){0,2})[ \t\n]?\d){6,16}(?!@)(?!"
    rf"{WORD})"
)
_BLANK = re.compile(r"\s+")
_FEWEST, _MOST = 7, 15
"""Digits of a phone number (ITU-T E.164 allows 15)."""
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?![-./]?\d)|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}(?!\d)")
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}")
_CALL = re.compile(
    r"(?:\b(?:phone|tel|telephone|telefon\w*|telef\w+|call|dial|mobiel|mobile?|mobil\w*|handy\w*|cell\w*|whatsapp|sms|text|"
    r"fax|reach|ring|contact|rufnummer|anruf\w*|t[eé]l[eé]fono|t[eé]l[eé]phone|t[eé]l|portable|appele[rz]|m[oó]vil|llam\w+|"
    r"chiam\w+|cellulare|bel|bellen|gsm|zadzwo\w+|komórk\w+|lig(?:ue|ar)|celular|tlf|tlm|puhelin\w*|тел\w*|звон\w+|"
    r"(?:my|your|his|her|their|our) number|numéro|numero)\b|電話|携帯|电话|手机|전화|휴대폰)[^\n]{0,30}$",
    re.IGNORECASE,
)
_NOT_A_PHONE = re.compile(
    r"(?:\b(?:order|invoice|ticket|ref|reference|booking|confirmation|tracking|receipt|"
    r"transaction|serial|sku|version|isbn|ean|vat|tax|id|payout|charge|rechnung\w*|bestell\w*|auftrag\w*|sendung\w*|"
    r"commande|pedido|factura|ordine|fattura|"
    r"(?:account|article|item|case|policy|contract|customer|client)(?= (?:number|no|nr|id|code)))"
    r"(?: (?:number|no|nr|id|code))?[ .:#]{0,4}(?:is )?|[#$€£¥])$",
    re.IGNORECASE,
)


def find_phones(text: str) -> Iterator[tuple[int, int]]:
    """Where phone numbers stand: with a country code, or valid in one of REGIONS and written like one.

    Other numbers may stand right before and behind one.
    """
    left = MOST_LOOK_UPS
    position = looked_at = 0
    while (match := _PHONE.search(text, position)) is not None:
        begin, end = match.span()
        if left <= 0:
            yield begin, end
            position = end
            continue
        position = _next_group(text, begin, end)
        for stop in _stops(text, begin, end, fresh=begin >= looked_at):
            left -= 1
            if _is_phone(text[begin:stop], text[max(0, begin - LOOK_BACK) : begin]):
                yield begin, stop
                position = stop
                break
        looked_at = max(looked_at, end)


@lru_cache(maxsize=1024)
def readings(written: str) -> frozenset[str]:
    """What a number may stand for, as E.164: one, or one for each region where it is valid without a country code."""
    if _international(written) and (number := _parsed("+" + written.lstrip("(+0"), None)) is not None:
        return frozenset([number])
    return frozenset(number for region in REGIONS if (number := _parsed(written, region)) is not None)


def _stops(text: str, begin: int, end: int, *, fresh: bool) -> list[int]:
    """Where a number that begins here may end, the longest first: behind any group of digits where it begins like one,
    else only behind all of them, and nowhere where other digits went before."""
    if text[begin] in "+(0" or _NORTH_AMERICAN.match(text, begin, end) or (fresh and _is_called(text, begin)):
        return [end, *(begin + blank.start() for blank in reversed([*_BLANK.finditer(text[begin:end])]))]
    return [end] if fresh else []


def _next_group(text: str, begin: int, end: int) -> int:
    """Where the digits behind the next blank begin."""
    blank = _BLANK.search(text, begin, end)
    return blank.end() if blank else end


def _is_called(text: str, position: int) -> bool:
    return bool(_CALL.search(text[max(0, position - LOOK_BACK) : position]))


def _is_phone(written: str, before: str) -> bool:
    if _DATE.match(written) or not _FEWEST <= sum(character.isdigit() for character in written) <= _MOST:
        return False
    if _international(written) and _parsed("+" + written.lstrip("(+0"), None, valid=False) is not None:
        return True
    called = _CALL.search(before) is not None
    if _NOT_A_PHONE.search(before) or written.startswith("+"):
        return False
    if written.isdigit() and len(written) < _FEWEST_IN_ONE and not called:
        return False
    if written.startswith(("0", "(")) or called:
        return any(_parsed(written, region) for region in REGIONS)
    return bool(_NORTH_AMERICAN.fullmatch(written)) and _parsed(written, "US") is not None


def _international(written: str) -> bool:
    return written.lstrip("(").startswith(("+", "00"))


@lru_cache(maxsize=1024)
def _parsed(written: str, region: str | None, *, valid: bool = True) -> str | None:
    """As E.164; None where it is no number of the region, or of any where none is given."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    holds = phonenumbers.is_valid_number(number) if valid else phonenumbers.is_possible_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if holds else None
