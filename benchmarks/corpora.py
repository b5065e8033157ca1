"""Documents for the ingest benchmarks: any number, all different, the same in every run."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from cli.source_documents import SourceDocument
from cli.sources import read_sources

KNOWLEDGE = Path(__file__).parents[1] / "samples" / "larkbook" / "knowledge"
SAMPLE = 451
"""Documents of the sample."""

_NAMES = ("Ada", "Bram", "Carla", "Dmitri", "Esra", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Leon")
_THINGS = ("calendar", "invoice", "payout", "reminder", "deposit", "widget", "export", "webhook", "resource", "refund")


def copies(documents: int, first: int = 0) -> Iterator[SourceDocument]:
    """The sample's documents, FAQs and tickets over and over, in a mixed order; each copy has other words in it."""
    originals = [item for item in read_sources([KNOWLEDGE], 2**25) if isinstance(item, SourceDocument)]
    random.Random(7).shuffle(originals)
    rounds = (
        replace(item, id=f"{turn}/{item.id}", data=_varied(item, turn)) for turn in count(first) for item in originals
    )
    return islice(rounds, documents)


def _varied(item: SourceDocument, turn: int) -> bytes:
    if item.media_type != "text/markdown":
        return item.data.replace(b"Larkbook", f"Larkbook{turn}".encode())
    remark = f"\n\nThis page is number {turn} of its kind, for {_NAMES[turn % len(_NAMES)]}.\n"
    return item.data.replace(b"Larkbook", f"Larkbook{turn}".encode()) + remark.encode()


def tiny_documents(number: int, first: int = 0) -> Iterator[SourceDocument]:
    """Plain texts of one sentence."""
    for place in range(first, first + number):
        text = (
            f"Note {place}: {_NAMES[place % 12]} asked about the {_THINGS[place % 10]} of order {place * 7919 % 9973}."
        )
        yield SourceDocument(id=f"note-{place}", media_type="text/plain", data=text.encode())


def manuals(number: int, first: int = 0) -> Iterator[SourceDocument]:
    """Manuals of some 60,000 words with headings of three levels, lists, tables, code and quoted ticket threads."""
    for place in range(first, first + number):
        yield _manual(place)


def _manual(place: int) -> SourceDocument:
    chance = random.Random(11 + place)
    parts = ["# The complete manual\n"]
    for chapter in range(1, 21):
        parts.append(f"## Chapter {chapter}: {_thing(chance)} and {_thing(chance)}\n\n{_prose(chance, 120)}\n")
        for section in range(1, 7):
            parts.append(f"### {chapter}.{section} {_thing(chance).title()}s in daily use\n\n{_prose(chance, 180)}\n")
            parts.append(chance.choice((_list, _table, _code, _thread))(chance))
    return SourceDocument(id=f"manual-{place}.md", media_type="text/markdown", data="\n".join(parts).encode())


def tickets(number: int) -> Iterator[SourceDocument]:
    """Threads of two to thirty messages."""
    chance = random.Random(13)
    for place in range(number):
        messages = [
            {"role": "agent" if turn % 2 else "customer", "text": _prose(chance, chance.randint(10, 90))}
            for turn in range(chance.randint(2, 30))
        ]
        data = json.dumps({"title": f"Trouble with a {_thing(chance)}", "messages": messages}).encode()
        yield SourceDocument(id=f"ticket-{place}", media_type="application/json", data=data, kind="ticket")


def _thing(chance: random.Random) -> str:
    return chance.choice(_THINGS)


def _sentence(chance: random.Random) -> str:
    return (
        f"{chance.choice(_NAMES)} opens the {_thing(chance)} in the settings, chooses {chance.randint(2, 90)} days and "
        f"confirms, so that the {_thing(chance)} follows the {_thing(chance)} without further work."
    )


def _prose(chance: random.Random, words: int) -> str:
    sentences = [_sentence(chance) for _ in range(max(1, words // 24))]
    return "\n\n".join(" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4))


def _list(chance: random.Random) -> str:
    return "\n".join(
        f"- **{_thing(chance).title()} {row}**: {_sentence(chance)}" for row in range(chance.randint(4, 30))
    )


def _table(chance: random.Random) -> str:
    rows = (f"| {_thing(chance)} {row} | {chance.randint(1, 999)} | {chance.choice(_NAMES)} |" for row in range(60))
    return "\n".join(("| Name | Amount | Owner |", "|---|---|---|", *rows))


def _code(chance: random.Random) -> str:
    lines = (f"    client.{_thing(chance)}s.update({row}, retries={chance.randint(1, 5)})" for row in range(40))
    return "\n".join(("```python", "def refresh(client):", *lines, "```"))


def _thread(chance: random.Random) -> str:
    return "\n\n".join(f"{chance.choice(_NAMES)} wrote: {_prose(chance, 60)}" for _ in range(8))
