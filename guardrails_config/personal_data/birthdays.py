"""Dates of birth: a date right behind a word for birth. Other dates are nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

CUE = (
    r"(?:\b(?:born|birth[ _-]?da(?:y|te)|date[ _-]?of[ _-]?birth|d\.?o\.?b\.?|geboren|geb\.|geb\.-?dat(?:um|\.)?|"
    r"geburts(?:datum|tag)|n\u00e9e?|date de naissance|naissance|nacimiento|nascimento|nascita|birth|"
    r"narozen\u00ed|urodzenia|anniversaire|"
    r"nacid[oa]|nac\u00ed|fecha de nacimiento|f\. ?nac\.|cumplea\u00f1os|nat[oa]|data di nascita|compleanno|"
    r"geboortedatum|geboortedag|verjaardag|nascid[oa]|nasci|data de nascimento|anivers\u00e1rio|"
    r"urodzi\u0142(?:em|am)?(?: si\u0119)?|urodzon[yae]|data urodzenia|urodziny|ur\.|"
    r"naro(?:zen|zena|dil(?:a)?)|datum narozen\u00ed|narozeniny|nar\.|"
    r"f\u00f6dd|f\u00f6delse(?:datum|dag)|f\u00f8dt|f\u00f8dsels(?:dato|dag)|syntynyt|syntym\u00e4(?:aika|"
    r"p\u00e4iv\u00e4)\w{0,3})|"
    r"\u751f\u5e74\u6708\u65e5|\u51fa\u751f\u65e5\u671f|\u751f\u65e5)"
)
_LINK = (
    r"(?:[\s:=|*_\"'(,\u3002-]|\b(?:is|was|on|the|of|am|den|der|ist|war|lautet|le|est|el|es|il|\u00e8|op|em|\u00e9|a|"
    r"dnia|dne|jsem|se|si\u0119|to|je|on|er|\u00e4r|den|my|in|\u306f)\b){0,12}"
)
_MONTH = r"[A-Za-z\u00c0-\u017f]{3,12}\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\u00ba|\.)?"
_YEAR = r"(?:19|20)\d\d"
_DATE = (
    rf"(?:{_DAY}\s?-?(?:of |de )?{_MONTH},?\s?-?(?:del? )?{_YEAR}|{_MONTH}\s{_DAY},?\s{_YEAR}"
    rf"|\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:{_YEAR}|\d\d)(?!\d)|"
    rf"{_YEAR}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,2}}(?!\d)"
    rf"|(?:{_YEAR}|\d{{1,2}})\s?\u5e74\s?\d{{1,2}}\s?\u6708\s?\d{{1,2}}\s?\u65e5"
    rf"|(?:19|20)\d{{6}}(?!\d))"
)
_BIRTHDAY = re.compile(
    rf"{CUE}{_LINK}(?:\w{{2,20}},?\s(?:on |am |le |el |il |op |em |dne )?){{0,3}}?(?P<date>{_DATE})", re.IGNORECASE
)
_GERMAN_MONTHS = (
    r"(?:Januar|J\u00e4nner|Februar|M\u00e4rz|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
)
_BORN_ON = re.compile(
    rf"(?<![\d.])(?P<date>(?:\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?(?:{_YEAR}|\d\d)|\d{{1,2}}\. {_GERMAN_MONTHS} {_YEAR})"
    r"(?=\sgeboren\b)|(?<!\d)\d{1,4}\u5e74\d{1,2}\u6708\d{1,2}\u65e5(?=\u751f))",
    re.IGNORECASE,
)
"""With the word for birth behind the date."""
_PART = (
    rf"(?:on|am|in|le|el|il|op|em|dne|{_DAY}|{_YEAR}|{_MONTH}|of|de|del|[./-]|\d{{1,2}}[./-]\d{{1,2}}[./-]?|"
    rf"\u5e74|\u6708)"
)
_STEMS = (
    *(
        "born",
        "birth",
        "dob",
        "d.o",
        "geb",
        "n\u00e9",
        "nac",
        "nat",
        "nasc",
        "urod",
        "f\u00f6d",
        "f\u00f8d",
        "annivers",
    ),
    *(
        "nais",
        "anivers",
        "cumple",
        "compleann",
        "verjaar",
        "geboor",
        "ur.",
        "naroz",
        "narod",
        "nar.",
        "syntym",
        "syntynyt",
        "\u751f",
    ),
)
_ANY_STEM = re.compile("|".join(map(re.escape, _STEMS)))
"""Sooner told than by `in` where the text is a word or two."""
_DIGIT = re.compile(r"\d")
_SO_FAR = re.compile(rf"{CUE}{_LINK}(?:{_PART}[\s,]*){{0,6}}$", re.IGNORECASE)
_GERMAN_SO_FAR = re.compile(
    rf"(?<!\d)\d{{1,2}}(?:\.(?: ?\d{{1,2}}\.| {_GERMAN_MONTHS}(?: {_YEAR})?)?|[./-] ?\d{{1,2}}[./-] ?(?:{_YEAR}|"
    rf"\d\d))$",
    re.IGNORECASE,
)
_JAPANESE_SO_FAR = re.compile(r"(?<!\d)\d{1,4}\u5e74(?:\d{1,2}\u6708(?:\d{1,2}\u65e5)?)?$")


def find_birthdays(text: str) -> Iterator[tuple[int, int]]:
    """Where dates of birth stand."""
    if _speaks_of_birth(text):
        for form in (_BIRTHDAY, _BORN_ON):
            for match in form.finditer(text):
                yield match.span("date")


def may_become_birthday(text: str) -> bool:
    """Whether `text` ends with a word for birth, with one and the beginning of a date, or with a date that
    such a word may follow."""
    if ("\u5e74" in text and _JAPANESE_SO_FAR.search(text)) or (_DIGIT.search(text) and _GERMAN_SO_FAR.search(text)):
        return True
    return _ANY_STEM.search(text.lower()) is not None and _SO_FAR.search(text) is not None


def _speaks_of_birth(text: str) -> bool:
    lowered = text.lower()
    return any(stem in lowered for stem in _STEMS)
