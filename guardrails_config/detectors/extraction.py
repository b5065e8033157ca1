"""Systematic questioning: to copy the knowledge base, or the model behind it, answer by answer."""

from __future__ import annotations

import re
from typing import Protocol

from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh

CATEGORY = "model_extraction"
HARVESTING = "harvesting"
"""Of the same kind by how much is asked, not by what."""

ALIKE_LIMIT = 18.0
"""Messages of one template, by one customer within the window, that make us sure."""
PACE_LIMIT = 75.0
"""Different messages of one customer within the window."""
REPEATS_LIMIT = 18.0
"""Messages that were sent again, word by word."""
LEAST_ALIKE = 0.5
"""Share of the messages that must be alike."""
KEY_LEAST_QUESTIONS = 60
"""Where customers are not told apart, fewer messages say nothing."""


class Caller(Protocol):
    """server.domain.CallerSignals."""

    @property
    def questions(self) -> int: ...
    @property
    def distinct(self) -> int: ...
    @property
    def alike(self) -> float: ...
    @property
    def fits(self) -> bool: ...
    @property
    def whole_key(self) -> bool: ...


_ASK = (
    r"(?:show|give|list|print|dump|output|export|return|reveal|repeat|recite|reproduce|send|provide|copy|"
    r"tell|paste|write(?: out)?|quote)"
)
_PATTERNS = (
    Pattern(
        "training data",
        0.85,
        re.compile(
            rf"\b{_ASK}\b[^.\n]{{0,40}}\b(?:your|the model'?s?|its) (?:training|fine-?tuning|pre-?training) "
            r"(?:data|set|corpus|examples|samples|documents)\b"
        ),
        ("train", "tuning"),
    ),
    Pattern(
        "outputs of the model",
        0.85,
        re.compile(
            rf"\b(?:{_ASK}|what (?:is|are))\b[^.\n]{{0,40}}\b(?:logits?|log-?probs?|log probabilities|"
            r"token (?:probabilities|ids)|softmax|embedding vectors?|embeddings? (?:of|for)|(?:model|neural) weights|"
            r"hidden states?)\b"
        ),
        ("logit", "prob", "token", "softmax", "embedding", "weights", "hidden"),
    ),
    Pattern(
        "all of the knowledge base",
        0.85,
        re.compile(
            rf"\b{_ASK}\b[^.\n]{{0,30}}\b(?:all|every|each|entire|whole|complete|full)\b[^.\n]{{0,40}}"
            r"\b(?:knowledge base|your (?:documents|documentation|sources|articles|chunks)|"
            r"(?:indexed|retrieved|source) (?:documents|chunks|passages|texts?)|"
            r"vector (?:store|database)|context window)\b"
        ),
        ("knowledge", "your", "index", "retriev", "source", "vector", "context"),
    ),
    Pattern(
        "word for word",
        0.85,
        re.compile(
            rf"\b{_ASK}\b[^.\n]{{0,60}}\b(?:sources?|documents?|chunks?|passages|context|knowledge base)\b"
            r"[^.\n]{0,30}\b(?:verbatim|word[- ](?:for|by)[- ]word|character by character|unabridged|in full)\b"
        ),
        ("verbatim", "word", "character", "unabridged", "in full"),
    ),
    Pattern(
        "a word without end",
        0.85,
        re.compile(
            r"\b(?:repeat|say|write|print|output)\b[^.\n]{1,60}\b(?:forever|endlessly|infinitely|indefinitely|"
            r"without (?:end|stopping)|(?:a )?(?:thousand|million|1 ?000|10 ?000|100 ?000|1 ?000 ?000) times)\b"
        ),
        ("repeat", "say", "write", "print", "output"),
        re.compile(r"\b(?:how (?:do|can|could|would|to)|can|could)(?: i| we)? $"),
    ),
)
_HINTS = (
    Pattern(
        "a text in full",
        0.3,
        re.compile(
            r"\b(?:full|entire|whole|complete|exact) (?:text|content|contents|wording|article|document|page)\b|"
            r"\bverbatim\b|\bword for word\b"
        ),
    ),
    Pattern(
        "going on", 0.3, re.compile(r"^\W{0,3}(?:please )?(?:continue|go on|next|more|the next one|and then)\W{0,3}$")
    ),
)
"""Ordinary by themselves; they add to what the caller has asked of late."""


def find_extraction(text: str, caller: Caller | None = None) -> Finding | None:
    """A request for what only a copyist wants, or a message that goes on with what looks like harvesting.

    Signs in the text and in the caller's last messages add up by noisy-or.
    """
    written = [weigh(CATEGORY, _PATTERNS, reading) for reading in readings(text)]
    asked = strongest(written)
    if caller is None:
        return asked
    seen = _harvesting(caller)
    if seen is None:
        return asked
    hint = weigh(HARVESTING, _HINTS, readings(text)[0])
    doubt = (1 - seen.score) * (1 - (hint.score if hint else 0.0)) * (1 - (asked.score if asked else 0.0))
    if asked is not None and asked.score >= seen.score:
        return Finding(asked.category, round(1 - doubt, 4), asked.evidence)
    return Finding(HARVESTING, round(1 - doubt, 4), seen.evidence)


def _harvesting(caller: Caller) -> Finding | None:
    """How much the caller's last messages look like a harvest that this message is part of."""
    if caller.whole_key:
        if not caller.fits or caller.distinct < KEY_LEAST_QUESTIONS:
            return None
        return Finding(HARVESTING, round(caller.alike**3, 4), f"{caller.alike:.0%} of {caller.questions} of one shape")
    alike = caller.alike * caller.questions if caller.fits and caller.alike >= LEAST_ALIKE else 0.0
    scores = (
        (alike / ALIKE_LIMIT, f"{alike:.0f} of {caller.questions} messages of one shape"),
        (caller.distinct / PACE_LIMIT, f"{caller.distinct} different messages"),
        ((caller.questions - caller.distinct) / REPEATS_LIMIT, f"{caller.questions - caller.distinct} repeated"),
    )
    score, evidence = max(scores)
    return Finding(HARVESTING, round(min(1.0, score), 4), evidence) if score else None
