"""Street and house number in a few countries' order, boxes, British postcodes; towns and other postcodes alone are not
taken for personal."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CAPITAL = (
    r"[A-Z\u00c0-\u00de\u0100\u010c\u010e\u0110\u0118\u011a\u0130\u0141\u0143\u0147\u0150\u0152\u0158\u015a\u0160\u0164"
    r"\u016e\u0170\u0179\u017b\u017d]"
)
NAME = rf"{_CAPITAL}[\w'\u2019.-]{{0,30}}"
_SURE = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Boulevard|Blvd|Crescent|Cres|Terrace|Parade|Esplanade|Parkway|"
    r"Pkwy|Highway|"
    r"Hwy|Gardens|Mews|Trail|Quay)"
)
_UNSURE = (
    r"(?:Drive|Dr|Court|Ct|Square|Sq|Way|Place|Pl|Close|Circle|Cir|Row|Grove|Walk|Hill|Park|"
    r"Nagar|Marg|Wharf)"
)
_NUMBER = r"(?<![\w.,$\u20ac\u00a3-])\d{1,5}(?:[-/]\d{1,4})?"
_HOUSE = r"(?!(?:19|20)\d\d\b)\d{1,4}(?:[/-]\d{1,4}){0,2}(?:(?:[A-Za-z]|\s[A-HJ-NP-Zb-d])(?:/\d{1,4})?)?(?!\w)"
FLAT_WORDS = "Flat Unit Apt Apartment Suite Level Shop House No H.No Block Plot Door"
_FLAT = re.compile(rf"\b(?:{FLAT_WORDS.replace(' ', '|').replace('.', '[.]')})\.?\s?(?:No\.?\s)?\w{{1,5}},\s$")
_GERMANIC_ENDINGS_TEXT = (
    "stra\u00dfe strasse str. weg platz allee all\u00e9 gasse damm ufer promenade chaussee straat laan plein "
    "gracht kade singel steeg steenweg burgwal dreef dijk damrak gatan v\u00e4gen gata gr\u00e4nd torget gade vej "
    "vejen vangen str\u00e6de boulevard veien vegen gaten katu kuja polku aukio raitti esplanadi bulevardi"
)
GERMANIC_ENDINGS = tuple(_GERMANIC_ENDINGS_TEXT.split())
GERMANIC = rf"(?:{'|'.join(map(re.escape, GERMANIC_ENDINGS))})"
_ROMANCE_WORDS = (
    r"Calle|C/|Avenida|Avda\.|Av\.|Plaza|Pza\.|Paseo|Ronda|Carrer|Camino|Calzada|Calz\.|Privada|Blvd\.|Boulevard|"
    r"Piazza|Piazzale|P\.zza|Via|Viale|V\.le|Corso|Largo|Vicolo|Strada|"
    r"Rua|Travessa|Pra\u00e7a|Alameda|Rodovia|Estrada|"
    r"ul\.|Ul\.|[uU]lica|[aA]l\.|[aA]leja|os\.|pl\.|n\u00e1m\.|calle|avenida|plaza|rua|viale|piazza|"
    r"Rue|Avenue|Chauss\u00e9e|Place(?=\sd(?:e|u|es)\b|$)|Chemin|Quai|rue|avenue|chauss\u00e9e|chemin|quai"
)
ROMANCE = rf"(?:{_ROMANCE_WORDS})"
_ROMANCE_STEMS_TEXT = (
    "alle C/ venida Av laza Pza Paseo Ronda Carrer Camin Cal Privada B iazza P.z ia V.l Corso Largo Vicolo Strada "
    "ua ue R. Trav Pra Ala Rodovia Estrada ul. Ul. lica al. Al. leja os. pl. n\u00e1m. venue hauss lace hemin uai"
)
ROMANCE_STEMS = tuple(_ROMANCE_STEMS_TEXT.split())
_FRENCH_WORDS_TEXT = "rue avenue boulevard place chemin all\u00e9e impasse quai route square av. bd bld"
FRENCH_WORDS = tuple(_FRENCH_WORDS_TEXT.split())
FRENCH = rf"(?:{'|'.join(map(re.escape, FRENCH_WORDS))})"
PARTICLE = r"(?:de|del|della|dello|dei|degli|di|da|das|do|dos|la|las|los|le|les|el|du|des|San|Santa|\d{1,2})"
_NUMBER_SIGN = r"(?:(?:n[.\u00ba\u00b0]{1,2}|[nN]o\.|n\u00fam\.)\s?|#\s?)?"
CUE = (
    r"(?:\b(?:address|addresse?|live at|living at|moved to|reside at|residing at|(?:ship|deliver|send|post|mail|"
    r"sent|collect)\w*"
    r"(?: it| this| them| that)? (?:to|from)|\w{0,12}adress?e|anschrift|wohn\w*|liefer\w* an|adres|woon|habite|"
    r"direcci\u00f3n|vivo en|"
    r"env\u00ed\w+ a|domicil\w+|morada|moro n\w|endere\u00e7o|entreg\w+ (?:em|na|no)|indirizzo|abito|spedi\w+ a|"
    r"bezorg\w* op|"
    r"bor|adressen|osoit\w+|asun|mieszkam|wys\u0142a\u0107 na|adresa|adrese|bydl\u00edm))"
)
_CUED_LINK = (
    r"(?:[\s:=|*_\"'(,-]|\b(?:is|at|to|in|on|ist|an|der|die|das|am|im|p\u00e5|i|er|\u00e4r|op|is|na|no|em|en|la|"
    r"el|es|est|au|"
    r"\u00e9|\u00e8|to|przy|ul|je|v|ve|now|new|my|our)\b){1,8}"
)
_WORD = rf"(?:{NAME}|{PARTICLE}|{ROMANCE}|den|der|am|an|im|van|von|na|u|of|the|via|gate)"
_NOT_A_HOUSE = (
    r"(?!\s(?:years?|months?|weeks?|days?|hours?|minutes?|Jahre\w*|Monate\w*|Tage\w*|ans|mois|a\u00f1os|anos|"
    r"anni|jaar|\u00e5r|"
    r"lat|let|people|%))(?![.:,]\d)"
)
_STEMS_TEXT = (
    "addres adres live living moved resid ship deliver send sent post mail collect anschrift wohn liefer woon "
    "habite direcci vivo env\u00ed domicil morada moro endere entreg indirizzo abito spedi bezorg bor osoit asun "
    "mieszkam wys\u0142a bydl"
)
_STEMS = tuple(_STEMS_TEXT.split())
_ANY_STEM = re.compile("|".join(_STEMS))
"""Sooner told than by `in` where the text is a word or two."""
_CUE_BEGINS = (
    r"(?:\b(?:live|living|moved|resid\w+|(?:ship|deliver|send|post|mail|sent|collect)\w*(?: it| this| them|"
    r" that)?|vivo|"
    r"env\u00ed\w+|moro|entreg\w+|spedi\w+|bezorg\w*|liefer\w*|wys\u0142a\u0107)$)"
)
_CUED = re.compile(
    rf"(?i:{CUE}){_CUED_LINK}(?P<street>(?!(?:Locker|Gate|Room|Desk|Table|Store|Version|Page|Step|Plan|Support|"
    rf"Team|Email|Zimmer)\s)(?!{PARTICLE}\s)(?:{_WORD}\s){{0,4}}(?:{NAME}|"
    rf"gate),?\s{_NUMBER_SIGN}{_HOUSE}){_NOT_A_HOUSE}"
)
_CUED_SO_FAR = re.compile(
    rf"(?i:{_CUE_BEGINS})|(?i:{CUE})(?:{_CUED_LINK}(?:{_WORD}(?:,?\s|"
    rf",?$)){{0,6}}(?:(?:n[.\u00ba\u00b0]{{1,2}}|[nN]o\.|n\u00fam\.|#)\s?)?"
    r"(?:\d{1,4}[A-Za-z/-]{0,2}\d{0,4})?)?$"
)
_STREET_WORDS_TEXT = (
    "Stra\u00dfe Strasse Str. Allee Platz Weg Ring Damm V\u00e4gen V\u00e4g Vej Gade Plads t\u0159\u00edda "
    "n\u00e1m\u011bst\u00ed ulice Boulevard katu plass"
)
STREET_WORDS = tuple(_STREET_WORDS_TEXT.split())
"""Behind another word, as in Berliner Straße."""

_NUMBER_FIRST = re.compile(
    rf"{_NUMBER}[A-Za-z]?,?\s(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?\s)?(?:(?:{NAME}|\d{{1,3}}(?:st|"
    rf"nd|rd|th))\s){{1,4}}"
    rf"(?:{_SURE}\b\.?|{_UNSURE}\b\.?(?=[,.;:!?\n`*)\"\]\u201d\u00bb]|\s*$|\s+(?:[A-Z|]|\d)))"
)
_FORMS = (
    re.compile(
        rf"\b(?!Brigade|(?:Park|Arbeits|Sitz|Stell|Spiel|Lade)platz|(?:Um|"
        rf"Aus)weg)(?:{_CAPITAL}[\w-]{{1,30}}(?:{GERMANIC})|Stra\u00dfe|Strasse|Str\.|Allee|Damrak)\s{_HOUSE}"
    ),
    re.compile(rf"(?<!\w){NAME}\s(?:{'|'.join(map(re.escape, STREET_WORDS))})\s{_HOUSE}"),
    re.compile(
        rf"{_NUMBER}(?:\s?(?:bis|ter|quater|[A-D]))?,?\s(?i:{FRENCH})\s(?:(?:de|du|des|la|le|les)\s|"
        rf"[ldLD]['\u2019]){{0,2}}"
        rf"(?:{NAME}|\d{{1,2}}\s(?:{NAME}|mai|juillet|novembre|septembre))(?:\s{NAME}){{0,3}}"
    ),
    re.compile(
        rf"(?<!\w){ROMANCE}\s?(?:{PARTICLE}\s|[ldLD]['\u2019]){{0,2}}{NAME}(?:\s(?:{PARTICLE}\s){{0,2}}{NAME}){{0,3}},?"
        rf"\s{_NUMBER_SIGN}{_HOUSE}"
    ),
    re.compile(
        r"\b(?:P\.\s?O\.\s?Box|PO\sBox|Postfach|Apartado(?:\sde\sCorreos)?|Casella\sPostale|Bo\u00eete\sPostale|"
        r"Postbus)\s\d{1,7}\b"
    ),
    re.compile(
        r"\b(?![A-Z]\d{1,2}\s\d[GT]B)(?:GIR\s0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-HJ-NP-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2})\b"
    ),
)
_JAPANESE = re.compile(
    r"\u3012\s?\d{3}-\d{4}|(?<![\d-])\d{1,4}\u4e01\u76ee\d{1,4}(?:-\d{1,4})?(?:\u756a(?:\u5730)?(?:\d{1,4}\u53f7?)?)?|"
    r"(?<=[\u533a\u5e02\u753a\u6751\u3002])(?<!\d)\d{1,3}-\d{1,3}-\d{1,3}(?![\d-])"
)
_JAPANESE_SO_FAR = re.compile(
    r"(?:\u3012|(?<!\d)\d{1,4}\u4e01(?:\u76ee(?:\d{1,4}(?:-\d{1,4})?(?:\u756a\u5730?(?:\d{1,4})?)?)?)?)$"
)
_NAME_AND_NUMBER = re.compile(rf"(?:{_CAPITAL}\S{{0,30}}|gate),?\s(?:[nN#]\S{{0,3}}\s?)?\d")
_LONGEST_FLAT = 24


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where a street with its house number stands."""
    for match in _NUMBER_FIRST.finditer(text):
        flat = _FLAT.search(text, max(0, match.start() - _LONGEST_FLAT), match.start())
        yield (flat or match).start(), match.end()
    for form in _FORMS if text.isascii() else (*_FORMS, _JAPANESE):
        for match in form.finditer(text):
            yield match.span()
    if _NAME_AND_NUMBER.search(text) and _speaks_of_address(text):
        for match in _CUED.finditer(text):
            yield match.span("street")


def may_become_address(text: str) -> bool:
    """Whether `text` ends with a word for an address, or with one and the beginning of a street and its number."""
    if not text.isascii() and _JAPANESE_SO_FAR.search(text):
        return True
    return _ANY_STEM.search(text.lower()) is not None and _CUED_SO_FAR.search(text) is not None


def _speaks_of_address(text: str) -> bool:
    lowered = text.lower()
    return any(stem in lowered for stem in _STEMS)
