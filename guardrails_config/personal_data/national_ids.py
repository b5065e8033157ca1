"""Identity, social security and tax numbers of persons, checked by python-stdnum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.se import personnummer
from stdnum.us import ssn

LOOK_BACK = 40


@dataclass(frozen=True, slots=True)
class Scheme:
    """A national scheme. Where a form is common, `named` must stand before it."""

    form: re.Pattern[str]
    is_valid: Callable[[str], bool]
    named: re.Pattern[str] | None = None


def _form(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?:{expression})(?![\w-])", re.IGNORECASE)


def _named(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{expression})", re.IGNORECASE)


def _always(_: str) -> bool:
    return True


SCHEMES = (
    Scheme(_form(r"\d{3}-\d{2}-\d{4}"), ssn.is_valid),
    Scheme(_form(r"\d{3}[ -]?\d{2}[ -]?\d{4}"), ssn.is_valid, _named(r"ssn|social security")),
    Scheme(_form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"), _always),
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{4}"), nhs.is_valid, _named(r"nhs")),
    Scheme(_form(r"\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}"), idnr.is_valid, _named(r"steuer\w*|id-?nr|tax id")),
    Scheme(_form(r"[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}"), nir.is_valid),
    Scheme(_form(r"\d{8}[ -]?[A-HJ-NP-TV-Z]"), dni.is_valid),
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
    Scheme(_form(r"\d{3}[ -]?\d{3}[ -]?\d{3}"), sin.is_valid, _named(r"sin|social insurance")),
    Scheme(_form(r"(?:19|20)?\d{6}[-+]\d{4}"), personnummer.is_valid),
    Scheme(_form(r"\d{6}-\d{4}"), cpr.is_valid, _named(r"cpr")),
    Scheme(_form(r"\d{6}[-+A]\d{3}[0-9A-Y]"), hetu.is_valid),
    Scheme(_form(r"\d{3} ?\d{3} ?\d{3}"), nif.is_valid, _named(r"nif|contribuinte")),
    Scheme(_form(r"(?=[A-Z]{0,3}\d)[A-Z0-9]{6,9}"), _always, _named(r"passport|reisepass\w*|passeport|pasaporte")),
)
"""One line a scheme."""


def find_national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers of a national scheme stand."""
    for scheme in SCHEMES:
        if scheme.named is not None and not scheme.named.search(text):
            continue
        for match in scheme.form.finditer(text):
            before = text[max(0, match.start() - LOOK_BACK) : match.start()]
            if (scheme.named is None or scheme.named.search(before)) and scheme.is_valid(match.group()):
                yield match.span()
