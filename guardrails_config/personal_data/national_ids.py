"""Identity, social security and tax numbers of persons, checked by python-stdnum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum import luhn
from stdnum.ar import dni as ar_dni
from stdnum.at import vnr
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.de import idnr, stnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nif as fr_nif
from stdnum.fr import nir
from stdnum.gb import nhs, utr
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar, pan
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.jp import in_ as my_number
from stdnum.kr import rrn
from stdnum.lt import asmens
from stdnum.mx import curp, rfc
from stdnum.my import nric
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.nz import ird
from stdnum.pl import nip, pesel
from stdnum.pt import cc as pt_cc
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.us import itin, ssn
from stdnum.za import idnr as za_idnr

from guardrails_config.personal_data.characters import WORD
from guardrails_config.personal_data.other_numbers import A_THINGS

LOOK_BACK = 40


@dataclass(frozen=True, slots=True)
class Scheme:
    """A national scheme. Where a form is common, `named` must stand before it."""

    form: re.Pattern[str]
    is_valid: Callable[[str], bool]
    named: re.Pattern[str] | None = None


def _form(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!{WORD})(?<![.-])(?:{expression})(?!{WORD}|-)", re.IGNORECASE)


def _named(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{expression})(?![^\W\d_])", re.IGNORECASE)


def _always(_: str) -> bool:
    return True


def _pension(number: str) -> bool:
    """Germany's pension number: two digits, a birthday, a letter, a serial number and a check digit
    (Verordnung über die Versicherungsnummer, § 4)."""
    solid = _SIGNS.sub("", number).upper()
    digits = solid[:8] + f"{ord(solid[8]) - 64:02}" + solid[9:11]
    products = (int(digit) * weight for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(sum(divmod(product, 10)) for product in products) % 10 == int(solid[11])


def _spanish_social_security(number: str) -> bool:
    """Ten digits, or nine where the serial number is short, and their remainder by 97."""
    solid = _SIGNS.sub("", number)
    return int(solid[:-2]) % 97 == int(solid[-2:])


def _medicare(number: str) -> bool:
    """Australia's card number: eight digits, a weighted check digit, the issue."""
    solid = _SIGNS.sub("", number)
    weights = (1, 3, 7, 9, 1, 3, 7, 9)
    return sum(int(digit) * weight for digit, weight in zip(solid[:8], weights, strict=True)) % 10 == int(solid[8])


def _of_a_living_person(number: str) -> bool:
    """A PESEL of somebody born from 1920 to 2019: a tenth of all eleven digits have a fitting check digit."""
    century, year = int(number[2]) // 2, int(number[:2])
    return pesel.is_valid(number) and ((century == 0 and year >= 20) or (century == 1 and year < 20))


_SIGNS = re.compile(r"[ ./-]")
_DOCUMENT = (
    r"passport|reisep[aä]ss\w*|pass(?:nummer|nr)|passeport|pasaporte|passaporte?|paspoort\w*|paszport\w*|"
    r"pasu|passnummer|passin|driv(?:er|ing)\S{0,2} licen[cs]e|licen[cs]e (?:number|no)|"
    r"f[uü]hrerschein\w*|permis de conduire|carn[eé] de conducir|patente|rijbewijs\w*|prawo jazdy|k[öo]rkort\w*|"
    r"personalausweis\w*|ausweis\w*|identit[aä]tskarte|identity card|id card|cni|(?:carte|"
    r"carta) d['\u2019]identit[eé\u00e0]|"
    r"identiteitskaart\w*|dow[oó]d\w*(?: osobist\w+)?|ob[cč]ansk\w+ pr[uů]kaz\w*|voter id|epic|(?:\u65c5\u5238|"
    r"\u30d1\u30b9\u30dd\u30fc\u30c8)(?:\u756a\u53f7)?"
)
_MY_NUMBER = r"\u30de\u30a4\u30ca\u30f3\u30d0\u30fc|\u500b\u4eba\u756a\u53f7|my number"


SCHEMES = (
    Scheme(_form(r"\d{3}-\d{2}-\d{4}"), ssn.is_valid),
    Scheme(_form(r"\d{3}[ .-]?\d{2}[ .-]?\d{4}"), ssn.is_valid, _named(r"ssn|social security|social")),
    Scheme(_form(r"9\d{2}-\d{2}-\d{4}"), itin.is_valid),
    Scheme(_form(r"9\d{2}[ -]?\d{2}[ -]?\d{4}"), itin.is_valid, _named(r"itin|taxpayer")),
    Scheme(_form(r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?"
                 r"[AC-HJKMNP-RT-Y]{2}\d\d"), _always),
    Scheme(_form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]"), _always),
    Scheme(_form(r"(?-i:[A-Z]{2,5}9{0,3}\d[0156]\d[0-3]\d\d[A-Z9]{2}\d[A-Z]{2})"), _always),
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{4}"), nhs.is_valid, _named(r"nhs")),
    Scheme(_form(r"\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}"), idnr.is_valid, _named(r"steuer\w*|id-?nr|tax id|tin")),
    Scheme(_form(r"\d{2,3}/?\d{3,4}/?\d{4,5}|\d{10,13}"), stnr.is_valid, _named(r"steuer\w*|st\.?-?nr")),
    Scheme(_form(r"\d{2} ?[0-3]\d[01]\d{3} ?[A-Z] ?\d{3}"), _pension),
    Scheme(_form(r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}"), nir.is_valid),
    Scheme(_form(r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}"), fr_nif.is_valid, _named(r"fiscal|spi|nif|imp[oô]ts")),
    Scheme(_form(r"\d{2}[. ]?\d{3}[. ]?\d{3}[ -]?[A-HJ-NP-TV-Z]"), dni.is_valid),
    Scheme(_form(r"[XYZ][ -]?\d{7}[ -]?[A-Z]"), nie.is_valid),
    Scheme(_form(r"\d{2}[ /-]?\d{8}[ /-]?\d{2}"), _spanish_social_security, _named(r"seguridad social|nuss|naf")),
    Scheme(_form(r"[A-Z]{3} ?[A-Z]{3} ?\d{2}[A-EHLMPRST]\d{2} ?[A-Z]\d{3}[A-Z]"), codicefiscale.is_valid),
    Scheme(_form(r"\d{4}[. ]?\d{2}[. ]?\d{3}|\d{3}[. ]?\d{3}[. ]?\d{3}"), bsn.is_valid,
           _named(r"bsn\w*|burgerservice\w*|sofi\w*")),
    Scheme(_form(r"\d{11}"), pesel.is_valid, _named(r"pesel\w*")),
    Scheme(_form(r"\d{11}"), _of_a_living_person),
    Scheme(_form(r"\d{3}-?\d{2,3}-?\d{2}-?\d{2,3}"), nip.is_valid, _named(r"nip")),
    Scheme(_form(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"), nn.is_valid),
    Scheme(_form(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}"), ahv.is_valid),
    Scheme(_form(r"\d{3}[. ]\d{3}[. ]\d{3}-\d{2}"), cpf.is_valid),
    Scheme(_form(r"\d{3}[. ]?\d{3}[. ]?\d{3}[. -]?\d{2}"), cpf.is_valid, _named(r"cpf")),
    Scheme(_form(r"\d{2}\.\d{3}\.\d{3}-[\dX]"), _always),
    Scheme(_form(r"\d{1,2}\.?\d{3}\.?\d{3}-?[\dX]"), _always, _named(r"(?-i:RG)|registro geral")),
    Scheme(_form(r"\d{4} \d{4} \d{4}"), aadhaar.is_valid),
    Scheme(_form(r"\d{4}-?\d{4}-?\d{4}"), aadhaar.is_valid, _named(r"aadha?ar\w*|uidai|uid")),
    Scheme(_form(r"\d{4}[ -]?\d{4}[ -]?\d{4}"), my_number.is_valid, _named(_MY_NUMBER)),
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{3}"), sin.is_valid, _named(r"(?-i:SIN)|social insurance|nas")),
    Scheme(_form(r"(?:19|20)?\d{6}[-+]\d{4}"), personnummer.is_valid),
    Scheme(_form(r"[0-3]\d[01]\d{3}-\d{4}"), cpr.is_valid),
    Scheme(_form(r"\d{6}[- ]?\d{4}"), cpr.is_valid, _named(r"cpr\S*|personn\w*")),
    Scheme(_form(r"(?:19|20)?\d{6} ?\d{4}"), personnummer.is_valid, _named(r"person(?:nummer|nr)\w*|pnr")),
    Scheme(_form(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]"), hetu.is_valid),
    Scheme(_form(r"\d{6} ?\d{5}"), fodselsnummer.is_valid),
    Scheme(_form(r"\d{6}-?\d{4}"), kennitala.is_valid, _named(r"kennitala|kt")),
    Scheme(_form(r"\d{7}[A-W][A-IW]?"), pps.is_valid),
    Scheme(_form(r"\d{4}[ -]?\d{6}"), vnr.is_valid, _named(r"sv-?n(?:umme)?r|sv|sozialvers\w*|versicherungsn\w+")),
    Scheme(
        _form(r"\d{2}[. ]?\d{2}[. ]?\d{2}[ -]?\d{3}[ .-]?\d{2}"),
        nn.is_valid,
        _named(r"rijksregister\w*|niss\w*|insz\w*|rrn|(?:registre|num[eé]ro) national"),
    ),
    Scheme(_form(r"\d{5} ?\d{5}"), utr.is_valid, _named(r"utr|taxpayer reference")),
    Scheme(_form(r"\d{6}/\d{3,4}"), rc.is_valid),
    Scheme(_form(r"\d{6} ?\d{3,4}"), rc.is_valid, _named(r"rodn[eéý]\w* [cč][ií]sl\w*|r\. ?[cč]|rč")),
    Scheme(_form(r"[1-9]\d{12}"), cnp.is_valid, _named(r"cnp|cod numeric")),
    Scheme(_form(r"\d{10}"), egn.is_valid, _named(r"egn|\u0435\u0433\u043d")),
    Scheme(_form(r"\d{11}"), oib.is_valid, _named(r"oib")),
    Scheme(_form(r"\d{13}"), emso.is_valid, _named(r"emso|em\u0161o|jmbg")),
    Scheme(_form(r"\d{11}"), ik.is_valid, _named(r"isikukood")),
    Scheme(_form(r"\d{11}"), asmens.is_valid, _named(r"asmens kod\w*")),
    Scheme(_form(r"\d{11}"), amka.is_valid, _named(r"amka|\u03b1\u03bc\u03ba\u03b1")),
    Scheme(_form(r"\d{11}"), tckimlik.is_valid, _named(r"tckn|t\.?c\.? ?kimlik\w*|kimlik")),
    Scheme(_form(r"\d{9}"), il_idnr.is_valid, _named(r"teudat|israeli id|\u05d6\u05d4\u05d5\u05ea")),
    Scheme(_form(r"[A-Z]{3}P[A-Z]\d{4}[A-Z]"), pan.is_valid),
    Scheme(_form(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d"), curp.is_valid),
    Scheme(_form(r"[A-Z&\u00d1]{4}[ -]?\d{6}[ -]?[A-Z\d]{3}"), rfc.is_valid),
    Scheme(_form(r"\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{4}[ -]?\d"), luhn.is_valid, _named(r"nss|imss|seguridad social")),
    Scheme(_form(r"\d{17}[\dX]"), ric.is_valid),
    Scheme(_form(r"\d{6}-[1-8]\d{6}"), rrn.is_valid),
    Scheme(_form(r"\d{6}-\d{2}-\d{4}"), nric.is_valid),
    Scheme(_form(r"\d-\d{4}-\d{5}-\d{2}-\d"), pin.is_valid),
    Scheme(_form(r"\d{1,2}\.\d{3}\.\d{3}-[\dK]"), rut.is_valid),
    Scheme(_form(r"\d{7,8}-?[\dK]"), rut.is_valid, _named(r"rut|(?-i:RUN)")),
    Scheme(_form(r"\d{2}\.?\d{3}\.?\d{3}"), ar_dni.is_valid, _named(r"dni|documento")),
    Scheme(_form(r"\d{6} ?\d{4} ?\d{2} ?\d"), za_idnr.is_valid),
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{2,3}"), tfn.is_valid, _named(r"tfn|tax file")),
    Scheme(_form(r"[2-6]\d{3} ?\d{5} ?\d"), _medicare, _named(r"medicare")),
    Scheme(_form(r"\d{2,3}-?\d{3}-?\d{3}"), ird.is_valid, _named(r"ird")),
    Scheme(_form(r"\d{3}[ .]?\d{3}[ .]?\d{3}"), nif.is_valid, _named(r"nif|contribuinte")),
    Scheme(_form(r"\d{8} ?\d ?[A-Z]{2}\d"), pt_cc.is_valid),
    Scheme(_form(r"(?=[A-Z]{0,5}\d)(?=(?:[A-Z]*\d){4})[A-Z0-9]{6,16}|(?=(?-i:[A-Z]*\d[A-Z]*\d))(?-i:[A-Z0-9]{8,10})|"
                 r"[A-Z]{2,3} \d{5,7}|\d{2} \d{2} \d{6}"), _always, _named(_DOCUMENT)),
)  # fmt: skip
"""One line a scheme."""


_UNNAMED = tuple(scheme for scheme in SCHEMES if scheme.named is None)
_NAMED = tuple(scheme for scheme in SCHEMES if scheme.named is not None)
_LIKE_UNNAMED = re.compile(
    r"(?:[0-9][ ./-]?){6}|P[A-Z][0-9]{4}|[0-9]{2}[A-Z][0-9]{2} ?[A-Z][0-9]{3}|"
    r"[0-9][A-Z][A-Z0-9][0-9]-?[A-Z][A-Z0-9][0-9]",
    re.IGNORECASE,
)
_LIKE_NAMED = re.compile(
    r"(?:[0-9][A-Z]{0,2}[ ./-]?){5}|(?-i:\b(?=[A-Z]*[0-9][A-Z]*[0-9])[A-Z0-9]{8,10}\b)", re.IGNORECASE
)
"""What a number of any scheme has in it: most texts need no closer look."""
_ANY_NAME = re.compile("|".join(scheme.named.pattern for scheme in SCHEMES if scheme.named), re.IGNORECASE)


def find_national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers of a national scheme stand. Without its name before it, none that is an order's or a parcel's."""
    worth_trying = (
        *(_UNNAMED if _LIKE_UNNAMED.search(text) else ()),
        *(_NAMED if _LIKE_NAMED.search(text) and _ANY_NAME.search(text) else ()),
    )
    for scheme in worth_trying:
        if scheme.named is not None and not scheme.named.search(text):
            continue
        for match in scheme.form.finditer(text):
            before = text[max(0, match.start() - LOOK_BACK) : match.start()]
            belongs = scheme.named.search(before) if scheme.named else not A_THINGS.search(before)
            if belongs and _holds(scheme, match.group()):
                yield match.span()


def _holds(scheme: Scheme, written: str) -> bool:
    """Whether the check digits hold, as it is written or without the signs between."""
    return scheme.is_valid(written) or scheme.is_valid(_SIGNS.sub("", written))
