"""Identity, social security and tax numbers of persons, checked by python-stdnum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
from stdnum.kr import rrn
from stdnum.lt import asmens
from stdnum.mx import curp
from stdnum.my import nric
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.nz import ird
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.us import itin, ssn
from stdnum.za import idnr as za_idnr

from guardrails_config.personal_data.characters import WORD

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


_DOCUMENT = (
    r"passport|reisepass\w*|passeport|pasaporte|passaporto|paspoort|passaporte|paszport\w*|driv(?:er|ing)\S{0,2}"
    r" licen[cs]e|licen[cs]e (?:number|no)|f\u00fchrerschein\w*|permis de conduire|carn[eé] de conducir|"
    r"patente|rijbewijs|"
    r"personalausweis\w*|ausweisnummer|identity card|id card|carte d'identit\u00e9|carta d'identit\u00e0"
)


SCHEMES = (
    Scheme(_form(r"\d{3}-\d{2}-\d{4}"), ssn.is_valid),
    Scheme(_form(r"\d{3}[ .-]?\d{2}[ .-]?\d{4}"), ssn.is_valid, _named(r"ssn|social security")),
    Scheme(_form(r"9\d{2}-\d{2}-\d{4}"), itin.is_valid),
    Scheme(_form(r"9\d{2}[ -]?\d{2}[ -]?\d{4}"), itin.is_valid, _named(r"itin|taxpayer")),
    Scheme(_form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"), _always),
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{4}"), nhs.is_valid, _named(r"nhs")),
    Scheme(_form(r"\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}"), idnr.is_valid, _named(r"steuer\w*|id-?nr|tax id")),
    Scheme(_form(r"\d{2,3}/?\d{3,4}/?\d{4,5}|\d{10,13}"), stnr.is_valid, _named(r"steuer\w*|st\.?-?nr")),
    Scheme(_form(r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}"), nir.is_valid),
    Scheme(_form(r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}"), fr_nif.is_valid, _named(r"fiscal|spi|nif|imp[oô]ts")),
    Scheme(_form(r"\d{2}\.?\d{3}\.?\d{3}[ -]?[A-HJ-NP-TV-Z]"), dni.is_valid),
    Scheme(_form(r"[XYZ][ -]?\d{7}[ -]?[A-Z]"), nie.is_valid),
    Scheme(_form(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"), codicefiscale.is_valid),
    Scheme(_form(r"\d{4}[. ]?\d{2}[. ]?\d{3}|\d{9}"), bsn.is_valid, _named(r"bsn|burgerservice")),
    Scheme(_form(r"\d{11}"), pesel.is_valid, _named(r"pesel")),
    Scheme(_form(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"), nn.is_valid),
    Scheme(_form(r"756\.?\d{4}\.?\d{4}\.?\d{2}"), ahv.is_valid),
    Scheme(_form(r"\d{3}\.\d{3}\.\d{3}-\d{2}"), cpf.is_valid),
    Scheme(_form(r"\d{11}"), cpf.is_valid, _named(r"cpf")),
    Scheme(_form(r"\d{4} \d{4} \d{4}"), aadhaar.is_valid),
    Scheme(_form(r"\d{12}"), aadhaar.is_valid, _named(r"aadhaar|uidai")),
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{3}"), sin.is_valid, _named(r"(?-i:SIN)|social insurance")),
    Scheme(_form(r"(?:19|20)?\d{6}[-+]\d{4}"), personnummer.is_valid),
    Scheme(_form(r"\d{6}-\d{4}"), cpr.is_valid, _named(r"cpr")),
    Scheme(_form(r"(?:19|20)?\d{10}"), personnummer.is_valid, _named(r"personnummer|personal identity")),
    Scheme(_form(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]"), hetu.is_valid),
    Scheme(_form(r"\d{6} ?\d{5}"), fodselsnummer.is_valid, _named(r"f\u00f8dselsnummer|personnummer|fnr")),
    Scheme(_form(r"\d{10}"), cpr.is_valid, _named(r"cpr")),
    Scheme(_form(r"\d{6}-?\d{4}"), kennitala.is_valid, _named(r"kennitala|kt")),
    Scheme(_form(r"\d{7}[A-W][A-IW]?"), pps.is_valid, _named(r"pps")),
    Scheme(_form(r"\d{4} ?\d{6}"), vnr.is_valid, _named(r"svnr|sozialvers\w*|versicherungsnummer")),
    Scheme(
        _form(r"\d{2}\.?\d{2}\.?\d{2}[ -]?\d{3}\.?\d{2}"),
        nn.is_valid,
        _named(r"rijksregister\w*|niss|registre national"),
    ),
    Scheme(_form(r"\d{5} ?\d{5}"), utr.is_valid, _named(r"utr|taxpayer reference")),
    Scheme(_form(r"\d{6}/\d{3,4}"), rc.is_valid),
    Scheme(_form(r"\d{9,10}"), rc.is_valid, _named(r"rodn[eé] [cč][ií]slo")),
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
    Scheme(_form(r"\d{17}[\dX]"), ric.is_valid),
    Scheme(_form(r"\d{6}-[1-8]\d{6}"), rrn.is_valid),
    Scheme(_form(r"\d{6}-\d{2}-\d{4}"), nric.is_valid),
    Scheme(_form(r"\d-\d{4}-\d{5}-\d{2}-\d"), pin.is_valid),
    Scheme(_form(r"\d{1,2}\.\d{3}\.\d{3}-[\dK]"), rut.is_valid),
    Scheme(_form(r"\d{7,8}-?[\dK]"), rut.is_valid, _named(r"rut|(?-i:RUN)")),
    Scheme(_form(r"\d{2}\.?\d{3}\.?\d{3}"), ar_dni.is_valid, _named(r"dni|documento")),
    Scheme(_form(r"\d{13}"), za_idnr.is_valid, _named(r"id number|identity number|sa id|rsa id")),
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{2,3}"), tfn.is_valid, _named(r"tfn|tax file")),
    Scheme(_form(r"\d{2,3}-?\d{3}-?\d{3}"), ird.is_valid, _named(r"ird")),
    Scheme(_form(r"\d{3} ?\d{3} ?\d{3}"), nif.is_valid, _named(r"nif|contribuinte")),
    Scheme(_form(r"(?=[A-Z]{0,5}\d)(?=(?:[A-Z]*\d){4})[A-Z0-9]{6,16}"), _always, _named(_DOCUMENT)),
)
"""One line a scheme."""


_UNNAMED = tuple(scheme for scheme in SCHEMES if scheme.named is None)
_NAMED = tuple(scheme for scheme in SCHEMES if scheme.named is not None)
_LIKE_UNNAMED = re.compile(r"(?:[0-9][ ./-]?){6}|P[A-Z][0-9]{4}|[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}", re.IGNORECASE)
_LIKE_NAMED = re.compile(r"(?:[0-9][A-Z]{0,2}[ ./-]?){5}", re.IGNORECASE)
"""What a number of any scheme has in it: most texts need no closer look."""
_ANY_NAME = re.compile("|".join(scheme.named.pattern for scheme in SCHEMES if scheme.named), re.IGNORECASE)


def find_national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers of a national scheme stand."""
    worth_trying = (
        *(_UNNAMED if _LIKE_UNNAMED.search(text) else ()),
        *(_NAMED if _LIKE_NAMED.search(text) and _ANY_NAME.search(text) else ()),
    )
    for scheme in worth_trying:
        if scheme.named is not None and not scheme.named.search(text):
            continue
        for match in scheme.form.finditer(text):
            before = text[max(0, match.start() - LOOK_BACK) : match.start()]
            if (scheme.named is None or scheme.named.search(before)) and scheme.is_valid(match.group()):
                yield match.span()
