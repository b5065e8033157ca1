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
_FEW_LETTERS = re.compile(r"(?<![^\W\d_])(?:[A-Za-z]{2}|[A-Z]{1,3})$")
"""As British insurance numbers begin, and numbers of identity cards."""
_FISCAL_CODE = re.compile(r"(?<!\w)[A-Z]{3}$")
_FISCAL_CODE_AHEAD = re.compile(r"\s?(?:[A-Z]{3}\s?(?P<digit>\d)|(?:[A-Z]{0,2}|[A-Z]{3}\s?)$)")
_AHEAD = (*addresses.FRENCH_WORDS, "bis", "ter")
"""Words in small letters before which a number goes on."""
_AHEAD_PREFIXES = frozenset(word[:end] for word in _AHEAD for end in range(1, len(word) + 1))
_PARTICLES = r"(?:of|the|de|del|della|dello|dei|degli|di|da|das|do|dos|la|las|los|le|les|el|du|des)"
_STREET_AFTER_NUMBER = re.compile(
    rf"\d[\w/-]{{0,8}},?(?:\s(?:{addresses.NAME}|{_PARTICLES}|(?i:{addresses.FRENCH})|bis|ter|\d{{1,3}}(?:st|nd|"
    rf"rd|th)?|"
    r"[dl]['\u2019]\S+|mai|juillet|novembre|septembre)){1,6},?$"
)
_ROMANCE_STREET = re.compile(
    rf"(?<!\w){addresses.ROMANCE}(?:\s?(?:{addresses.NAME}|{addresses.PARTICLE}|{_PARTICLES}|"
    rf"[ldLD]['\u2019]\S+)){{0,6}},?"
    r"(?:\s(?:n[.\u00ba\u00b0]{1,2}|[nN]o\.|n\u00fam\.|#))?$"
)
_ENDS_IN_NAME = re.compile(rf"(?<!\w){addresses.NAME}$")
_FLAT = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, addresses.FLAT_WORDS.split()))})\.?$")
_STREET_WORDS = frozenset(word.rstrip(".") for word in addresses.STREET_WORDS)
_STREET_WORD_PREFIXES = frozenset(word[:end] for word in _STREET_WORDS for end in range(1, len(word) + 1))
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
    if ends_invisibly or (text and (birthdays.may_become_birthday(text) or addresses.may_become_address(text))):
        return True
    if not text or segment.endswith("\n\n"):
        return False
    return _goes_on(text, _LAST_WORD.findall(text)[0], plain(ahead).text)


def _goes_on(text: str, word: str, following: str) -> bool | None:
    if _street_goes_on(text, word) or (_NUMBER.search(text) and _IBAN_SO_FAR.search(text)):
        return True
    if _NUMBER.search(word):
        return _number_goes_on(text, word, following)
    if (joins_street := _before_street_word(word, following)) is not False:
        return joins_street
    return _letters_go_on(text, word, following)


def _letters_go_on(text: str, word: str, following: str) -> bool | None:
    """Whether a number of an identity card or a house goes on, of which only letters or signs have come."""
    if _GLUE.fullmatch(word) or _FEW_LETTERS.search(text) or _FLAT.search(word):
        stripped = following.lstrip()
        if not stripped:
            return None
        if stripped[0].isdigit() or stripped[0] in "+(":
            return True
    if _FISCAL_CODE.search(text) and (code := _FISCAL_CODE_AHEAD.match(following)) is not None:
        return True if code["digit"] else None
    return _joins(text, word, following)


def _in_private_key(segment: str) -> bool | None:
    """Whether a private key goes on; None where there is none."""
    begin = segment.rfind(_KEY_BEGINS)
    if _OTHER_BLOCK.match(segment, begin) or _KEY_ENDS.search(segment, begin):
        return None
    return len(segment) - begin < LONGEST_KEY


def _street_goes_on(text: str, word: str) -> bool:
    if (
        word.lower().endswith(addresses.GERMANIC_ENDINGS)
        or word in addresses.STREET_WORDS
        or (word.endswith(_BOX_WORDS) and _BOX.search(text))
    ):
        return True
    if any(stem in text for stem in addresses.ROMANCE_STEMS) and _ROMANCE_STREET.search(text):
        return True
    return bool(_NUMBER.search(text) and _STREET_AFTER_NUMBER.search(text))


def _before_street_word(word: str, following: str) -> bool | None:
    """Whether "Berliner" goes on with "Straße"."""
    if not _ENDS_IN_NAME.search(word):
        return False
    stripped = following.lstrip()
    token = "".join(takewhile(str.isalnum, stripped))
    if len(token) == len(stripped) and (not token or token in _STREET_WORD_PREFIXES):
        return None
    return token in _STREET_WORDS


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
        return None if len(token) == 1 or token in _AHEAD_PREFIXES else _joins(text, word, following)
    return True if len(token) == 1 or token in _AHEAD else _joins(text, word, following)


def _joins(text: str, word: str, following: str) -> bool | None:
    """Whether a written-out e-mail address goes on: behind "jane" with "at", behind "jane at" with anything."""
    if (word.casefold() in _JOINTS and len(word) < len(text)) or word.endswith("@"):
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
