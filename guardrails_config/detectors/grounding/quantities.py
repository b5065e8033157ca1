"""Numbers with their units, read alike however they are written: "five working days", "5 Werktage", "120 h"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SECONDS, MONTHS, BUSINESS_DAYS, PERCENT, BYTES, CLOCK, DATE, PLAIN = (
    "seconds",
    "months",
    "business days",
    "percent",
    "bytes",
    "clock",
    "date",
    "",
)
_DAY = 86_400.0
_DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in units of `kind`: SECONDS and BYTES as they say, CLOCK in minutes after midnight, DATE as yyyymmdd,
    money by its currency's code, PLAIN for what has no known unit. `written` is the number itself, `text` all of it.
    """

    kind: str
    value: float
    written: float
    text: str

    def meets(self, other: Quantity) -> bool:
        """Whether both say the same: 24 hours and a day do, a month and 30 days, business days and days.

        A number without a known unit meets every quantity that is written with it.
        """
        if self.kind == PLAIN:
            return self.written == other.written
        if self.kind == other.kind:
            return self.value == other.value
        return bool(_in_days(self) & _in_days(other))

    @property
    def unit_names(self) -> frozenset[str]:
        """How its unit may be written beside a bare number, in the head of a table's column for example."""
        return _NAMES_OF_KINDS.get(self.kind, frozenset())

    def like(self, other: Quantity) -> bool:
        """Whether both are amounts of the same sort, so that one could stand where the other does."""
        lengths = (SECONDS, MONTHS, BUSINESS_DAYS)
        return self.kind == other.kind or (self.kind in lengths and other.kind in lengths)


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text, in order. The marks of sources ("[2]") and of list items ("2.") are none."""
    return list(_read(_NOT_SAID.sub(" ", text)))


_WORDS: dict[str, float] = {}
for _names in (
    "zero one two three four five six seven eight nine ten eleven twelve",
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze",
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici",
    "zero um dois três quatro cinco seis sete oito nove dez onze doze",
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf",
):
    _WORDS |= {name: float(value) for value, name in enumerate(_names.split())}
_WORDS |= {"a": 1, "an": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1, "une": 1, "una": 1, "uma": 1}
_WORDS |= {"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18}
_WORDS |= {"nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70}
_WORDS |= {"eighty": 80, "ninety": 90, "hundred": 100, "vierzehn": 14, "zwanzig": 20, "dreißig": 30}
_WORDS |= {"quatorze": 14, "quinze": 15, "quince": 15, "vingt": 20, "trente": 30, "veinte": 20, "treinta": 30}
_WORDS |= {"half a": 0.5, "half an": 0.5}

_ALIKE_ANYWHERE = {"a", "an", "one", "ein", "eine", "einen", "einem", "einer", "un", "une", "uno", "una", "um", "uma"}
_ALIKE_ANYWHERE |= {"een", "six", "sept", "dix", "once", "sei", "due", "tien", "elf", "half a", "half an", "null"}
"""Words that are numbers only right before a unit: elsewhere they are articles, or words of another language."""
_ALIKE_ANYWHERE -= {"six"}

_UNITS: dict[str, tuple[str, float]] = {}
for _kind, _size, _names in (
    (
        SECONDS,
        1,
        "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi segundos",
    ),
    (SECONDS, 60, "min mins minute minutes minuten minuto minutos minuti minuut"),
    (SECONDS, 3600, "h hr hrs hour hours stunde stunden heure heures hora horas ora ore uur uren"),
    (SECONDS, _DAY, "day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen"),
    (SECONDS, 7 * _DAY, "week weeks woche wochen semaine semaines semana semanas settimana settimane weken"),
    (MONTHS, 1, "month months monat monate monaten mois mes meses mese mesi mês maand maanden"),
    (MONTHS, 12, "year years jahr jahre jahren an ans année années año años anno anni ano anos jaar"),
    (BUSINESS_DAYS, 1, "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen werkdag werkdagen"),
    (PERCENT, 1, "% percent prozent pourcent procent"),
    (BYTES, 1e3, "kb"),
    (BYTES, 1e6, "mb mo"),
    (BYTES, 1e9, "gb go"),
    ("USD", 1, "$ usd dollar dollars us$"),
    ("EUR", 1, "€ eur euro euros"),
    ("GBP", 1, "£ gbp pound pounds"),
):
    _UNITS |= {name: (_kind, float(_size)) for name in _names.split()}
_NAMES_OF_KINDS = {
    kind: frozenset(name for name, (of, _) in _UNITS.items() if of == kind) for kind, _ in set(_UNITS.values())
}
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}

_MONTH_NAMES = (
    ("january", "jan", "januar", "janvier", "enero", "gennaio", "janeiro", "januari"),
    ("february", "feb", "februar", "février", "febrero", "febbraio", "fevereiro", "februari"),
    ("march", "mar", "märz", "mars", "marzo", "março", "maart"),
    ("april", "apr", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio", "maio", "mei"),
    ("june", "jun", "juni", "juin", "junio", "giugno", "junho"),
    ("july", "jul", "juli", "juillet", "julio", "luglio", "julho"),
    ("august", "aug", "août", "agosto", "augustus"),
    ("september", "sep", "sept", "septembre", "septiembre", "settembre", "setembro"),
    ("october", "oct", "oktober", "octobre", "octubre", "ottobre", "outubro"),
    ("november", "nov", "novembre", "noviembre", "novembro"),
    ("december", "dec", "dezember", "décembre", "diciembre", "dicembre", "dezembro"),
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}


def _either(names: Iterator[str] | list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_NOT_SAID = re.compile(r"\[\d{1,2}(?:, ?\d{1,2})*\]|^\s*\d{1,3}[.)]\s", re.MULTILINE)
_MONTH = _either(list(_MONTHS))
_NUMBER = r"\d{1,3}(?:[.,'\u202f\u00a0]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_FOUND = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d\d-\d\d\b)"
    rf"|(?<!\w)(?P<day>\d{{1,2}})\.? (?:de |of )?(?P<month>{_MONTH})\b,?(?: (?:de )?(?P<year>\d{{4}}))?"
    rf"|\b(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year2>\d{{4}}))?"
    rf"|(?<![\w:])(?P<hour>\d{{1,2}})(?::(?P<minute>\d\d))? ?(?P<half>[ap]\.?m\b\.?)"
    rf"|(?<![\w:])(?P<hour2>\d{{1,2}}):(?P<minute2>\d\d)(?![\w:])"
    rf"|(?P<currency>(?:US)?[$€£]) ?(?P<money>{_NUMBER})"
    rf"|(?<![\w.,-])(?:(?P<number>{_NUMBER})|(?P<word>{_either(list(_WORDS))})(?= |-))"
    rf"(?:[ \u00a0\u202f-]?(?P<business>business |working )?(?P<unit>{_either(list(_UNITS))})(?P<after> ouvr[ée]e?s?"
    rf"| hábiles| lavorativi| úteis)?(?!\w))?",
    re.IGNORECASE,
)


def _read(text: str) -> Iterator[Quantity]:
    for match in _FOUND.finditer(text):
        found = match.groupdict()
        quantity = _date(found, match.group()) or _clock(found, match.group()) or _amount(found, match.group())
        if quantity is not None:
            yield quantity


def _date(found: dict[str, str | None], text: str) -> Quantity | None:
    if iso := found["iso"]:
        value = float(iso.replace("-", ""))
        return Quantity(DATE, value, value, text)
    day, month, year = (found[name] or found[f"{name}2"] for name in ("day", "month", "year"))
    if day is None or month is None:
        return None
    # Without its year a date meets no date with one, but its day as a plain number: see `meets`.
    value = float(year or 0) * 10_000 + _MONTHS[month.lower()] * 100 + float(day)
    return Quantity(DATE, value, float(day), text)


def _clock(found: dict[str, str | None], text: str) -> Quantity | None:
    hour = found["hour"] or found["hour2"]
    if hour is None:
        return None
    minutes = int(hour) % 12 * 60 if found["half"] else int(hour) * 60
    minutes += int(found["minute"] or found["minute2"] or 0) + (720 if (found["half"] or "").lower()[:1] == "p" else 0)
    return Quantity(CLOCK, float(minutes), float(minutes), text)


def _amount(found: dict[str, str | None], text: str) -> Quantity | None:
    if money := found["money"]:
        return Quantity(_CURRENCIES[(found["currency"] or "$")[-1]], _value(money), _value(money), text)
    unit, word = found["unit"], (found["word"] or "").lower()
    if word and not unit and word in _ALIKE_ANYWHERE:
        return None
    value = _WORDS[word] if word else _value(found["number"] or "0")
    if unit is None:
        return Quantity(PLAIN, value, value, text)
    kind, size = _UNITS[unit.lower()]
    if (found["business"] or found["after"]) and size == _DAY:
        kind, size = BUSINESS_DAYS, 1.0
    return Quantity(kind, value * size, value, text)


def _value(number: str) -> float:
    """1,500 and 1.500 are thousands; 1.5 and 1,25 have decimals."""
    plain = re.sub(r"['\u202f\u00a0]", "", number)
    if re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", plain):
        return float(re.sub(r"[.,]", "", plain))
    whole, mark, decimals = plain.rpartition("." if plain.rfind(".") > plain.rfind(",") else ",")
    return float(f"{re.sub('[.,]', '', whole)}.{decimals}") if mark else float(plain)


def _in_days(quantity: Quantity) -> set[float]:
    """Days that a length of time may mean; empty for what is none."""
    match quantity.kind:
        case "seconds":
            return {quantity.value / _DAY}
        case "business days":
            return {quantity.value}
        case "months":
            return {
                quantity.value * _DAYS_A_MONTH,
                *({365.0 * quantity.value / 12} if quantity.value % 12 == 0 else ()),
            }
    return set()
