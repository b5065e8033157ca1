"""How long a text must be held back before personal data in it can be told.

A text is cut behind each blank unless what stands before the blank may go on behind it, as the groups of a phone
number do. Whether it may depends on the text before the blank and on the few characters behind it that decide, never on
how the text arrives, so that the cuts are the same for every way of cutting it into tokens.
"""

from __future__ import annotations

import re
from itertools import takewhile

from guardrails_config.personal_data import addresses, birthdays
from guardrails_config.personal_data.characters import NO_BLANKS, WORD, plain
from guardrails_config.personal_data.emails import AT_WORDS, JOINT_WORDS
from guardrails_config.personal_data.secrets import LONGEST_KEY

_LONGEST_BRACKET = 24
_TAIL = 120
"""Characters at the end of a segment by which it is decided."""
_LAST_WORD = re.compile(rf"[^\s{NO_BLANKS}]*$")
_NUMBER = re.compile(r"\d")
_CLOSED = re.compile(r"(?:[.!?;%\u2026]|[$\u20ac\u00a3\u00a5])[\"')\]*_]*$")
_HOUSE_NUMBER = re.compile(r"\d{1,5}[A-Za-z]?,$")
_GLUE = re.compile(r"[+(\-/*_.\u00b7]+")
_TWO_LETTERS = re.compile(r"(?<![^\W\d_])[A-Za-z]{2}$")
"""As British insurance numbers begin."""
_FRENCH_AHEAD = ("rue", "avenue", "boulevard", "place", "chemin", "all\u00e9e", "impasse", "quai", "bis", "ter")
_FRENCH_PREFIXES = frozenset(street[:end] for street in _FRENCH_AHEAD for end in range(1, len(street) + 1))
_CAPITAL = r"[A-Z\u00c0-\u00de\u0141\u015a\u0179\u017b]"
_NAME = rf"{_CAPITAL}[\w'\u2019.-]*"
_PARTICLES = r"(?:of|the|de|del|della|dello|dei|degli|di|da|das|do|dos|la|las|los|le|les|el|du|des)"
_STREET_AFTER_NUMBER = re.compile(
    rf"\d[\w/-]{{0,8}},?(?:\s(?:{_NAME}|{_PARTICLES}|{addresses.FRENCH}|bis|ter|[dl]['\u2019]\S+)){{1,6}},?$"
)
_GERMANIC = (
    "stra\u00dfe strasse str. weg platz allee gasse damm ufer straat laan plein gracht kade gatan v\u00e4gen gade vej "
    "gata veien"
)
_GERMANIC_ENDINGS = tuple(_GERMANIC.split())
_ROMANCE = "Calle C/ Av Plaza Paseo Piazza Via Corso Rua Travessa Pra ul Ul al."
_ROMANCE_STEMS = tuple(_ROMANCE.split())
_ROMANCE_STREET = re.compile(
    rf"(?<!\w){addresses.ROMANCE}(?:\s?(?:{_NAME}|{_PARTICLES})){{0,6}},?(?:\sn[.\u00ba\u00b0]{{1,2}})?$"
)
_BOXES = "P. P.O. O. Box PO Postfach Apartado de Correos Casella Postale Bo\u00eete Postbus"
_BOX_WORDS = tuple(_BOXES.split())
_BOX = re.compile(
    r"(?:\bP\.(?:\s?O\.(?:\s?Box)?)?|\bPO(?:\sBox)?|Postfach|Apartado(?:\sde(?:\sCorreos)?)?|Casella(?:\sPostale)?|"
    r"Bo\u00eete(?:\sPostale)?|Postbus)$"
)
_IBAN_SO_FAR = re.compile(rf"(?<!{WORD})[A-Za-z]{{2}}\d{{2}}(?:[\s./-]{{0,3}}[A-Za-z0-9]{{1,4}}){{0,10}}$")
_AT = "at \u00e4t arroba arobase chiocciola apenstaartje ma\u0142pa snabel-a @"
_DOTS_AND_DASHES = "dot d0t punkt punto point ponto kropka punt underscore dash hyphen minus plus"
_JOINTS = tuple(f"{_AT} {_DOTS_AND_DASHES}".split())
_JOINT_PREFIXES = frozenset(joint[:end] for joint in _JOINTS for end in range(len(joint) + 1))
_BRACKETED = re.compile(rf"[(\[{{<]\s*(?:{AT_WORDS}|{JOINT_WORDS}|@|\.)?\s*[)\]}}>]?$", re.IGNORECASE)
_OPENERS = re.compile(r"[(\[{<]")
_NEXT = re.compile(r"\s*([(\[{<]?)\s*(@|[^\W_]*)")
_KEY_BEGINS = "-----BEGIN "
_OTHER_BLOCK = re.compile(r"-----BEGIN (?![A-Z ]*PRIVATE)[A-Z ]*-----")
_KEY_ENDS = re.compile(r"-----END [A-Z ]*-----")


def may_grow(segment: str, ahead: str = "") -> bool | None:
    """Whether personal data in `segment`, which ends in a blank, may go on behind it, where the text is `ahead` so far.

    None where that cannot be told before more of the text is known.
    """
    if _KEY_BEGINS in segment and (goes_on := _in_private_key(segment)) is not None:
        return goes_on
    text = plain(segment[-_TAIL:]).text.rstrip()
    ends_invisibly = not plain(segment[-1]).text
    if ends_invisibly or (text and birthdays.may_become_birthday(text)):
        return True
    if not text or segment.endswith("\n\n"):
        return False
    return _goes_on(text, _LAST_WORD.findall(text)[0], plain(ahead).text)


def _goes_on(text: str, word: str, following: str) -> bool | None:
    if _street_goes_on(text, word) or (_NUMBER.search(text) and _IBAN_SO_FAR.search(text)):
        return True
    if _NUMBER.search(word):
        return _number_goes_on(text, word, following)
    if _GLUE.fullmatch(word) or _TWO_LETTERS.search(text):
        stripped = following.lstrip()
        if not stripped:
            return None
        if stripped[0].isdigit() or stripped[0] in "+(":
            return True
    return _joins(text, word, following)


def _in_private_key(segment: str) -> bool | None:
    """Whether a private key goes on; None where there is none."""
    begin = segment.rfind(_KEY_BEGINS)
    if _OTHER_BLOCK.match(segment, begin) or _KEY_ENDS.search(segment, begin):
        return None
    return len(segment) - begin < LONGEST_KEY


def _street_goes_on(text: str, word: str) -> bool:
    if word.lower().endswith(_GERMANIC_ENDINGS) or (word.endswith(_BOX_WORDS) and _BOX.search(text)):
        return True
    if any(stem in text for stem in _ROMANCE_STEMS) and _ROMANCE_STREET.search(text):
        return True
    return bool(_NUMBER.search(text) and _STREET_AFTER_NUMBER.search(text))


def _number_goes_on(text: str, word: str, following: str) -> bool | None:
    if _CLOSED.search(word) or (word.endswith(",") and not _HOUSE_NUMBER.fullmatch(word)):
        return False
    stripped = following.lstrip()
    if not stripped:
        return None
    if not stripped[0].islower():
        return True
    token = "".join(takewhile(str.isalnum, stripped))
    if len(token) == len(stripped):
        return None if len(token) == 1 or token in _FRENCH_PREFIXES else _joins(text, word, following)
    return True if len(token) == 1 or token in _FRENCH_AHEAD else _joins(text, word, following)


def _joins(text: str, word: str, following: str) -> bool | None:
    """Whether a written-out e-mail address goes on: behind "jane" with "at", behind "jane at" with anything."""
    if word.casefold() in _JOINTS and len(word) < len(text):
        return True
    if _OPENERS.search(text, max(0, len(text) - _LONGEST_BRACKET)) and _BRACKETED.search(text[-_LONGEST_BRACKET:]):
        return True
    if not word or not (word[-1].isalnum() or word[-1] in ")]}>"):
        return False
    match = _NEXT.match(following)
    if match is None:
        return False
    opener, token = match.groups()
    token = token.casefold()
    if match.end() < len(following):
        return token in _JOINTS or (token == "" and opener != "" and following[match.end()] == ".")
    return None if token in _JOINT_PREFIXES else False
