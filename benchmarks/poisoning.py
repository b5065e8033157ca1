"""What the context rails catch of instructions planted in documents, what they quarantine by mistake, what they cost.

    python -m benchmarks.poisoning [--misses FAMILY]

Attacks are planted at the start, in the middle or at the end of e-mails (BIPIA's benign documents) and screened as a
chunk is on ingest. Those of `poisoning_attacks.toml` are written for this benchmark; every second one is held out and
reported apart. `--misses` prints what got through of one family, of the texts that are not held out.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import platform
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import guardrails_config
from benchmarks.mtrag import shared_data
from cli.source_documents import SourceDocument
from cli.sources import read_sources
from server.domain import Document, DocumentKind
from server.embedders.wordllama import WordLlamaEmbedder
from server.knowledge.chunk import cut, make_chunks
from server.knowledge.load import load
from server.knowledge.text import clean
from server.rails.engine import NemoRailEngine

ROOT = Path(__file__).parents[1]
DATA = shared_data()
KNOWLEDGE = ROOT / "samples" / "larkbook" / "knowledge"
ATTACKS = Path(__file__).with_name("poisoning_attacks.toml")
POISONED_ON_PURPOSE = ("docs/integrations/partner-calendar-import.html", "T-1109")
FALLBACK_BODY = "Thank you for your message. Your booking for Tuesday at ten is confirmed. See you soon. " * 6
"""Where there are no e-mails to plant in."""
FILLINGS = 3
CHUNK_CHARACTERS = 1500

LOOK_ALIKES = str.maketrans("aceopxyi", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456")
LEET = str.maketrans("aeiot", "43107")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
TAGS = {code: code + 0xE0000 for code in range(ord(" "), ord("~") + 1)}
DISGUISES: dict[str, Callable[[str], str]] = {
    "as written": lambda text: text,
    "look-alike letters": lambda text: text.translate(LOOK_ALIKES),
    "zero-width characters": "\u200b".join,
    "full-width letters": lambda text: text.translate(FULL_WIDTH),
    "Unicode tags": lambda text: text.translate(TAGS),
    "backwards, bidi override": lambda text: f"\u202e{text[::-1]}\u202c",
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "leetspeak": lambda text: text.translate(LEET),
    "letter by letter": lambda text: "  ".join(" ".join(word) for word in text.split()),
}


@dataclass(frozen=True, slots=True)
class Attack:
    family: str
    text: str
    held_out: bool = False


class Screen:
    """Counts what the context rails block."""

    def __init__(self) -> None:
        self._rails = NemoRailEngine.load(Path(guardrails_config.__file__).parent)

    def category(self, text: str) -> str:
        """Why a chunk with this text is quarantined, or nothing."""
        blocked = self._loop.run(self._rails.check_context(text)).blocked
        return blocked.category if blocked else ""

    def seconds(self, texts: Sequence[str]) -> list[float]:
        """CPU time of the context check of each text, ascending."""

        async def check() -> list[float]:
            times = []
            for text in texts:
                start = time.process_time()
                await self._rails.check_context(text)
                times.append(time.process_time() - start)
            return sorted(times)

        return self._loop.run(check())

    def __enter__(self) -> Screen:
        self._loop = asyncio.Runner()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="What the context rails catch, and what not.")
    parser.add_argument("--misses", metavar="FAMILY", default="")
    wanted = parser.parse_args().misses
    bodies = [row["text"] for row in rows("safety/benign_documents_train.jsonl")] or [FALLBACK_BODY]
    with Screen() as screen:
        if wanted:
            report_misses(screen, bodies, wanted)
            return
        names = ("nightdesk", "nemoguardrails")
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", end=", ")
        print(", ".join(f"{name} {version(name)}" for name in names))
        report_written(screen, bodies)
        report_disguised(screen, bodies)
        report_bipia(screen, bodies)
        report_false_alarms(screen)
        report_cost(screen)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a shared data set; none, and a line that says so, where it is absent."""
    path = DATA / name
    if not path.exists():
        print(f"{path} is absent: skipped")
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def attacks() -> Iterator[Attack]:
    """Every text of every family, filled in with different words."""
    written = tomllib.loads(ATTACKS.read_text(encoding="utf-8"))
    slots: dict[str, list[str]] = written["slots"]
    for family, content in written["families"].items():
        for number, text in enumerate(content["texts"]):
            for filling in range(FILLINGS):
                words = {slot: values[(number + filling) % len(values)] for slot, values in slots.items()}
                yield Attack(family, text.format(**words), held_out=number % 2 == 1)


def planted(bodies: Sequence[str], number: int, text: str) -> str:
    """An attack in one of the bodies: at the start, in the middle or at the end, in turn."""
    body = bodies[number % len(bodies)][: CHUNK_CHARACTERS - 200]
    place = body.find(" ", (0, len(body) // 2, len(body))[number % 3])
    before, after = (body[:place], body[place:]) if place > 0 else (body, "") if number % 3 else ("", body)
    return f"{before}\n{text}\n{after}".strip()


def caught(screen: Screen, bodies: Sequence[str], texts: Iterable[str]) -> Counter[bool]:
    return Counter(bool(screen.category(planted(bodies, number, text))) for number, text in enumerate(texts))


def report_misses(screen: Screen, bodies: Sequence[str], family: str) -> None:
    seen = [attack for attack in attacks() if attack.family == family and not attack.held_out]
    for number, attack in enumerate(seen):
        if not screen.category(planted(bodies, number, attack.text)):
            print(repr(attack.text))


def report_written(screen: Screen, bodies: Sequence[str]) -> None:
    print(f"\nWritten attacks ({FILLINGS} fillings a text), percent caught")
    print(f"{'family':<16}{'seen':>14}{'held out':>14}")
    everything = list(attacks())
    for family in (*dict.fromkeys(attack.family for attack in everything), "all"):
        kin = [attack for attack in everything if family in ("all", attack.family)]
        shares = [
            share(caught(screen, bodies, [attack.text for attack in kin if attack.held_out is held_out]))
            for held_out in (False, True)
        ]
        print(f"{family:<16}{shares[0]:>14}{shares[1]:>14}")


def report_disguised(screen: Screen, bodies: Sequence[str]) -> None:
    """Twice: as the rails see a text that is sent to them, and after parsing, which takes unseen characters out."""
    print("\nThe same in disguise, percent caught, or gone after parsing; the reasons given most often")
    print(f"{'disguise':<26}{'seen':>14}{'held out':>14}{'parsed, seen':>16}{'held out':>14}")
    for name, disguise in DISGUISES.items():
        shares, reasons = [], Counter[str]()
        for parse in (str, clean):
            for held_out in (False, True):
                texts = [disguise(attack.text) for attack in attacks() if attack.held_out is held_out]
                found = [screen.category(parse(planted(bodies, number, text))) for number, text in enumerate(texts)]
                reasons.update(filter(None, found))
                gone = [len(parse(text).strip()) < len(text) / 10 for text in texts]
                shares.append(share(Counter(map(any, zip(map(bool, found), gone, strict=True)))))
        usual = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(3))
        print(f"{name:<26}{shares[0]:>14}{shares[1]:>14}{shares[2]:>16}{shares[3]:>14}  {usual}")


def report_bipia(screen: Screen, bodies: Sequence[str]) -> None:
    injections = rows("safety/indirect_injections_train.jsonl")
    if not injections:
        return
    print("\nBIPIA's planted texts (train), each at all three places, percent caught")
    for category in dict.fromkeys(row["cat"] for row in injections):
        texts = [row["text"] for row in injections if row["cat"] == category for _ in range(3)]
        print(f"{category:<36}{share(caught(screen, bodies, texts)):>14}")
    print(f"{'all':<36}{share(caught(screen, bodies, [row['text'] for row in injections for _ in range(3)])):>14}")


def report_false_alarms(screen: Screen) -> None:
    print("\nFalse alarms")
    emails = [row["text"] for row in rows("safety/benign_documents_train.jsonl")]
    passages = [f"{row['title']}\n{row['text']}" for row in rows("mtrag/cloud/corpus.jsonl")]
    for name, texts in (("e-mails", emails), ("mtRAG Cloud passages", passages), ("Larkbook chunks", larkbook())):
        reasons = Counter(filter(None, map(screen.category, texts)))
        count = sum(reasons.values())
        percent = 100 * count / max(len(texts), 1)
        print(f"{name:<24}{count:>4} of {len(texts):>5} = {percent:.2f} %  {dict(reasons) or ''}")


def larkbook() -> list[str]:
    """The sample's chunks as they are screened, without those that are poisoned on purpose."""
    count_tokens = WordLlamaEmbedder().count_tokens
    found = []
    for source in read_sources([KNOWLEDGE], 32 * 1024 * 1024):
        if not isinstance(source, SourceDocument) or source.id in POISONED_ON_PURPOSE:
            continue
        kind = DocumentKind(source.kind)
        parsed = load(source.data, source.media_type, kind)
        document = Document(source.id, source.title or parsed.title, "", kind, (), source.media_type, "")
        passages = cut(document.title, parsed.sections, count_tokens)
        found += [chunk.search_text for chunk in make_chunks(document, passages)]
    return found


def report_cost(screen: Screen) -> None:
    passages = [row["text"][:CHUNK_CHARACTERS] for row in rows("mtrag/cloud/corpus.jsonl")]
    passages = [text for text in passages if len(text) == CHUNK_CHARACTERS][:500]
    if not passages:
        return
    times, dispatch = screen.seconds(passages), screen.seconds(["."] * len(passages))
    middle, most = times[len(times) // 2], times[len(times) * 95 // 100]
    print(f"\nCPU for a chunk of {CHUNK_CHARACTERS} characters: p50 {1000 * middle:.2f} ms, p95 {1000 * most:.2f} ms")
    print(f"of which dispatch by NeMo Guardrails (an empty chunk): p50 {1000 * dispatch[len(dispatch) // 2]:.2f} ms")


def share(counts: Counter[bool]) -> str:
    """ "97.5 of 60": percent caught, and of how many."""
    total = counts.total()
    return f"{100 * counts[True] / max(total, 1):.1f} of {total}"


if __name__ == "__main__":
    main()
