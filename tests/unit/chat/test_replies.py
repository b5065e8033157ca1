from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

import guardrails_config
from server.chat import replies
from server.chat.language import language_of
from server.chat.languages import ENGLISH, LANGUAGES

INTERNALS = (
    r"guard|rail|prompt|polic[yi]|model|engine|system|jailbreak|inject|classif|threshold|detect|filter|"
    r"(?-i:\bIA\b|\bSI\b|\bAI\b|\bKI\b)|LLM|token|key|richtlinie|modelo|modèle|modello|polityk|sistem|système|"
    r"intelligen|yapay"
)
CATEGORIES = (
    "off_topic",
    "harmful",
    "self_harm",
    "personal_data",
    "too_long",
    "repetitive",
    "harvesting",
    "rail_error",
    "prompt_injection",
    "a category of one's own",
)
ANSWERS = ("personal_data", "self_harm", "rail_error", "ungrounded", "off_policy", "unsafe_link", "one's own")


def said_in(language: str) -> Iterator[str]:
    """All that a customer may read of the bot's own."""
    yield from (replies.refusal(category, "Larkbook", language) for category in CATEGORIES)
    yield from (replies.withheld(category, language) for category in ANSWERS)
    yield replies.unanswered(language)
    yield replies.hand_over(language)
    yield replies.interrupted(language)
    yield replies.nothing_to_fall_back_on(language)


def test_there_are_ten_languages() -> None:
    assert len(LANGUAGES) >= 10
    assert all(re.fullmatch("[a-z]{2}", code) for code in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_is_its_own_and_is_in_its_language(language: str) -> None:
    texts = asdict(LANGUAGES[language].replies)

    assert all(text.strip() == text and text.endswith((".", ":", "?")) for text in texts.values()), texts
    assert len(set(texts.values())) == len(texts)
    assert {name: language_of(text.replace("{product}", "")) for name, text in texts.items()} == dict.fromkeys(
        texts, language
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_names_internals_or_is_long(language: str) -> None:
    for text in said_in(language):
        assert re.search(INTERNALS, text, re.IGNORECASE) is None, text
        assert "{" not in text
        assert len(text) < 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_offers_a_person(language: str) -> None:
    for category in CATEGORIES:
        assert replies.refusal(category, "Larkbook", language).endswith(LANGUAGES[language].replies.hand_over)
    for category in ANSWERS:
        assert replies.withheld(category, language).endswith(LANGUAGES[language].replies.hand_over)
    assert replies.hand_over(language) in replies.unanswered(language)


def test_a_refusal_says_what_to_do_where_that_helps() -> None:
    assert "few sentences" in replies.refusal("too_long", "Larkbook", "en")
    assert "Fragen zu Larkbook" in replies.refusal("off_topic", "Larkbook", "de")
    assert "findahelpline.com" in replies.refusal("self_harm", "Larkbook", "sv")


def test_a_product_may_have_any_name() -> None:
    assert "about {0} & Co." in replies.refusal("off_topic", "{0} & Co.", "en")


def test_attacks_are_all_refused_alike_and_learn_nothing() -> None:
    attacks = ("prompt_injection", "jailbreak", "system_prompt", "exfiltration", "model_extraction", "policy", "model")
    assert len({replies.refusal(category, "Larkbook", "fr") for category in attacks}) == 1


@pytest.mark.parametrize("category", ["off_policy", "harmful", "system_prompt", "unsafe_link"])
def test_an_answer_that_is_kept_back_is_not_the_fault_of_the_request(category: str) -> None:
    text = replies.withheld(category, "en")

    assert text == f"{ENGLISH.replies.withheld} {ENGLISH.replies.hand_over}"
    assert "request" not in text
    assert replies.withheld("ungrounded", "en").startswith(ENGLISH.replies.not_covered)


def test_a_language_that_is_not_there_is_answered_in_english() -> None:
    assert replies.hand_over("xx") == ENGLISH.replies.hand_over


def test_categories_of_the_rails_that_are_worth_a_word_have_one() -> None:
    folder = Path(guardrails_config.__file__).parent / "detectors"
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    categories = set(re.findall(r'(?:Finding|weigh)\(\s*"([a-z_]+)"', source))
    general = replies.refusal("", "Larkbook", "en")

    own = {category for category in categories if replies.refusal(category, "Larkbook", "en") != general}

    assert own >= {"off_topic", "harmful", "self_harm", "too_long", "repetitive"}
    assert not own & {"prompt_injection", "jailbreak", "system_prompt", "exfiltration"}
