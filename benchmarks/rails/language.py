"""How often the language of a short message is told, and what it costs; beside py3langid and lingua where installed.

    python -m benchmarks.rails.language [--misses]

The messages of `languages.toml`: 50 in each of ten languages, every second one held out. Its author wrote the
detector's lists of words too, so the public sets of English banking and assistant questions are the check from outside:
how many of them are taken for another language. `--misses` prints what was taken wrongly, of what is not held out.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.mtrag import shared_data
from server.chat.language import language_of
from server.chat.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
DATA = shared_data()
OUTSIDE = ("benign_banking77_train", "benign_clinc_train", "benign_clinc_val")
REPETITIONS = 20

Detector = Callable[[str], str]


def main() -> None:
    parser = argparse.ArgumentParser(description="How often the language of a short message is told.")
    parser.add_argument("--misses", action="store_true")
    show_misses = parser.parse_args().misses
    tuned, held_out = messages()
    print(machine("nightdesk"))
    print(f"{len(tuned)} messages to tune on, {len(held_out)} held out, {len(LANGUAGES)} languages\n")
    print(f"{'':28} {'tuned on':>9} {'held out':>9} {'µs a message':>13}")
    for name, detect in detectors():
        detect("Hello")
        print(
            f"{name:28} {accuracy(detect, tuned):9.3f} {accuracy(detect, held_out):9.3f} {microseconds(detect):13.1f}"
        )
    print("\nheld out, ours: language, then what it was taken for")
    for code in LANGUAGES:
        taken = Counter(language_of(text) for label, text in held_out if label == code)
        print(f"  {code}  " + "  ".join(f"{other} {count}" for other, count in taken.most_common()))
    for name in OUTSIDE:
        report_english(name)
    if show_misses:
        for code, text in tuned:
            if language_of(text) != code:
                print(f"  {code} taken for {language_of(text)}: {text}")


def messages() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Language and text: those to tune on, those held out."""
    with Path(__file__).with_name("languages.toml").open("rb") as file:
        lines = {code: text.strip().splitlines() for code, text in tomllib.load(file).items()}
    return (
        [(code, line) for code, own in lines.items() for line in own[::2]],
        [(code, line) for code, own in lines.items() for line in own[1::2]],
    )


def detectors() -> Iterator[tuple[str, Detector]]:
    yield "nightdesk", language_of
    # Peers, not dependencies.
    if find_spec("py3langid"):
        py3langid = import_module("py3langid")
        py3langid.set_languages(list(LANGUAGES))
        yield f"py3langid {version('py3langid')}", lambda text: str(py3langid.classify(text)[0])
    if find_spec("lingua"):
        lingua = import_module("lingua")
        codes = [getattr(lingua.IsoCode639_1, code.upper()) for code in LANGUAGES]
        built = lingua.LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()

        def detect(text: str) -> str:
            found = built.detect_language_of(text)
            return str(found.iso_code_639_1.name).lower() if found else "en"

        yield f"lingua {version('lingua-language-detector')}", detect


def accuracy(detect: Detector, labelled: Sequence[tuple[str, str]]) -> float:
    return sum(detect(text) == code for code, text in labelled) / len(labelled)


def microseconds(detect: Detector) -> float:
    """CPU time of one message, the mean over all of them; the median of repetitions."""
    texts = [text for half in messages() for _, text in half]
    times = []
    for _ in range(REPETITIONS):
        start = time.process_time()
        for text in texts:
            detect(text)
        times.append((time.process_time() - start) / len(texts))
    return sorted(times)[REPETITIONS // 2] * 1e6


def report_english(name: str) -> None:
    path = DATA / "safety" / f"{name}.jsonl"
    if not path.is_file():
        print(f"\n{name}: skipped, {path.name} is not there; set NIGHTDESK_SHARED_DATA")
        return
    with path.open() as file:
        texts = [json.loads(line)["text"] for line in file]
    print(f"\n{name}: {len(texts)} English questions, share taken for another language")
    for detector, detect in detectors():
        taken = Counter(detect(text) for text in texts)
        others = "  ".join(f"{code} {count}" for code, count in taken.most_common() if code != "en")
        print(f"  {detector:26} {1 - taken['en'] / len(texts):.4f}  {others}")


if __name__ == "__main__":
    main()
