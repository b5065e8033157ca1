"""Names of persons by Microsoft Presidio: off unless config.yml chooses it (`custom_data.names`).

A name can be told only from its sentence, so with names a stream is let go sentence by sentence, and each sentence
costs a run of spaCy's pipeline on the event loop. Neither presidio-analyzer nor spaCy's model comes with this package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from guardrails_config.personal_data import segments, spans

LONGEST_SENTENCE = 1000
"""Characters after which a stream is let go at the next blank anyway."""
_SENTENCE_ENDS = re.compile(r"[.!?\u2026\u3002]['\")\]*_\u201d\u2019]*\s$|\n$")

FindNames = Callable[[str], Iterable[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class NamesToo:
    """Finds names beside all other personal data, and holds a stream back for them."""

    find_names: FindNames

    def find(self, text: str, start: int = 0) -> list[spans.Span]:
        """As `find_private_spans`, with the names behind `start` that overlap nothing else."""
        found = spans.find_private_spans(text, start)
        for begin, end in self.find_names(text[start:]):
            if not any(start + begin < last and first < start + end for first, last, _ in found):
                found.append((start + begin, start + end, "name"))
        return sorted(found)

    def may_grow(self, segment: str, ahead: str = "") -> bool | None:
        """As `segments.may_grow`, and True within a sentence."""
        grows = segments.may_grow(segment, ahead)
        if grows is not False:
            return grows
        return _SENTENCE_ENDS.search(segment) is None and len(segment) < LONGEST_SENTENCE


def open_names(settings: Mapping[str, Any]) -> NamesToo:
    """The finder that `custom_data.names` describes: `engine: presidio`, `model`, `language`, `threshold`.

    Raises ValueError saying what is missing. Nothing is downloaded.
    """
    if settings.get("engine") != "presidio":
        raise ValueError(f"engine is {settings.get('engine')!r}; the one there is is presidio")
    missing = [package for package in ("presidio_analyzer", "spacy") if find_spec(package) is None]
    if missing:
        raise ValueError("presidio-analyzer is not installed; `pip install presidio-analyzer` does it")
    model, language = str(settings.get("model", "")), str(settings.get("language", "en"))
    if find_spec(model or "-") is None and not Path(model).is_dir():
        raise ValueError(f"spaCy's model {model!r} is not installed; `python -m spacy download {model}` does it")
    return NamesToo(_presidio(model, language, float(settings.get("threshold", 0.6))))


def _presidio(model: str, language: str, threshold: float) -> FindNames:
    from presidio_analyzer import AnalyzerEngine  # type: ignore[import-not-found]  # noqa: PLC0415 - only if chosen
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # type: ignore[import-not-found]  # noqa: PLC0415

    configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": language, "model_name": model}]}
    nlp_engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=nlp_engine, supported_languages=[language])
    return persons(analyzer, language, threshold)


def persons(analyzer: Any, language: str, threshold: float) -> FindNames:
    """What a Presidio analyzer takes for persons."""

    def find(text: str) -> Iterable[tuple[int, int]]:
        if not any(character.isupper() for character in text):
            return ()
        found = analyzer.analyze(text, language=language, entities=["PERSON"], score_threshold=threshold)
        return [(result.start, result.end) for result in found]

    return find
