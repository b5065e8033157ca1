"""Phone numbers, told by the numbering plans that the phonenumbers library has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from guardrails_config.personal_data.characters import WORD
from guardrails_config.personal_data.other_numbers import NO_PHONES

REGIONS = (
    *("US", "GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "BE", "PL", "PT", "SE", "IE", "AU", "IN", "BR", "DK", "NO"),
    *(
        "FI",
        "CZ",
        "CA",
        "GR",
        "RO",
        "HU",
        "TR",
        "JP",
        "KR",
        "CN",
        "NZ",
        "ZA",
        "MX",
        "AR",
        "CL",
        "CO",
        "IL",
        "UA",
        "SG",
        "HK",
    ),
)
"""Where a number without a country code is looked up."""
MOST_LOOK_UPS = 200
"""In one text; beyond, everything that has the form of a phone number counts as one."""
_FEWEST_UNCALLED, _MOST_UNCALLED = 9, 12
"""The same without a word for phone."""
_AMOUNT = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_OF_MONEY_OR_PARCELS = re.compile(r"\s?(?:[$\u20ac\u00a3\u00a5%]|K\u010d|[A-Z]{2,3}\b)")
"""What stands behind three groups of three digits that are an amount, or within a parcel's number."""
LOOK_BACK = 40

_PHONE = re.compile(
    rf"(?<!{WORD})(?<![@#])(?<![\d][.,/:-])(?<![0-9a-f]{{4}}-)(?:\+|00)?\(?\d"
    r"(?:[ \t]{0,2}(?:\(0\)|(?:[()\-/_*]|\.(?!\s)){0,2})[ \t\n]?\d){6,16}(?!@)(?!"
    rf"{WORD})"
)
_BLANK = re.compile(r"\s+")
_FEWEST, _MOST = 7, 15
"""Digits of a phone number (ITU-T E.164 allows 15)."""
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?![-./]?\d)|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}(?!\d)")
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\(\d{3}\)[ .-]{0,2}|\d{3}[ .-]{1,2})\d{3}[ .-]\d{4}")
_WRITTEN_LIKE = (
    ("US", _NORTH_AMERICAN),
    ("CA", _NORTH_AMERICAN),
    ("ES", re.compile(r"[6-9]\d\d(?:([ .-])\d\d\1\d\d\1\d\d|([ -])\d{3}\2\d{3})")),
    ("PT", re.compile(r"(?:9[1-36]|2\d)\d([ -])\d{3}\1\d{3}")),
    ("PL", re.compile(r"[4-8]\d\d([ -])\d{3}\1\d{3}|[1-9]\d \d{3} \d\d \d\d")),
    ("CZ", re.compile(r"[2-7]\d\d ?\d{3} \d{3}")),
    ("NO", re.compile(r"[49]\d\d \d\d \d{3}|[2-79]\d( )\d\d\1\d\d\1\d\d")),
    ("DK", re.compile(r"[2-9]\d( )\d\d\1\d\d\1\d\d")),
    ("IT", re.compile(r"3\d\d[ .-](?:\d{6,7}|\d{3} \d{3,4}|\d\d \d\d \d{3})")),
    ("BR", re.compile(r"[1-9]\d 9?\d{4}[- ]\d{4}")),
    ("MX", re.compile(r"\d\d \d{4} \d{4}|\d{3} \d{3} \d{4}")),
    ("IN", re.compile(r"[6-9]\d{4}[ -]\d{5}")),
)
"""Groups by which a number of a country is known that has no 0 before it."""
_NUMBER_WORD = r"(?:number|nummer|nummeret|num[eé]ro|n[uú]mero|numer|n[rº°]|no|[čc][ií]slo|numeroni|whats)"
_CALL = re.compile(
    r"(?:\b(?:phone|tel|telephone|telefon\w*|telef\w+|telem[oó]vel|call|dial|mobiel|mobile?|mobil\w*|handy\w*|cell\w*|"
    r"whatsapp|signal|telegram|sms|text|fax|reach|ring|buzz|contact\w*|kontakt\w*|rufnummer|anruf\w*|"
    r"r[uü]ckruf\w*|erreich\w*|"
    r"ruf\w*|t[eé]l[eé]fono|t[eé]l[eé]phone|t[eé]l|portable|appele[rz]|rappele[rz]|joi(?:ndre|gnable)|m[oó]vil|llam\w+|"
    r"ll[aá]m\w+|m[aá]rca\w*|localiza\w*|chiam\w+|cellulare|trova\w+|recapito|bel|bellen|bereik\w*|gsm|"
    r"zadzwo\w+|dzwoni\w*|"
    r"kom[oó]rk\w+|lig(?:ue|ar|a)|celular|n[aå]|soit\w+|puh|puhelin\w*|tlf|tlm|zavol\w+|volejte|volat|тел\w*|звон\w+|"
    rf"(?:my|your|his|her|their|our|mein\w*|ihre?|mon|votre|mi|su|o meu|meu|seu|mio|suo|mijn|uw|mitt|min|mit|"
    rf"m[oó]j|moje|"
    rf"best|direct|contact|home|work|emergency) {_NUMBER_WORD}|nummeret mitt|nummeroni|numeroni|num[eé]ro|numeroon)\b|"
    r"電話|携帯|連絡先|电话|手机|전화|휴대폰)[^\n]{0,30}$",
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
            if _is_phone(text[begin:stop], text[max(0, begin - LOOK_BACK) : begin], text[stop : stop + 5]):
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


def _is_phone(written: str, before: str, behind: str) -> bool:
    if _DATE.match(written) or not _FEWEST <= sum(character.isdigit() for character in written) <= _MOST:
        return False
    if _international(written) and _parsed("+" + written.lstrip("(+0"), None, valid=False) is not None:
        return "+" in written or not NO_PHONES.search(before)
    if NO_PHONES.search(before) or written.startswith("+"):
        return False
    return _is_national(written, _CALL.search(before) is not None, behind)


def _is_national(written: str, called: bool, behind: str) -> bool:
    """Whether it is a number of one of REGIONS without its country code; `called`: behind a word for phone."""
    if not called and not _FEWEST_UNCALLED <= sum(character.isdigit() for character in written) <= _MOST_UNCALLED:
        return written[0] in "2349" and written.count(" ") >= 2 and _written_like(written)
    if (
        not called
        and (written.startswith("0.") or _AMOUNT.fullmatch(written))
        and (_OF_MONEY_OR_PARCELS.match(behind) or written.startswith("0."))
    ):
        return False
    if written.startswith(("0", "(")) or called:
        return any(_parsed(written, region) for region in REGIONS)
    return _written_like(written)


def _written_like(written: str) -> bool:
    return any(form.fullmatch(written) and _parsed(written, region) for region, form in _WRITTEN_LIKE)


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
