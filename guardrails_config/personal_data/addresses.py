"""Street and house number in a few countries' order, boxes, British postcodes; towns and other postcodes alone are not
taken for personal."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = r"[A-Z\u00c0-\u00de\u0141\u015a\u0179\u017b][\w'\u2019.-]{0,30}"
_SURE = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Boulevard|Blvd|Crescent|Terrace|Parkway|Pkwy|Highway|Hwy|Gardens|Mews)"
)
_UNSURE = r"(?:Drive|Dr|Court|Ct|Square|Sq|Way|Place|Pl|Close|Circle|Row|Grove)"
_NUMBER = r"(?<![\w.,$\u20ac\u00a3-])\d{1,5}"
GERMANIC = (
    r"(?:stra(?:\u00df|ss)e|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan|plein|gracht|kade|gatan|v\u00e4gen|gade|vej|gata|"
    r"veien)"
)
ROMANCE = (
    r"(?:Calle|C/|Avenida|Avda\.|Av\.|Plaza|Paseo|Piazza|Via|Viale|Corso|Rua|Travessa|Pra\u00e7a|ul\.|Ul\.|ulica|al\.)"
)
FRENCH = r"(?:rue|avenue|boulevard|place|chemin|all\u00e9e|impasse|quai)"
_PARTICLE = r"(?:de|del|della|dello|dei|degli|di|da|das|do|dos|la|las|los|le|les|el|San|Santa)"
_FORMS = (
    re.compile(
        rf"{_NUMBER}[A-Za-z]?,?\s(?:(?:N|S|E|W|North|South|East|West)\.?\s)?(?:{_NAME}\s){{1,3}}"
        rf"(?:{_SURE}\b\.?|{_UNSURE}\b\.?(?=[,.;\n]|\s*$|\s+(?:[A-Z]|\d)))"
    ),
    re.compile(rf"\b[A-Z\u00c0-\u00de][\w-]{{1,30}}{GERMANIC}\s\d{{1,4}}(?:\s?[a-z])?\b"),
    re.compile(r"\b(?:Stra\u00dfe|Strasse|Str\.|Allee|Platz|Weg)\s\d{1,4}[a-z]?\b"),
    re.compile(
        rf"{_NUMBER}(?:\s?(?:bis|ter))?,?\s{FRENCH}\s(?:(?:de|du|des|la|le|les)\s|l['\u2019]|d['\u2019]){{0,2}}{_NAME}"
        rf"(?:\s{_NAME}){{0,3}}"
    ),
    re.compile(
        rf"(?<!\w){ROMANCE}\s?(?:{_PARTICLE}\s){{0,2}}{_NAME}(?:\s(?:{_PARTICLE}\s){{0,2}}{_NAME}){{0,3}},?"
        rf"\s(?:n[.\u00ba\u00b0]{{1,2}}\s?)?\d{{1,4}}(?:/\d{{1,4}})?[a-z]?\b"
    ),
    re.compile(
        r"\b(?:P\.\s?O\.\s?Box|PO\sBox|Postfach|Apartado(?:\sde\sCorreos)?|Casella\sPostale|Bo\u00eete\sPostale|Postbus)\s\d{1,7}\b"
    ),
    re.compile(
        r"\b(?![A-Z]\d{1,2}\s\d[GT]B)(?:GIR\s0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-HJ-NP-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2})\b"
    ),
)


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where a street with its house number stands."""
    for form in _FORMS:
        for match in form.finditer(text):
            yield match.span()
