"""What masking lets out of texts with planted personal data, cut everywhere; what it masks by mistake; what it costs.

    python -m benchmarks.rails.personal_data [--texts 10000] [--examples]

Each text is streamed in two pieces at every possible place, letter by letter, and in pieces as tokenizers make them. A
leak is a planted value, or four or more of its letters and digits in a row from its beginning, in what was let out.
Beside our masking, what others do: each token masked alone, and windows of a fixed size masked one after another; and
Presidio's own recognizers on whole texts where presidio-analyzer is installed (with a blank spaCy pipeline, so without
names).
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Any

from benchmarks.machine import machine
from benchmarks.rails.planted_data import KINDS, make
from guardrails_config.personal_data.segments import may_grow
from guardrails_config.personal_data.spans import find_private_spans
from server.rails.hold_back import MaskingStream
from server.rails.masking import PublicTexts, Span, mask

SEED = 20_261_122
WINDOW = 32
"""Characters of the windows that are masked one after another."""
TOKEN = re.compile(r"\s?[^\W\d_]{1,6}|\s?\d{1,3}|\s|[^\w\s]{1,3}|_")
"""Pieces as byte-pair tokenizers make them: short words with their blank, up to three digits, signs."""
LONG_CUT = 600
"""Texts that are longer are cut at this many places at random, as well as letter by letter."""
KEPT = 4

PROSE = (
    "You can change this under Settings, Account, and it takes effect at once.",
    "Sie können die Buchung bis zu 24 Stunden vorher kostenlos ändern.",
    "Le remboursement arrive sous 5 à 10 jours ouvrés sur votre compte.",
    "Puede cambiar la cita hasta 2 horas antes, sin coste alguno.",
    "Il piano Pro costa 29,90 € al mese e comprende 3 calendari.",
    "予約は設定から変更できます。",
    "可以在设置中更改预约。费用为 30 元。",
    "We look at each request within 2 days; meet us at the desk at noon.",
)
FRAMES = (
    "{}", "{}", "**{}**", "- {}\n- second point",
    "| name | value |\n|---|---|\n| x | {} |", '{{"value": "{}", "n": 3}}',
    "> {}", "`{}`", "({})", "1. {}\n2. Done.", "“{}”", "see {}, please",
)  # fmt: skip
CLEAN = (
    "Order no. {n10} was shipped on 2026-05-{d2}.", "The total is {n3},{n2}9.50 EUR, of which 19 % is VAT.",
    "Your invoice #{n9} is due on {d2}.06.2026.", "Version {d1}.{n2}.{d1} runs on 192.168.{d2}.{d2}.",
    "ISBN 978-3-16-148410-{d1} is out of print.", "Open Mon-Fri 09:00-17:30, Sat 10:00-14:00.",
    "Tracking number {n12} is on its way.", "Commit {hex} fixes issue {n3}.", "Bestellnummer {n10} wurde storniert.",
    "Prices rose from 1 200 to 1 450 in 2025 and 2026.", "Press 1 for billing, 2 for sales, 3 4 5 for the rest.",
    "Meet us at noon at the main hall, dot your i's.", "The call lasted 12 minutes; text 3 people at most.",
    "Between 1,000 and 25,000 rows, 99.95 % uptime, 24/7.", "Your password must have 12 characters and a digit.",
    "Room 12, floor 3, seats 40 to 60.", "La commande {n9} arrive le {d2} mai.", "参考番号は第{n3}号です。",
    "Look at docs.example.com/v2/api#section-{n3}.", "Set max_tokens=4096 and temperature: 0.7 in config.yml.",
    "The 2026 plan has 3 tiers: 10, 20 and 50 seats.", "RFC 2119, ISO 9001:2015, EN 301 549 and DIN 5008 apply.",
    "UTC+02:00 until {d2}:30, then +1 hour.", "Case {n3}-{n3} and ticket T-{n4} were merged.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planted:
    text: str
    values: tuple[tuple[str, str], ...]
    """Kind and value."""


def planted_text(r: random.Random) -> Planted:
    """One to three values in prose of one or more languages, framed by Markdown, tables or JSON."""
    made = [(kind, *make(kind, r)) for kind in r.choices(list(KINDS), k=r.choice((1, 1, 1, 2, 3)))]
    parts = [r.choice(PROSE)] if r.random() < 0.5 else []
    for _, cue, value in made:
        parts.append(r.choice(FRAMES).format(cue + value))
        if r.random() < 0.4:
            parts.append(r.choice(PROSE))
    return Planted(r.choice((" ", "\n")).join(parts), tuple((kind, value) for kind, _, value in made))


def clean_text(r: random.Random) -> str:
    def digits(count: int) -> str:
        return str(r.randrange(10 ** (count - 1), 10**count))

    fills = {f"n{count}": digits(count) for count in (2, 3, 4, 9, 10, 12)}
    fills |= {"d1": digits(1), "d2": str(r.randrange(10, 29)), "hex": f"{r.getrandbits(28):07x}"}
    return " ".join(r.choice((*CLEAN, *PROSE)).format(**fills) for _ in range(r.randrange(1, 4)))


@lru_cache(maxsize=50_000)
def find_once(text: str, start: int) -> list[Span]:
    """The streams of one text ask the same questions again and again."""
    return find_private_spans(text, start)


@lru_cache(maxsize=50_000)
def may_grow_once(segment: str, ahead: str) -> bool | None:
    return may_grow(segment, ahead)


def streamed(pieces: Sequence[str], *, remember: bool = False) -> str:
    find, grow = (find_once, may_grow_once) if remember else (find_private_spans, may_grow)
    held = MaskingStream(find, grow, PublicTexts())
    return "".join([held.push(piece).text for piece in pieces] + [held.finish().text])


def whole(text: str) -> str:
    return mask(find_private_spans, text).text


def each_alone(pieces: Sequence[str]) -> str:
    return "".join(mask(find_private_spans, piece).text for piece in pieces)


def windows(pieces: Sequence[str]) -> str:
    text = "".join(pieces)
    return each_alone([text[begin : begin + WINDOW] for begin in range(0, len(text), WINDOW)])


def cuts(text: str, r: random.Random) -> Iterator[list[str]]:
    yield list(text)
    yield TOKEN.findall(text)
    places: Sequence[int] = range(1, len(text))
    if len(text) > LONG_CUT:
        places = r.sample(places, 40)
    yield from ([text[:place], text[place:]] for place in places)


def leaked(out: str, planted: Planted) -> Iterator[str]:
    """Kinds of the values that stand in `out`, whole or with four letters or digits and more of their beginning."""
    for kind, value in planted.values:
        shown = 0
        solid = [index for index, character in enumerate(value) if character.isalnum()]
        if len(solid) < KEPT:
            continue
        beginning = value[: solid[KEPT - 1] + 1]
        shown = out.count(beginning) - planted.text.replace(value, "").count(beginning)
        if value in out or shown > 0:
            yield kind


def held_characters(text: str) -> list[int]:
    """After each letter: characters that have come and are still held."""
    stream = MaskingStream(find_private_spans, may_grow, PublicTexts())
    came, held = "", []
    let_go = 0
    for letter in text:
        came += letter
        let_go += len(stream.push(letter).text)
        held.append(len(came) - let_go)
    return held


def cpu(run: Callable[[], object], characters: int) -> float:
    """Microseconds of process time for 1,000 characters, the best of three."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        run()
        best = min(best, time.process_time() - begin)
    return best * 1e9 / characters


@dataclass(slots=True)
class Leaks:
    """What was let out, by kind of value. `different`: streams that are not what the whole text masked is."""

    streams: int = 0
    different: int = 0
    ours: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    windows: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def look_at(self, planted: Planted, r: random.Random) -> None:
        expected = mask(find_private_spans, planted.text).text
        self.whole.update(leaked(expected, planted))
        seen = set[str]()
        for pieces in cuts(planted.text, r):
            out = streamed(pieces, remember=True)
            self.streams += 1
            self.different += out != expected
            if out not in seen:
                seen.add(out)
                found = list(leaked(out, planted))
                self.ours.update(found)
                self.examples += [f"{found} {planted.text!r} -> {out!r}"] if found else []
        tokens = TOKEN.findall(planted.text)
        self.alone.update(leaked(each_alone(tokens), planted))
        self.windows.update(leaked(windows(tokens), planted))


def leaks_in(texts: Sequence[Planted]) -> Leaks:
    leaks, r = Leaks(), random.Random(SEED + 1)
    for planted in texts:
        leaks.look_at(planted, r)
    return leaks


def count_leaks(texts: Sequence[Planted], examples: bool) -> None:
    with ProcessPoolExecutor() as pool:
        parts = list(pool.map(leaks_in, (texts[begin : begin + 100] for begin in range(0, len(texts), 100))))
    count = Counter(kind for planted in texts for kind, _ in planted.values)
    streams, different = sum(part.streams for part in parts), sum(part.different for part in parts)
    print(
        f"\n{len(texts)} texts with {count.total()} values, {streams} streams; {different} differ from the whole masked"
    )
    columns = ("ours", "whole", "alone", "windows")
    sums = [sum((getattr(part, column) for part in parts), Counter[str]()) for column in columns]
    print(f"{'leaks':<16}{'values':>8}" + "".join(f"{column:>9}" for column in columns))
    for kind in KINDS:
        print(f"{kind:<16}{count[kind]:>8}" + "".join(f"{each[kind]:>9}" for each in sums))
    print(f"{'all':<16}{count.total():>8}" + "".join(f"{each.total():>9}" for each in sums))
    if examples:
        print("\n".join(f"  leak {example}" for part in parts for example in part.examples))


def each_of(run: Callable[[Any], object], inputs: Sequence[Any]) -> None:
    for each in inputs:
        run(each)


def count_false_alarms(texts: Sequence[str], examples: bool) -> None:
    alarms = Counter[str]()
    for text in texts:
        masked = mask(find_private_spans, text)
        alarms.update(masked.kinds)
        if examples and masked.kinds:
            print(f"  false alarm {masked.kinds}: {text!r}")
    print(f"\nfalse alarms in {len(texts)} clean texts: {alarms.total()} {dict(alarms) or ''}")


def measure(clean: Sequence[str], planted: Sequence[str]) -> None:
    prose = " ".join(PROSE[:5]) + " "
    held = held_characters(prose * 20)
    words = held_characters("word by word it is let go and nothing else is held back here " * 20)
    print(f"\nheld back after each letter: prose mean {statistics.mean(held):.1f}, most {max(held)};"
          f" English words alone mean {statistics.mean(words):.1f}")  # fmt: skip
    for name, texts in (("clean", clean), ("planted", planted)):
        pieces = [TOKEN.findall(text) for text in texts]
        characters = sum(map(len, texts))
        runs: dict[str, Callable[[], object]] = {
            "streamed": partial(each_of, streamed, pieces),
            "whole": partial(each_of, whole, texts),
            "alone": partial(each_of, each_alone, pieces),
            "windows": partial(each_of, windows, pieces),
        }
        if (presidio := presidio_masking()) is not None:
            runs["presidio, whole"] = partial(each_of, presidio, texts)
        figures = ", ".join(f"{run} {cpu(what, characters):.0f}" for run, what in runs.items())
        print(f"µs of CPU for 1,000 characters, {name}: {figures}")


def presidio_masking() -> Callable[[str], str] | None:
    """Presidio's recognizers without a language model; None where it is not installed."""
    if find_spec("presidio_analyzer") is None or find_spec("spacy") is None:
        return None
    import spacy  # type: ignore[import-not-found]  # noqa: PLC0415 - not a dependency
    from presidio_analyzer import AnalyzerEngine  # type: ignore[import-not-found]  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # type: ignore[import-not-found]  # noqa: PLC0415

    nlp = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    nlp.nlp = {"en": spacy.blank("en")}
    analyzer = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])

    def masked(text: str) -> str:
        for found in sorted(analyzer.analyze(text, language="en"), key=lambda each: -each.start):
            text = f"{text[: found.start]}[{found.entity_type}]{text[found.end :]}"
        return text

    return masked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--examples", action="store_true", help="print each leak and false alarm")
    arguments = parser.parse_args()
    r = random.Random(SEED)
    planted = [planted_text(r) for _ in range(arguments.texts)]
    clean = [clean_text(r) for _ in range(arguments.texts)]
    print(machine("phonenumbers", "python-stdnum"))
    count_leaks(planted, arguments.examples)
    count_false_alarms(clean, arguments.examples)
    measure(clean[:300], [each.text for each in planted[:300]])
    if (presidio := presidio_masking()) is not None:
        missed = Counter(kind for each in planted[:300] for kind in leaked(presidio(each.text), each))
        print(f"presidio on 300 whole texts leaks: {missed.total()} {dict(missed)}")


if __name__ == "__main__":
    main()
