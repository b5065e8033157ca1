"""Street and house number in a few countries' order; towns and postcodes alone are not taken for personal."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = r"[A-ZÀ-Þ][\w'\u2019.-]{0,30}"
_SURE = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Boulevard|Blvd|Crescent|Terrace|Parkway|Pkwy|Highway|Hwy|Gardens|Mews)"
)
_UNSURE = r"(?:Drive|Dr|Court|Ct|Square|Sq|Way|Place|Pl|Close|Circle|Row|Grove)"
_FORMS = (
    re.compile(
        rf"(?<![\w.,$€£-])\d{{1,5}}[A-Za-z]?,? (?:(?:N|S|E|W|North|South|East|"
        rf"West)\.? )?(?:{_NAME} ){{1,3}}(?:{_SURE}\b\.?|{_UNSURE}\b\.?(?=[,.;\n]|\s*$|\s+(?:[A-Z]|"
        rf"\d)))"
    ),
    re.compile(r"\b[A-ZÄÖÜ][\wäöüß-]{1,30}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|damm|ufer) \d{1,4} ?[a-z]?\b"),
    re.compile(r"\b(?:Straße|Strasse|Str\.|Allee|Platz|Weg) \d{1,4}[a-z]?\b"),
    re.compile(
        rf"(?<![\w.,$€£-])\d{{1,4}}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|"
        rf"quai) (?:(?:de|du|des|la|le|les|l'|d') ?){{0,2}}{_NAME}(?: {_NAME}){{0,3}}"
    ),
    re.compile(
        rf"\b(?:Calle|Avenida|Plaza|Piazza|Via|Viale|Rua|ul\.) (?:(?:de|del|della|di|da|do|la|las|"
        rf"los) ){{0,2}}{_NAME}(?: {_NAME}){{0,3}},? (?:n[ºo°.]{{1,2}} ?)?\d{{1,4}}[a-z]?\b"
    ),
)


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where a street with its house number stands."""
    for form in _FORMS:
        for match in form.finditer(text):
            yield match.span()
