"""A labelled set: values in the spellings of many countries and scripts, and numbers that are nobody's."""

from __future__ import annotations

import pytest

from guardrails_config.personal_data.canonical import canonical_values
from guardrails_config.personal_data.spans import find_private_spans
from server.rails.masking import PublicTexts, mask

PRIVATE = [
    ("email", "jane at example dot com"),
    ("email", "jane dot doe at mail dot example dot org"),
    ("email", "jane.doe [at] example.com"),
    ("email", "jane (at) example (dot) de"),
    ("email", "jürgen.müller@bücher.example"),
    ("email", "jane＠example.com"),
    ("email", "ja\u200bne@exam\u00adple.com"),
    ("email", "jane%40example.com"),
    ("phone", "+33 1 23 45 67 89"),
    ("phone", "+49 (0)30 901820"),
    ("phone", "0171\u2011234\u20115678"),
    ("phone", "+44\u00a020\u202f7946\u20090958"),
    ("phone", "(020) 7946 0958"),
    ("phone", "03-1234-5678"),
    ("phone", "٠٣٠ ٩٠١٨٢٠١٧"),
    ("phone", "０９０−１２３４−５６７８"),
    ("card", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2"),
    ("card", "4242 - 4242 - 4242 - 4242"),
    ("card", "3782 822463 10005"),
    ("card", "४२४२ ४२४२ ४२४२ ४२४२"),
    ("iban", "MT84 MALT 0110 0001 2345 MTLC AST0 01S"),
    ("iban", "de89-3704-0044-0532-0130-00"),
    ("national_id", "2 55 08 14 168 025 38"),
    ("national_id", "X1234567L"),
    ("national_id", "RSSMRA85T10A562S"),
    ("national_id", "756.9217.0769.85"),
    ("national_id", "811228-9874"),
    ("national_id", "1-2345-45678-78-1"),
    ("national_id", "65 220592 Z 258"),
    ("national_id", "BBT MRH 48D19 G816Z"),
    ("national_id", "45.426.118-7"),
    ("national_id", "456046973WN9"),
    ("phone", "98765 43210"),
    ("address", "Berliner Straße 12"),
    ("address", "Flat 3B, 221 Kings Road"),
    ("address", "Chaussée de Wavre 12"),
    ("secret", "hvs.2BPmNWJx8UkaCtvcHLiutp41q9xpF1gpbaSM23JY3jZyYok"),
    ("secret", "dapi1f5d07cafc24e3ba74face8747217cb9"),
    ("address", "PO Box 1234"),
    ("address", "SW1A 1AA"),
    ("address", "Keizersgracht 123"),
    ("address", "ul. Marszałkowska 12/4"),
    ("secret", "xoxb-12345678901-123456789012-AbCdEfGhIjKlMnOpQrStUvWx"),
    ("secret", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcDEF123_-abcDEF123"),
    ("secret", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEow==\n-----END RSA PRIVATE KEY-----"),
]
AFTER_A_CUE = [
    ("phone", "mi móvil es ", "612 345 678"),
    ("phone", "Zadzwoń: ", "601 234 567"),
    ("phone", "手机", "138 0013 8000"),
    ("national_id", "TC kimlik no ", "17291716060"),
    ("national_id", "BSN ", "111222333"),
    ("national_id", "PESEL ", "44051401359"),
    ("national_id", "Steuer-ID: ", "36 574 261 809"),
    ("national_id", "passport number ", "C01X0006H"),
    ("national_id", "driving licence ", "MORGA657054SM9IJ"),
    ("date_of_birth", "born on ", "12 March 1985"),
    ("date_of_birth", "born in Leeds on ", "12 March 1985"),
    ("date_of_birth", '"date_of_birth": "', "1985-03-12"),
    ("date_of_birth", "geboren am ", "12. März 1985"),
    ("date_of_birth", "née le ", "12 mars 1985"),
    ("date_of_birth", "生年月日：", "1985年3月12日"),
    ("secret", "“PIN: ", "3091"),
    ("secret", "mot de passe : ", "Fluffy_1987"),
    ("secret", "heslo je ", "Fluffy_1987"),
    ("phone", "llámame al ", "612 34 56 58"),
    ("phone", "zavolejte mi na ", "601 123 644"),
    ("phone", "nummeret mitt er ", "40 61 22 02"),
    ("national_id", "Aadhaar ", "3043-2780-4188"),
    ("national_id", "マイナンバーは ", "4447-0716-8388"),
    ("national_id", "NUSS: ", "11/65613035/22"),
    ("national_id", "CPR-nr. #", "270242 0653"),
    ("national_id", "dowód osobisty ", "TCN 646693"),
    ("address", "bydlím na adrese ", "Na Příkopě 232/12"),
    ("address", "Adresse: ", "Karl Johans gate 17"),
    ("address", "住所は大阪府大阪市北区梅田", "4丁目12番14号"),
    ("date_of_birth", "narozen ", "26. srpna 1970"),
    ("date_of_birth", "生年月日は昭和", "53年7月23日"),
]
NOBODYS = [
    "Order 4000001234567891 was shipped; invoice 2026-000123, EAN 4006381333931",
    "ISBN 978-3-16-148410-0, ISSN 2049-3630, DOI 10.1000/182",
    "Tracking 00340434161094042557 and 1Z999AA10123456784",
    "Mon-Fri 09:00-17:30, Sat 10.00-14.00, from 12.05.2026 to 2026-06-30",
    "Version 3.11.7, 192.168.0.1, port 8700, RFC 2119",
    "29,90 EUR, $1,234.50, 1 200 000 users, 99.95 %",
    "The company was born in 1998 and has 3 offices since 12 March 2001",
    "Look at example dot com, we meet at noon at point B",
    "Documentation is available at docs dot example dot com",
    "open 5 Google Drive files on the 3rd Street of the game",
    "iPhone 15, M2 8GB, 2x4 cores, A4 paper, 16:9",
    "Article 1234567890 of case 12-345 costs 5 at most",
    "9 8 7 6 5 4 3 2 1",
    "commit 3f2a9c1, build 20261122, id 12345678",
    "Commit 0616826, sin coste alguno: la commande 345743421, it runs on 708775665",
    "第12号、3階、2026年3月12日に開店",
    "EAN 0271671593393, IMEI 04559-063, tracking RR 123 456 789 GB",
    "der Preis ist 228 798 130 Kč",
    "at 66.6371398 -122.3210, lat 52.81080 lon -0.3304314",
    "commit b591e5d6e07e5a4ebac6fa3c6c8ea3ad, sha256: 0a23305aa6020664dfc37f5beda012f5",
    "We moved to Gmail 2 years ago, delivered to Locker 12, Parkplatz 12",
    "SIREN 732 829 320, ordine 0707178239, zamówienie nr 0813132415",
]


@pytest.mark.parametrize(("kind", "value"), PRIVATE, ids=lambda value: repr(value)[:40])
def test_a_value_is_found_whole_in_prose_of_any_kind(kind: str, value: str) -> None:
    for before, after in (
        ("Here: ", " and more"),
        ("**", "**"),
        ("| ", " | x |"),
        ("お客様は ", "です。"),
        ('{"v": "', '"}'),
    ):
        text = f"{before}{value}{after}"
        assert mask(find_private_spans, text).text == f"{before}[{kind}]{after}"


@pytest.mark.parametrize(("kind", "cue", "value"), AFTER_A_CUE)
def test_a_value_is_found_behind_its_cue(kind: str, cue: str, value: str) -> None:
    assert mask(find_private_spans, f"My {cue}{value} is known").text == f"My {cue}[{kind}] is known"


@pytest.mark.parametrize("text", NOBODYS)
def test_what_is_nobodys_stays(text: str) -> None:
    assert mask(find_private_spans, text).text == text


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "+49 30 901820 17", "030/90182017"),
        ("phone", "0049 30 90182017", "+49 (0)30 9018-2017"),
        ("phone", "(415) 555-2671", "+1 415 555 2671"),
        ("iban", "DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
        ("card", "4242 4242 4242 4242", "4242-4242-4242-4242"),
        ("email", "Jane@Example.com", "jane (at) example dot com"),
        ("address", "12 Baker Street", "12 Baker St."),
        ("address", "Hauptstraße 12", "Hauptstr. 12"),
    ],
)
def test_another_spelling_is_the_same_datum(kind: str, one: str, other: str) -> None:
    public = PublicTexts([f"Contact: {other}, open daily"], ["secret"], find_private_spans, canonical_values)

    assert mask(find_private_spans, f"It is {one} now", public=public).kinds == ()
    assert mask(
        find_private_spans, f"It is {one} now", public=PublicTexts(["Contact: 1"], (), find_private_spans)
    ).kinds


def test_a_datum_that_shares_only_a_part_stays_masked() -> None:
    public = PublicTexts(["+49 30 901820 17", "jane@example.com"], (), find_private_spans, canonical_values)
    text = "Call +49 30 901820 18 or mail mary-jane@example.com"
    assert mask(find_private_spans, text, public=public).text == "Call [phone] or mail [email]"


def test_a_secret_is_never_public_in_any_spelling() -> None:
    key = "sk_live_abcdefghijklmnop123"
    public = PublicTexts([key], ["secret"], find_private_spans, canonical_values)
    assert mask(find_private_spans, f"Use {key}", public=public).text == "Use [secret]"


def test_accounts_right_behind_one_another_are_all_found() -> None:
    text = "NL91 ABNA 0417 1643 00\nDE89 3704 0044 0532 0130 00 MT84MALT011000012345MTLCAST001S"
    assert mask(find_private_spans, text).text == "[iban]\n[iban] [iban]"


@pytest.mark.parametrize("before", ["2161 (", "6939 5271 2161 ", "12 ", "4000 "])
def test_a_phone_number_is_found_behind_other_digits(before: str) -> None:
    text = f"{before}0044 121 234 5678) today"
    [(begin, end, _)] = [span for span in find_private_spans(text) if span[2] == "phone"]
    assert text[begin:end].lstrip("(") == "0044 121 234 5678"
