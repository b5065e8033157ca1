"""Longer texts, put together from those of corpus.py so that length, language and narration say nothing of a text.

Real jailbreaks are long, and the public ordinary texts are short questions: learnt as they are, a customer who tells a
story reads like an attack. So ordinary sentences are strung together at every length, and each attack that is put into
such a text has its counterpart, the same text without it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from guardrails_config.classifier.concepts import sentences
from guardrails_config.classifier.corpus import (
    ATTACKS,
    LONG_MESSAGES,
    ORDINARY,
    PUBLIC,
    QUESTIONS,
    Example,
    Source,
)

BURIED = 400
"""How many attacks written for this project are put behind or before a public ordinary text."""
PAIRS = 800
"""How many are put into a text of ordinary sentences, which is learnt without the attack as well."""
JOINED = 1600
"""How many longer texts are joined from several attacks or several ordinary texts; half of them are attacks."""
STRUNG = 3000
"""How many texts are strung together from sentences of long messages."""
DOUBLINGS = 5.3
"""A strung text has one sentence doubled up to so many times: 1 to 39, short ones as often as long ones."""
LONGEST = 3000
"""Characters of a strung text at most."""
AROUND = 450
"""Characters that are kept on either side of a buried attack, so that it is in every window that is learnt as one."""
LEAST = 15
"""A sentence of fewer characters is a greeting, a number or a rest."""

BURIED_ATTACKS = Source("attacks.txt, in an ordinary text", True, 0.1)
LONG_ATTACKS = Source("attacks.txt, joined", True, 0.05)
JOINED_MESSAGES = Source("ordinary.txt and questions, joined", False, 0.3)
STRUNG_MESSAGES = Source("sentences of long messages, strung together", False, 0.6)


def composed(examples: Sequence[Example], seed: int) -> list[Example]:
    """Attacks in ordinary texts, several attacks in one, and long messages. Each keeps the group of its first part.

    They are put together from `examples` alone, so that what is held out stays out.
    """
    return [*_joined(examples, random.Random(seed)), *_strung(examples, random.Random(seed))]


def _joined(examples: Sequence[Example], draw: random.Random) -> Iterator[Example]:
    questions = [example for example in examples if example.source in QUESTIONS]
    public = [example for example in examples if example.source in PUBLIC]
    hosts = [example for example in public if 200 < len(example.text) < 1500] or questions
    attacks = [example for example in examples if example.source is ATTACKS]
    ordinary = [example for example in examples if example.source is ORDINARY]
    for example in draw.sample(attacks, min(BURIED, len(attacks))):
        host = draw.choice(hosts).text
        parts = [example.text, host] if draw.random() < 0.3 else [host, example.text]
        yield Example("\n".join(parts), BURIED_ATTACKS, example.group)
    for number in range(JOINED):
        kind = attacks if number % 2 else ordinary
        first = draw.choice(kind)
        others = [draw.choice(kind if draw.random() < 0.6 else questions) for _ in range(draw.randint(2, 9))]
        source = LONG_ATTACKS if kind is attacks else JOINED_MESSAGES
        yield Example(" ".join(part.text for part in (first, *others)), source, first.group)


def _strung(examples: Sequence[Example], draw: random.Random) -> Iterator[Example]:
    messages = [(each.group, _told(each.text)) for each in examples if each.source is LONG_MESSAGES]
    messages = [message for message in messages if message[1]]
    if not messages:
        return
    attacks = [example for example in examples if example.source is ATTACKS]
    short = [[each.text for each in examples if each.source is ORDINARY]]
    short.append([each.text for each in examples if each.source in QUESTIONS])
    for _ in range(STRUNG):
        yield Example(*_text(messages, short, draw))
    for _ in range(PAIRS if attacks else 0):
        host, source, group = _text(messages, short, draw)
        attack = draw.choice(attacks)
        place = host.find(". ", draw.randrange(len(host))) + 1 or len(host)
        before, after = host[max(0, place - AROUND) : place], host[place : place + AROUND]
        yield Example(f"{before} {attack.text}{after}".strip(), BURIED_ATTACKS, attack.group)
        yield Example(before + after, source, group)


def _text(
    messages: Sequence[tuple[int, list[str]]], short: Sequence[Sequence[str]], draw: random.Random
) -> tuple[str, Source, int]:
    """A run of a message's sentences, sentences of several messages, or these among short texts."""
    count = round(2 ** draw.uniform(0, DOUBLINGS))
    group, told = draw.choice(messages)
    manner = draw.random()
    any_told: Callable[[], str] = lambda: draw.choice(draw.choice(messages)[1])  # noqa: E731
    if manner < 0.45:
        start = draw.randrange(len(told))
        parts = told[start : start + count]
    elif manner < 0.85:
        parts = [any_told() for _ in range(count)]
    else:
        parts = [any_told() if draw.random() < 0.6 else draw.choice(draw.choice(short)) for _ in range(count)]
    return " ".join(parts)[:LONGEST], STRUNG_MESSAGES, group


def _told(text: str) -> list[str]:
    return [sentence.strip() for sentence in sentences(text) if len(sentence) > LEAST]
