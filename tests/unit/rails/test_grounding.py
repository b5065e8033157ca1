"""Sentences and their sources: what is supported in other words, what is not, and what states nothing."""

from __future__ import annotations

import pytest

from guardrails_config.detectors.grounding.quantities import BUSINESS_DAYS, CLOCK, PLAIN, SECONDS, quantities
from guardrails_config.detectors.grounding.statements import statement
from guardrails_config.detectors.grounding.support import find_unsupported

REFUNDS = """\
# Refunds

Card refunds reach the client within **5 business days**. A refund cannot be cancelled once it shows *Sent*.
Refunds are possible until 180 days after the payment. The instant payout arrives within 30 minutes, also at weekends.
"""
PLANS = """\
## What each plan costs

| | Solo | Studio | Chain |
|---|---|---|---|
| Monthly, USD | $19 | $49 | $129 |
| Staff calendars included | 1 | 8 | unlimited |

Gift cards are available on Studio and Chain. Only the Owner can change bank details.
"""
SOURCES = ("How long does a refund take?", REFUNDS, PLANS)
THRESHOLD = 0.6


def score(sentence: str, sources: tuple[str, ...] = SOURCES) -> float:
    found = find_unsupported(sentence, sources)
    return found.score if found else 0.0


@pytest.mark.parametrize(
    "sentence",
    [
        "Card refunds reach the client within 5 business days. [1]",
        "Your client has the card refund within five working days. [2]",
        "- Refunds are possible until **180 days** after the payment",
        "Once it shows Sent, a refund can't be cancelled.",
        "The instant payout arrives within half an hour.",
        "Studio is $49 a month.",
        "Kartenrückerstattungen dauern bis zu 5 Werktage.",
        "Le forfait Studio coûte 49 $ par mois.",
    ],
)
def test_what_the_sources_say_in_these_or_other_words_is_supported(sentence: str) -> None:
    assert score(sentence) < THRESHOLD


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("Card refunds reach the client within 9 business days.", "9 business days is in no source"),
        ("Card refunds reach the client within 5 hours.", "5 hours is in no source"),
        ("A refund can be cancelled once it shows Sent.", "the opposite"),
        ("Studio is $129 a month.", "not $129: Monthly, USD, Studio: $49"),
        ("Gift cards are available on every plan.", "not say it of all"),
        ("Anyone can change bank details.", "not say it of all"),
        ("Our cashback wallet gives you loyalty points for each visit.", "cashback"),
        ("Kartenrückerstattungen dauern bis zu 14 Werktage.", "14 Werktage is in no source"),
        ("Les remboursements arrivent en 12 jours ouvrés.", "12 jours ouvrés is in no source"),
    ],
)
def test_what_they_do_not_say_is_flagged_and_named(sentence: str, evidence: str) -> None:
    found = find_unsupported(sentence, SOURCES)

    assert found is not None
    assert found.category == "ungrounded"
    assert found.score >= THRESHOLD
    assert evidence in found.evidence


def test_a_number_of_the_question_is_no_invention() -> None:
    assert score("It does not take 21 days.", ("Does it take 21 days?", REFUNDS)) < THRESHOLD


def test_a_quotation_is_supported_even_where_it_would_be_read_wrongly() -> None:
    source = "No, only the reader works; a refund always goes to the card that was charged, 0.8% + $5."

    assert find_unsupported(f"{source} [3]", (source,)) is None


def test_the_rest_of_a_negation_is_no_quotation() -> None:
    assert score("card is needed to begin the trial.", ("No card is needed to begin the trial.",)) >= THRESHOLD


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Hello Ana, thank you for your message!",
        "I don't know: our documentation does not cover this.",
        "I can hand you over to a colleague who will look into it.",
        "Which plan are you on?",
        "Es tut mir leid, das weiß ich nicht.",
        "Je suis désolé, je ne sais pas.",
        "## Refunds",
        "To refund a payment:",
        "```python",
        'client.refund(payment="p_1", amount=500);',
        "[1]",
    ],
)
def test_what_states_nothing_is_not_judged(sentence: str) -> None:
    assert statement(sentence) == ""


def test_an_apology_with_a_number_states_something() -> None:
    assert statement("I'm sorry, refunds take 9 days.") == "I'm sorry, refunds take 9 days."


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("five working days", BUSINESS_DAYS, 5),
        ("5 Werktage", BUSINESS_DAYS, 5),
        ("5 jours ouvrés", BUSINESS_DAYS, 5),
        ("half an hour", SECONDS, 1800),
        ("24-hour", SECONDS, 86_400),
        ("$1,290", "USD", 1290),
        ("1.290 €", "EUR", 1290),
        ("£0.50", "GBP", 0.5),
        ("1,2 %", "percent", 1.2),
        ("9 pm", CLOCK, 21 * 60),
        ("08:30", CLOCK, 510),
        ("1 April 2026", "date", 20260401),
        ("April 1, 2026", "date", 20260401),
        ("2026-04-01", "date", 20260401),
        ("25 MB", "bytes", 25e6),
        ("20,000 rows", PLAIN, 20_000),
    ],
)
def test_quantities_are_read_alike_however_they_are_written(text: str, kind: str, value: float) -> None:
    [found] = quantities(text)

    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(("one", "other"), [("24 hours", "1 day"), ("one month", "30 days"), ("1 year", "12 months")])
def test_the_same_length_of_time_meets_itself(one: str, other: str) -> None:
    assert quantities(one)[0].meets(quantities(other)[0])


def test_codes_versions_list_numbers_and_marks_of_sources_are_no_quantities() -> None:
    assert quantities("1. Error P-01 of v2 [3], see LB-4091.") == []
