"""When two spellings are the same datum: +49 30 901820 and 030/901820, an IBAN with blanks and without."""

from __future__ import annotations

import re

from guardrails_config.personal_data.characters import plain
from guardrails_config.personal_data.emails import AT_WORDS, DOT_WORDS
from guardrails_config.personal_data.phones import readings

_AT = re.compile(rf"\s*[(\[{{<]\s*(?:{AT_WORDS}|@)\s*[)\]}}>]\s*|\s+(?:{AT_WORDS}|@)\s+|%40", re.IGNORECASE)
_DOT = re.compile(rf"\s*[(\[{{<]\s*(?:{DOT_WORDS}|\.)\s*[)\]}}>]\s*|\s+{DOT_WORDS}\s+", re.IGNORECASE)
_OTHER = re.compile(r"[\W_]+")
_STREET_WORDS = {"street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "boulevard": "blvd", "drive": "dr"}
_STREET = re.compile(r"stra(?:\u00df|ss)e\b")


def canonical_values(value: str, kind: str) -> frozenset[str]:
    """The forms that a value may have; two values of a kind are the same datum where they share one.

    A phone number without a country code has one for each region in which it is valid. Secrets have none.
    """
    text = plain(value).text.strip()
    if kind == "secret":
        return frozenset()
    if kind == "phone":
        return readings(re.sub(r"\(0\)|[^\d+]", "", text)) or frozenset([_OTHER.sub("", text)])
    if kind == "email":
        return frozenset([_DOT.sub(".", _AT.sub("@", text, count=1)).casefold()])
    if kind == "address":
        words = _OTHER.sub(" ", _STREET.sub("str", text.casefold())).split()
        return frozenset(["".join(_STREET_WORDS.get(word, word) for word in words)])
    return frozenset([_OTHER.sub("", text).casefold()])
