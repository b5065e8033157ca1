"""Names by Presidio: only where they are chosen, and with a plain word where they cannot be had."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable

import pytest

from guardrails_config.personal_data.names import NamesToo, open_names, persons
from server.rails.hold_back import MaskingStream
from server.rails.masking import PublicTexts, mask

TEXT = "Your contact is Ann Mary Lee. Mail ann@example.com at noon!\nAnn Mary Lee answers within 2 days. Bye"
MASKED = "Your contact is [name]. Mail [email] at noon!\n[name] answers within 2 days. Bye"


def find_ann(text: str) -> Iterable[tuple[int, int]]:
    """Knows her by what is said of her."""
    begin = text.find("Ann Mary Lee")
    return [(begin, begin + 12)] if begin >= 0 and ("contact" in text or "answers" in text) else []


def streamed(pieces: Iterable[str], finder: NamesToo) -> list[str]:
    held = MaskingStream(finder.find, finder.may_grow, PublicTexts())
    return [*(held.push(piece).text for piece in pieces), held.finish().text]


def test_a_name_is_masked_at_every_cut_by_its_whole_sentence() -> None:
    finder = NamesToo(find_ann)
    for place in range(len(TEXT) + 1):
        assert "".join(streamed([TEXT[:place], TEXT[place:]], finder)) == MASKED
    assert "".join(streamed(TEXT, finder)) == MASKED


def test_nothing_of_a_sentence_is_let_go_before_it_ends() -> None:
    first, second, *_ = streamed(["Your contact is Ann ", "Mary Lee. M"], NamesToo(find_ann))
    assert (first, second) == ("", "Your contact is [name]. ")


@pytest.mark.skipif(importlib.util.find_spec("presidio_analyzer") is not None, reason="presidio-analyzer is installed")
def test_without_presidio_the_setting_is_refused_with_the_way_out() -> None:
    with pytest.raises(ValueError, match="pip install presidio-analyzer"):
        open_names({"engine": "presidio", "model": "en_core_web_sm"})


def test_another_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="the one there is is presidio"):
        open_names({"engine": "oracle"})


def test_presidios_own_analyzer_fits() -> None:
    presidio = pytest.importorskip("presidio_analyzer", reason="presidio-analyzer is not installed")
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed")
    engine = presidio.nlp_engine.SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    engine.nlp = {"en": spacy.blank("en")}
    registry = presidio.RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(presidio.PatternRecognizer("PERSON", deny_list=["Ann Mary Lee"], supported_language="en"))
    analyzer = presidio.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    finder = NamesToo(persons(analyzer, "en", 0.5))

    assert mask(finder.find, TEXT).text == "".join(streamed(TEXT, finder)) == MASKED
    with pytest.raises(ValueError, match="spacy download no_such_model"):
        open_names({"engine": "presidio", "model": "no_such_model"})
