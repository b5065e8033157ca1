"""The texts that the classifier learns from: public sets, and sentences written for it from templates.

A template is a line of attacks.txt or ordinary.txt. `{a|b}` stands for either, also within another; `{@name}` for one
entry of the list that a line `@name: a|b` defines.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from guardrails_config.detectors.normalise import plain

VARIANTS = 60
"""How many of a template's sentences are drawn."""
SAME = 0.3
"""Overlap of five-word shingles, in parts of the shorter text, from which two attacks are held for versions of one."""
PASSAGES = 1500
"""How many passages of documentation are taken, evenly spread over the file."""

_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Source:
    """A file of texts. `share` is its part of the weight that its class has in training."""

    name: str
    attack: bool
    share: float


JAILBREAKS = Source("safety/jailbreaks_to_2023_03_15.jsonl", True, 0.8)
PUBLIC = (
    Source("safety/benign_banking77_train.jsonl", False, 0.25),
    Source("safety/benign_clinc_train.jsonl", False, 0.25),
    Source("safety/benign_clinc_val.jsonl", False, 0.1),
    Source("safety/benign_documents_train.jsonl", False, 0.05),
    Source("mtrag/cloud/corpus.jsonl", False, 0.25),
)
QUESTIONS = PUBLIC[:3]
ATTACKS = Source("attacks.txt", True, 0.8)
ORDINARY = Source("ordinary.txt", False, 0.6)
LONG_MESSAGES = Source("long_messages.jsonl", False, 0.5)
"""Whole messages and e-mails of customers, written for this project: one is as it stands, not a template."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text in plain form. Those of one group are versions of each other; `date` is when it was seen, "" if unknown.

    `weight` is relative to the other texts of its source.
    """

    text: str
    source: Source
    group: int
    weight: float = 1.0
    date: str = ""


def load(data_dir: Path, seed: int) -> list[Example]:
    """All texts as they are, without those of composition.py. Raises OSError where a file is missing."""
    rows = _rows(data_dir / JAILBREAKS.name)
    examples = _jailbreaks(rows)
    number = itertools.count(len(rows))
    for source in PUBLIC:
        rows = _rows(data_dir / source.name)
        step = max(1, len(rows) // PASSAGES) if source.name.startswith("mtrag") else 1
        examples += [Example(plain(row["text"]), source, next(number)) for row in rows[::step]]
    here = Path(__file__).parent
    messages = _rows(here / LONG_MESSAGES.name)
    examples += [Example(plain(row["text"]), LONG_MESSAGES, next(number)) for row in messages]
    return examples + [
        Example(plain(text), source, group)
        for source in (ATTACKS, ORDINARY)
        for group, texts in zip(number, written(here / source.name, seed), strict=False)
        for text in texts
    ]


def written(path: Path, seed: int) -> Iterator[list[str]]:
    """For each template of a file its sentences, up to VARIANTS."""
    lists, templates = _read(path)
    for template in templates:
        draw = random.Random(f"{seed} {template}")
        texts = dict.fromkeys(_sentence(template, lists, draw) for _ in range(VARIANTS))
        yield [re.sub(" {2,}", " ", text).replace("\\n", "\n").strip() for text in texts]


def families(texts: Sequence[str]) -> list[int]:
    """For each text the number of the first one that it is a version of."""
    shingles = [_shingles(text) for text in texts]
    family = list(range(len(texts)))
    for later, earlier in ((b, a) for b in range(len(texts)) for a in range(b)):
        if family[later] != family[earlier] and _overlap(shingles[later], shingles[earlier]) >= SAME:
            old, new = family[later], family[earlier]
            family = [new if member == old else member for member in family]
    return family


def _jailbreaks(rows: Sequence[dict[str, str]]) -> list[Example]:
    """Versions of one attack share their weight, though not quite: a family counts as the root of its size."""
    texts = [plain(row["text"]) for row in rows]
    groups = families(texts)
    sizes = Counter(groups)
    return [
        Example(text, JAILBREAKS, group, sizes[group] ** -0.5, row.get("date", ""))
        for text, group, row in zip(texts, groups, rows, strict=True)
    ]


def _sentence(template: str, lists: dict[str, list[str]], draw: random.Random) -> str:
    def chosen(match: re.Match[str]) -> str:
        inner = str(match.group(1))
        return draw.choice(lists[inner[1:]] if inner.startswith("@") else inner.split("|"))

    while _CHOICE.search(template):
        template = _CHOICE.sub(chosen, template)
    return template


def _read(path: Path) -> tuple[dict[str, list[str]], list[str]]:
    lists: dict[str, list[str]] = {}
    templates = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, entries = line[1:].partition(": ")
            lists[name] = entries.split("|")
        elif line and not line.startswith("#"):
            templates.append(line)
    return lists, templates


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = text.split()
    return frozenset(tuple(words[start : start + 5]) for start in range(max(1, len(words) - 4)))


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / min(len(one), len(other))
