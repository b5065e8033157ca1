"""Words that the sources do not have, or with which they say the opposite, say it of something else, or of fewer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from guardrails_config.detectors.grounding.closeness import Sign, closeness, stem_weights, telling_names
from guardrails_config.detectors.grounding.polarity import negated, opposed
from guardrails_config.detectors.grounding.sources import Sources, Unit, names_in, turns
from guardrails_config.detectors.grounding.words import content_stems, stem

TURNED_AROUND = 0.75
OPPOSED = 0.6
OTHER_NAME = 0.6
GENERALISED = 0.55
ONLY_SOME = 0.75
UNKNOWN_NAME = 0.65
UNKNOWN_WORDS = 0.9

CLOSE = 0.5
"""Share of a statement's words, weighted by rarity, that a unit must have to be about the same."""
NEARLY = 0.85
"""Units that reach this share of the closest one's are as close as it."""
UNKNOWN_SHARE = (0.2, 0.6)
"""Share of a statement in words that no source has: up to the first it is other words for the same, and from the second
on the statement is an invention."""

_UNIVERSAL = re.compile(
    r"\b(?P<of>all|any|every|each)\b(?! of (?:them|it|these|those|which))"
    r"(?: (?:of )?(?:the |our |your )?(?P<noun>\w+))?"
    r"|\b(?:everyone|everybody|everything|always|anyone|anybody|everywhere|unlimited)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|alone|exactly one|up to|at most)\b", re.IGNORECASE)
_CONDITION = re.compile(r"(?:if|when|once|after|until|unless|without|while|as|since|because)\b", re.IGNORECASE)


def word_signs(said: str, sources: Sources) -> Iterator[Sign]:
    """Each way in which the words of a statement, and of the units that are closest to it, do not agree."""
    weights = stem_weights(said, sources)
    if not weights:
        return
    total = sum(weights.values())
    unknown = [each for each in weights if not sources.counts[each]]
    yield from _unknown(said, unknown, sum(weights[each] for each in unknown) / total)
    told = [unit for unit in sources.units if not unit.asks]
    close = _close(told, weights)
    if not close:
        return
    parts = turns(said)
    for part in parts:
        if len(parts) == 1 or not _CONDITION.match(part):
            yield from _turned(part, told, sources)
    if all(opposed(said, unit.text) for unit in close):
        yield Sign(OPPOSED, f"the sources say the opposite: {close[0].text}")
    named = telling_names(said, sources)
    if named and all(named - unit.around and unit.names - weights.keys() for unit in close):
        yield Sign(OTHER_NAME, f"the sources say it of something else: {close[0].text}")
    yield from _generalised(said, close, sources)


def _close(told: Sequence[Unit], weights: Mapping[str, float]) -> list[Unit]:
    """The units that are about the same as a statement with these words; none where even the closest is not."""
    found = [closeness(unit, weights) for unit in told]
    best = max(found, default=0.0)
    return [unit for unit, each in zip(told, found, strict=True) if each >= NEARLY * best] if best >= CLOSE else []


def _turned(part: str, told: Sequence[Unit], sources: Sources) -> Iterator[Sign]:
    """A part of a statement that says what is, where what is closest to it says what is not, or the other way round."""
    weights = stem_weights(part, sources)
    close = _close(told, weights) if len(weights) > 1 else []
    if close and all(unit.negated is (not negated(part)) for unit in close):
        yield Sign(TURNED_AROUND, f"the sources say the opposite: {close[0].text}")


def _generalised(said: str, close: Sequence[Unit], sources: Sources) -> Iterator[Sign]:
    """All, every or always, where what the sources say next to it has no such word."""
    wanted = _universals(said)
    if wanted and not any(wanted & _universals(unit.text) for unit in close):
        limited = any(
            _ONLY.search(unit.text) or "; no" in unit.text or telling_names(unit.text, sources) - content_stems(said)
            for unit in close
        )
        weight = ONLY_SOME if limited else GENERALISED
        yield Sign(weight, f"the sources do not say it of all: {close[0].text}")


def _universals(text: str) -> set[str]:
    """What is said of all of a kind: the stem of the word behind "all" or "every", and "" for all without a kind."""
    return {stem(match["noun"].lower()) if match["of"] and match["noun"] else "" for match in _UNIVERSAL.finditer(text)}


def _unknown(said: str, unknown: Sequence[str], share: float) -> Iterator[Sign]:
    some, most = UNKNOWN_SHARE
    if share > some and len(unknown) > 1:
        yield Sign(
            UNKNOWN_WORDS * min(1.0, (share - some) / (most - some)), f"in no source: {', '.join(sorted(unknown))}"
        )
    names = names_in(said) & set(unknown)
    if names:
        yield Sign(UNKNOWN_NAME, f"in no source: {', '.join(sorted(names))}")
