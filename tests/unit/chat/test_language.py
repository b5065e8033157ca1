from __future__ import annotations

import pytest

from server.chat.language import language_of
from server.domain import Message, MessageRole


def said(*texts: str) -> list[Message]:
    return [Message(MessageRole.USER, text) for text in texts]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I get a refund?", "en"),
        ("Wie bekomme ich eine Rechnung?", "de"),
        ("Comment résilier mon abonnement ?", "fr"),
        ("¿Dónde están mis facturas?", "es"),
        ("Come cambio la carta?", "it"),
        ("Não consigo pagar a fatura", "pt"),
        ("Hoe kan ik opzeggen?", "nl"),
        ("Gdzie jest moja faktura?", "pl"),
        ("Faturam nerede?", "tr"),
        ("Hur säger jag upp?", "sv"),
        ("Danke!", "de"),
        ("MERCI BEAUCOUP", "fr"),
    ],
)
def test_a_message_is_told_by_its_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_accents_may_be_left_out() -> None:
    assert language_of("Como cancelo mi suscripcion?") == "es"
    assert language_of("Koennen Sie mir helfen? Ich moechte kuendigen") == "de"


def test_words_of_the_product_and_the_trade_say_nothing() -> None:
    assert language_of("Der Google Calendar sync im Larkbook Dashboard ist broken") == "de"
    assert language_of("El webhook de Stripe no llega al endpoint") == "es"


def test_a_name_does_not_make_it_another_language() -> None:
    assert language_of("My client Jürgen Müller did not get the reminder") == "en"
    assert language_of("I live in Göteborg, which tax do I pay?") == "en"


@pytest.mark.parametrize("text", ["", "?", "4711", "ok", "Larkbook", "https://larkbook.example/a", "👍", "API key"])
def test_what_says_nothing_is_english(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize("text", ["予約をキャンセルしたい", "Как отменить подписку?", "كيف ألغي الاشتراك؟"])
def test_other_languages_are_answered_in_english(text: str) -> None:
    assert language_of(text) == "en"


def test_what_says_nothing_is_in_the_language_of_the_messages_before_it() -> None:
    history = [
        *said("Wo finde ich meine Rechnungen?"),
        Message(MessageRole.ASSISTANT, "You find them in your account."),
    ]
    assert language_of("ok, 2025?", history) == "de"
    assert language_of("API", history) == "de"


def test_a_customer_may_change_the_language() -> None:
    history = said("Wo finde ich meine Rechnungen?", "Und wie kann ich kündigen?")
    assert language_of("Sorry, can I ask you this in English: how do I cancel?", history) == "en"


def test_only_what_the_customer_said_counts() -> None:
    answers = [Message(MessageRole.ASSISTANT, "Ihre Rechnungen finden Sie in Ihrem Konto.")] * 3
    assert language_of("ok", answers) == "en"


def test_a_turkish_capital_i_is_a_letter_like_others() -> None:
    assert language_of("İPTAL ETMEK İSTİYORUM") == "tr"
