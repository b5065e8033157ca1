"""Personal data made for tests of masking: by numbering plans, check digits and templates, not by our own patterns."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum import luhn, verhoeff
from stdnum.br import cpf
from stdnum.es import dni, nie
from stdnum.iso7064 import mod_97_10
from stdnum.it import codicefiscale

Make = Callable[[random.Random], str]

FIRST = ("jane", "omar", "lucía", "jürgen", "anna", "mateusz", "chloe", "k", "priya", "tom")
LAST = ("doe", "haddad", "garcía", "müller", "van-dijk", "kowalski", "obrien", "x", "sharma", "smith")
HOSTS = ("example.com", "mail.example.co.uk", "firma.de", "my-shop.example.org", "correo.es", "xn--bcher-kva.example")
PHONE_REGIONS = (
    *("US", "GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "BE", "PL", "PT", "SE", "IE", "AU", "IN", "BR", "CA", "NO"),
    *("DK", "FI", "CZ", "MX", "JP", "ZA"),
)
SEPARATORS = ("", " ", "-", "\u00a0", "\u202f", "\u2009", "\u2011", "\u2013", ".")
SCRIPTS = ("0", "\u0660", "\u06f0", "\u0966", "\u09e6", "\u0e50", "\uff10", "\U0001d7ce")
CALLS = ("call ", "phone: ", "Tel. ", "mobile ", "WhatsApp ", "my number is ", "Telefon ", "téléphone ", "móvil ",
         "mitt nummer är ", "moje číslo je ", "soita ", "chiamami al ", "llámame al ", "mój numer to ")  # fmt: skip


def email(r: random.Random) -> str:
    first, last = r.choice(FIRST), r.choice(LAST)
    local = r.choice(
        (f"{first}.{last}", f"{first}{r.randrange(1, 99)}", f"{first}_{last}", f"{first}+shop", f"{last}-{first}")
    )
    host = r.choice(HOSTS)
    style = r.randrange(6)
    if style == 0:
        return f"{local.upper()}@{host.upper()}"
    if style == 1:
        return f"{first} at {host.replace('.', ' dot ')}"
    if style == 2:
        return f"{local} [at] {host}"
    if style == 3:
        return f"{first} dot {last} (at) {host.replace('.', ' (dot) ')}"
    return f"{local}@{host}"


def phone(r: random.Random) -> str:
    region = r.choice(PHONE_REGIONS)
    kind = r.choice((PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE))
    number = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert number is not None
    if r.random() < 0.5:
        written = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        if r.random() < 0.2:
            written = written.replace("+", "00", 1)
        cue = ""
    else:
        written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        cue = r.choice(CALLS)
    separator = r.choice(SEPARATORS)
    return cue + (written if r.random() < 0.4 else written.replace("-", " ").replace(" ", separator))


def card(r: random.Random) -> str:
    start, length, grouping = r.choice(
        (("4", 16, 4), ("51", 16, 4), ("2720", 16, 4), ("37", 15, 0), ("6011", 16, 4), ("36", 14, 0), ("3528", 16, 4))
    )
    body = start + "".join(r.choices(string.digits, k=length - len(start) - 1))
    digits = body + luhn.calc_check_digit(body)
    parts = [digits[i : i + 4] for i in range(0, length, 4)] if grouping else [digits[:4], digits[4:10], digits[10:]]
    if r.random() < 0.1:
        return " ".join(digits)
    return r.choice((*SEPARATORS, " - ")).join(parts)


def iban(r: random.Random) -> str:
    def digits(count: int) -> str:
        return "".join(r.choices(string.digits, k=count))

    def letters(count: int) -> str:
        return "".join(r.choices(string.ascii_uppercase, k=count))

    country, account = r.choice(
        (
            ("DE", digits(18)), ("FR", digits(23)), ("GB", letters(4) + digits(14)), ("NL", letters(4) + digits(10)),
            ("ES", digits(20)), ("IT", letters(1) + digits(22)), ("MT", letters(4) + digits(23)), ("NO", digits(11)),
            ("PL", digits(24)), ("CH", digits(17)), ("IE", letters(4) + digits(14)), ("BE", digits(12)),
        )
    )  # fmt: skip
    whole = country + mod_97_10.calc_check_digits(account + country) + account
    if r.random() < 0.2:
        whole = whole.lower()
    return r.choice(("", " ", " ", "\u00a0", "-")).join(whole[i : i + 4] for i in range(0, len(whole), 4))


def national_id(r: random.Random) -> str:
    def digits(count: int) -> str:
        return "".join(r.choices(string.digits, k=count))

    eight, seven, nine = digits(8), digits(7), digits(9)
    birth = f"{r.randrange(40, 99)}{r.randrange(1, 13):02}{r.randrange(1, 28):02}"
    nir = f"{r.choice('12')}{birth[:4]}{r.randrange(10, 95)}{digits(6)}"
    fiscal = f"RSSMRA{birth[:2]}{r.choice('ABCDEHLMPRST')}{r.randrange(1, 29):02}H501"
    personnummer = birth + digits(3)
    made = (
        f"SSN {r.randrange(100, 665)}-{r.randrange(10, 99)}-{r.randrange(1000, 9999)}",
        f"{r.choice(('AB', 'CE', 'JK'))}{r.choice(('', ' '))}"
        + r.choice(("", " ")).join((digits(2), digits(2), digits(2), "C")),
        eight + r.choice(("", "-")) + dni.calc_check_digit(eight),
        "X" + seven + nie.calc_check_digit("X" + seven),
        fiscal + codicefiscale.calc_check_digit(fiscal),
        nir + f"{97 - int(nir) % 97:02}",
        f"{nine[:3]}.{nine[3:6]}.{nine[6:]}-{cpf._calc_check_digits(nine)}",
        f"{birth}-{personnummer[6:]}{luhn.calc_check_digit(personnummer)}",
        f"passport {r.choice(('C01X', 'L8', ''))}{digits(6)}",
        f"PESEL {_weighted(birth + digits(4))}",
        f"RG {digits(2)}.{digits(3)}.{digits(3)}-{digits(1)}",
        f"CPR-nummer {birth[4:]}{birth[2:4]}{birth[:2]}-{r.randrange(4)}{digits(3)}",
        f"Reisepass-Nr. C{r.choice('FGHJK')}{digits(7)}",
        f"DNI {eight[:2]} {eight[2:5]} {eight[5:]} {dni.calc_check_digit(eight)}",
        spaced(fiscal + codicefiscale.calc_check_digit(fiscal)),
        f"Aadhaar {aadhaar(r)}",
    )
    return r.choice(made)


def spaced(code: str) -> str:
    """A fiscal code as the card prints it."""
    return f"{code[:3]} {code[3:6]} {code[6:11]} {code[11:]}"


def aadhaar(r: random.Random) -> str:
    eleven = r.choice("23456789") + "".join(r.choices(string.digits, k=10))
    whole = eleven + verhoeff.calc_check_digit(eleven)
    return "-".join((whole[:4], whole[4:8], whole[8:]))


def _weighted(ten: str) -> str:
    """With PESEL's check digit."""
    total = sum(int(d) * w for d, w in zip(ten, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=True))
    return ten + str(-total % 10)


def address(r: random.Random) -> str:
    number = r.randrange(1, 400)
    return r.choice(
        (
            f"{number} {r.choice(('Baker', 'Old Mill', 'St. James'))} {r.choice(('Street', 'Road', 'Ave', 'Lane'))}",
            f"{r.choice(('Haupt', 'Goethe'))}{r.choice(('straße', 'str.', 'weg'))} {number}{r.choice(('', 'a'))}",
            f"{number} rue {r.choice(('de la Paix', 'des Lilas', 'Victor Hugo'))}",
            f"{r.choice(('Calle Mayor', 'Via Garibaldi', 'Rua das Flores'))}{r.choice(('', ','))} {number}",
            f"{r.choice(('Keizersgracht', 'Sveavägen', 'Storgata'))} {number}",
            f"Berliner Straße {number}",
            f"ul. Jana Pawła II {number}",
            f"Avenida Reforma #{number}",
            f"I live at Vesterbrogade {number}",
            f"Adresa: Masarykova {number}/12",
            f"asun osoitteessa Kauppakatu {number}",
            f"Flat 3B, {number} Kings {r.choice(('Road', 'Lane'))}",
            f"{r.choice(('SW1A', 'M1', 'EC2A'))} {r.choice(('1AA', '4WP', '2DD'))}",
        )
    )


def date_of_birth(r: random.Random) -> str:
    year, day = r.randrange(1940, 2012), r.randrange(1, 29)
    return r.choice(
        (
            f"born on {day} March {year}", f"DOB: {day:02}/07/{year}", f"date of birth is {year}-11-{day:02}",
            f"geboren am {day}. März {year}", f"née le {day} juillet {year}", f"nacido el {day} de mayo de {year}",
            f"born on July {day}, {year}", f"Geburtsdatum: {day:02}.04.{year}", f"nata il {day} giugno {year}",
            f"född den {day} mars {year}", f"narozen {day}. ledna {year}", f"urodziłem się {day} maja {year}",
            f"nací el {day} de junio del {year}", f"syntynyt {day}.7.{year}", f"birthdate: {day}-Oct-{year}",
        )
    )  # fmt: skip


def secret(r: random.Random) -> str:
    def run(alphabet: str, count: int) -> str:
        return "".join(r.choices(alphabet, k=count))

    alnum = string.ascii_letters + string.digits

    def b64(fields: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")

    body = base64.b64encode(r.randbytes(r.choice((400, 1200)))).decode()
    name = r.choice(
        ("RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK")
    )
    head = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00FF\n\n" if r.random() < 0.3 else ""
    pem = "\n".join(
        (
            f"-----BEGIN {name}-----",
            head + "\n".join(body[i : i + 64] for i in range(0, len(body), 64)),
            f"-----END {name}-----",
        )
    )
    return r.choice(
        (
            "AKIA" + run(string.ascii_uppercase + "234567", 16), "ghp_" + run(alnum, 36), "sk_live_" + run(alnum, 24),
            "sk-proj-" + run(alnum + "_-", 60), "sk-ant-api03-" + run(alnum, 80), "AIza" + run(alnum, 35),
            f"xoxb-{run(string.digits, 11)}-{run(string.digits, 12)}-{run(alnum, 24)}",
            f"{b64({'alg': 'HS256', 'typ': 'JWT'})}.{b64({'sub': run(alnum, 9)})}.{run(alnum, 43)}",
            "dapi" + run("0123456789abcdef", 32), "hvs." + run(alnum, 90), "NRAK-" + run(string.ascii_uppercase, 27),
            "dp.pt." + run(alnum, 43), "key-" + run("0123456789abcdef", 32), "sl." + run(alnum, 130),
            "heslo: " + run(alnum, 9) + "4!", "mitt lösenord är " + run(alnum, 9) + "4!",
            "Bearer " + run(alnum, 40) + "7aB", "password: " + run(alnum, 9) + "4!",
            "my PIN is " + run(string.digits, 4),
            pem,
        )
    )  # fmt: skip


KINDS: dict[str, Make] = {
    "email": email,
    "phone": phone,
    "card": card,
    "iban": iban,
    "national_id": national_id,
    "address": address,
    "date_of_birth": date_of_birth,
    "secret": secret,
}
CUES = (*CALLS, "SSN ", "RG ", "CPR-nummer ", "Reisepass-Nr. ", "DNI ", "Aadhaar ", "I live at ", "Adresa: ",
        "asun osoitteessa ", "född den ", "narozen ", "urodziłem się ", "nací el ", "syntynyt ", "birthdate: ",
        "heslo: ", "mitt lösenord är ", "passport ", "PESEL ", "Bearer ", "password: ", "my PIN is ", "born on ",
        "DOB: ", "date of birth is ",
        "geboren am ", "née le ", "nacido el ", "Geburtsdatum: ", "nata il ")  # fmt: skip
"""What stands before a value as a hint, and is not private itself."""
DISGUISED = {"phone", "card", "iban", "national_id"}
INVISIBLE = ("\u200b", "\u2060", "\u00ad", "\ufeff", "\u200d", "\u0301", "\ufe0f")


def make(kind: str, r: random.Random) -> tuple[str, str]:
    """A hint, which may be empty, and a value; now and then in another script's digits or with invisible signs."""
    written = KINDS[kind](r)
    cue = next((cue for cue in CUES if written.startswith(cue)), "")
    value = written[len(cue) :]
    if kind in DISGUISED and r.random() < 0.12:
        zero = ord(r.choice(SCRIPTS))
        value = "".join(chr(zero + int(c)) if c in string.digits else c for c in value)
    if kind in DISGUISED | {"email"} and r.random() < 0.1:
        at = r.randrange(1, len(value))
        value = value[:at] + r.choice(INVISIBLE) + value[at:]
    return cue, value
