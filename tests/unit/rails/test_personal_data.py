"""Which personal data and secrets are found, and which numbers and words are not."""

from __future__ import annotations

import pytest

from guardrails_config.personal_data.spans import find_private_spans


def found(text: str) -> list[tuple[str, str]]:
    return [(kind, text[begin:end]) for begin, end, kind in find_private_spans(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to jane.doe+x@mail.example.co.uk.", "email", "jane.doe+x@mail.example.co.uk"),
        ("ring +49 30 1234567 please", "phone", "+49 30 1234567"),
        ("0044 20 7946 0958", "phone", "0044 20 7946 0958"),
        ("(415) 555-2671", "phone", "(415) 555-2671"),
        ("text me on 07911 123456", "phone", "07911 123456"),
        ("card 4242-4242-4242-4242 declined", "card", "4242-4242-4242-4242"),
        ("my card 4111111111111111!", "card", "4111111111111111"),
        ("pay to DE89 3704 0044 0532 0130 00 AND thanks", "iban", "DE89 3704 0044 0532 0130 00"),
        ("gb29nwbk60161331926819", "iban", "gb29nwbk60161331926819"),
        ("SSN 536-90-4399", "national_id", "536-90-4399"),
        ("NI number AB 12 34 56 C", "national_id", "AB 12 34 56 C"),
        ("DNI 12345678Z", "national_id", "12345678Z"),
        ("CPF 390.533.447-05", "national_id", "390.533.447-05"),
        ("I live at 12 Baker Street, London", "address", "12 Baker Street"),
        ("Hauptstraße 12a, Berlin", "address", "Hauptstraße 12a"),
        ("12 rue de la Paix, Paris", "address", "12 rue de la Paix"),
        ("my password is hunter2!", "secret", "hunter2"),
        ("password=Tr0ub4dor&3", "secret", "Tr0ub4dor&3"),
        ("the CVC is 123", "secret", "123"),
        ("Authorization: Bearer sk_live_abcdefghijklmnop123", "secret", "sk_live_abcdefghijklmnop123"),
        ("AKIAIOSFODNN7EXAMPLE", "secret", "AKIAIOSFODNN7EXAMPLE"),
        ("https://ann:s3cret@host.example/", "secret", "ann:s3cret@host.example"),
    ],
)
def test_what_is_private_is_found_whole(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "It costs 1,234.50 until 2026-05-06, or 06.05.2026 at 12:30",
        "order no. 030 12345678",
        "ticket 1234567890, invoice #0044207946",
        "version 0.24.1 at 192.168.100.200",
        "your password is incorrect",
        "Password: required",
        "security code on the back of the card",
        "reset your password at 12:30",
        "open 5 Google Drive files",
        "the 2026 plan has 3 tiers and 24/7 support for 1 000 clients",
        "docs/payments/deposits-and-no-show-fees",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "4242 4242 4242 4243",
        "Follow us @larkbook",
    ],
)
def test_what_only_looks_private_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_overlapping_spans_are_joined_under_the_graver_kind() -> None:
    text = "password: jane@example.com1"
    assert [kind for _, _, kind in find_private_spans(text)] == ["secret"]


def test_what_stands_before_the_start_is_context_only() -> None:
    text = "my pin is 4821"
    assert find_private_spans(text, len("my pin is ")) == [(10, 14, "secret")]
    assert find_private_spans("4821", 0) == []
