"""Which questions may share an answer, and which only look like it."""

from __future__ import annotations

import pytest

from benchmarks.models.question_pairs import read_pairs
from server.caching.look_alikes import ask_the_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I cancel my plan?", "how can I cancel our subscription"),
        ("How do I cancel my plan?", "Hi, could you please tell me how to cancel my plan? Thanks!"),
        ("How do I cancel my plan?", "cancel plan"),
        ("How do I reset my password?", "My password: how do I reset it?"),
        ("Can I export notes?", "Is it possible to export notes?"),
        ("How much does Studio cost?", "What is the price of Studio?"),
        ("How do I log in with SSO?", "How do I sign-in with single sign-on?"),
        ("Can I add three users?", "Can I add 3 users?"),
        ("How do I change my e-mail address?", "how do i chnage my email adress"),
        ("Is a 10 MB file fine?", "Is a 10MB file fine?"),
        ("What does 1,000 SMS cost?", "What does 1000 SMS cost?"),
    ],
)
def test_other_words_for_the_same(one: str, other: str) -> None:
    assert ask_the_same(one, other)
    assert ask_the_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I cancel my plan?", "How do I upgrade my plan?"),
        ("Why can I log in?", "Why can't I log in?"),
        ("Why can I log in?", "Why cant I log in?"),
        ("How do I add 2 seats?", "How do I add two hundred seats?"),
        ("Is the limit 5 GB?", "Is the limit 5 MB?"),
        ("Can I get $5 back?", "Can I get 5% back?"),
        ("How do I move from Solo to Studio?", "How do I move from Studio to Solo?"),
        ("Can I invite an owner?", "Can an owner invite me?"),
        ("Can I call you?", "Can you call me?"),
        ("Can I cancel before the first?", "Can I cancel after the first?"),
        ("How do I use Make?", "How do I make use?"),
        ("Do you ship to the US?", "Do you ship to us?"),
        ("Is my data in the US?", "Is my data in?"),
        ("Where can I see my contract?", "Where can I see my contact?"),
        ("Can I use a custom domain?", "Can I use a customer domain?"),
        ("How do I plan a change?", "How do I change a plan?"),
        ("How do I share a deleted note?", "How do I delete a shared note?"),
        ("What is the process to schedule a meeting?", "Please tell me my meeting schedule."),
        ("Open invoices", "How do I open an invoice?"),
        ("How do I cancel?", "Should I cancel?"),
        ("How do I stop clients paying?", "How do I stop paying clients?"),
        ("How do I prevent clients paying?", "How do I prevent paying clients?"),
        ("Can I get a refund for a payment?", "Can I refund a payment?"),
        ("How do I block a day?", "How do I block every day?"),
        ("How do I book for a client?", "How do I book with a client?"),
        ("Is 3/4 of it paid back?", "Is 3-4 of it paid back?"),
        ("Is there a fee on refunds?", "Is there no fee on refunds?"),
        ("What does error 429 mean?", "What does error 492 mean?"),
        ("Where is my card?", "Where will I get my card?"),
    ],
)
def test_look_alikes(one: str, other: str) -> None:
    assert not ask_the_same(one, other)
    assert not ask_the_same(other, one)


@pytest.mark.parametrize("text", ["", "   ", "?!", "the a my", "Please"])
def test_a_text_that_says_nothing_is_like_no_other(text: str) -> None:
    assert not ask_the_same(text, text)


def test_none_of_the_benchmarks_look_alikes_passes() -> None:
    assert [pair for pair in read_pairs("look_alikes") if ask_the_same(pair.one, pair.other)] == []


def test_much_of_the_benchmarks_paraphrases_passes() -> None:
    pairs = read_pairs("paraphrases")

    assert sum(ask_the_same(pair.one, pair.other) for pair in pairs) >= 0.5 * len(pairs)


def test_other_languages_are_compared_word_by_word() -> None:
    assert ask_the_same("Wie kündige ich mein Abo?", "wie kündige ich mein abo")
    assert not ask_the_same("Wie kündige ich mein Abo?", "Wie verlängere ich mein Abo?")
    assert not ask_the_same("¿Puedo cancelar?", "¿No puedo cancelar?")
