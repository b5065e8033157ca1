"""Dates of birth: a date right behind a word for birth. Other dates are nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

CUE = (
    r"(?:\b(?:born|birth[ _-]?da(?:y|te)|date[ _-]?of[ _-]?birth|d\.?o\.?b\.?|geboren|geb\.|geburts(?:datum|tag)|"
    r"n\u00e9e?|date de naissance|"
    r"naissance|nacid[oa]|nac\u00ed|fecha de nacimiento|nat[oa]|data di nascita|geboortedatum|nascid[oa]|nasci|"
    r"data de nascimento|urodzon[ya]|data urodzenia|f\u00f6dd|f\u00f6delsedatum|f\u00f8dt|f\u00f8dselsdato)|"
    r"\u751f\u5e74\u6708\u65e5|\u51fa\u751f\u65e5\u671f|\u751f\u65e5)"
)
_LINK = (
    r"(?:[\s:=|*_\"'(,-]|\b(?:is|was|on|the|of|am|den|ist|war|le|est|el|es|il|\u00e8|op|em|\u00e9|a|dnia|den|my|in|"
    r"\u306f)\b){0,12}"
)
_MONTH = r"[A-Za-z\u00c0-\u017f]{3,10}\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\u00ba|\.)?"
_YEAR = r"(?:19|20)\d\d"
_DATE = (
    rf"(?:{_DAY}\s?(?:of |de )?{_MONTH},?\s?(?:de )?{_YEAR}|{_MONTH}\s{_DAY},?\s{_YEAR}"
    rf"|\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:{_YEAR}|\d\d)(?!\d)|{_YEAR}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,2}}(?!\d)"
    rf"|{_YEAR}\s?\u5e74\s?\d{{1,2}}\s?\u6708\s?\d{{1,2}}\s?\u65e5|(?:19|20)\d{{6}}(?!\d))"
)
_BIRTHDAY = re.compile(
    rf"{CUE}{_LINK}(?:\w{{2,20}},?\s(?:on |am |le |el |il |op |em )?){{0,3}}?(?P<date>{_DATE})", re.IGNORECASE
)
_PART = rf"(?:{_DAY}|{_YEAR}|{_MONTH}|of|de|[./-]|\d{{1,2}}[./-]\d{{1,2}}[./-]?|\u5e74|\u6708)"
_STEMS = (
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
    "\u751f",
)
_SO_FAR = re.compile(rf"{CUE}{_LINK}(?:{_PART}[\s,]*){{0,6}}$", re.IGNORECASE)


def find_birthdays(text: str) -> Iterator[tuple[int, int]]:
    """Where dates of birth stand."""
    if _speaks_of_birth(text):
        for match in _BIRTHDAY.finditer(text):
            yield match.span("date")


def may_become_birthday(text: str) -> bool:
    """Whether `text` ends with a word for birth, or with one and the beginning of a date."""
    return _speaks_of_birth(text) and _SO_FAR.search(text) is not None


def _speaks_of_birth(text: str) -> bool:
    lowered = text.lower()
    return any(stem in lowered for stem in _STEMS)
