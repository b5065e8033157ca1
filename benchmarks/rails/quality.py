"""What the input rails catch and what they let pass, all together and each alone, without a model.

    python -m benchmarks.rails.quality [--misses SET]

First the rails as they are, on sets that they have not learnt from: `sets/` beside this file, written by hand, and
AdvBench. Every other row of a set was read while the rails were improved, the rest was only counted. Then the rails
with a classifier trained without the later jailbreaks and without a fifth of the other texts, on these, beside its
peers: patterns alone, the classifier alone, and TF-IDF with logistic regression on the same texts. Bounds are 95 %:
Wilson's, and for jailbreaks a bootstrap over families of near-duplicates. `--misses` prints the rows of a set that went
wrong, of those that were read.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml

import guardrails_config
from benchmarks.machine import machine
from benchmarks.mtrag import shared_data
from benchmarks.rails.tfidf import train_tfidf
from guardrails_config import train
from guardrails_config.classifier.composition import composed
from guardrails_config.classifier.corpus import Example, load
from guardrails_config.classifier.model import find_attack
from guardrails_config.detectors.exfiltration import find_exfiltration
from guardrails_config.detectors.harmful import find_harmful_request
from guardrails_config.detectors.injection import find_injection, find_prompt_fishing
from guardrails_config.detectors.jailbreak import find_jailbreak
from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.off_topic import find_off_topic
from guardrails_config.detectors.patterns import Finding
from guardrails_config.detectors.shape import find_bad_shape
from nightdesk.labelled import Share

DATA = shared_data()
SETS = Path(__file__).with_name("sets")
NAMES = ("attacks", "fresh_attacks", "fresh_safe", "harmful_looking", "long_ordinary", "support", "trigger_words")
SEED = 7
DRAWS = 1000
CLASSIFIER, OFF_TOPIC = "attack classifier", "off topic"
PEER_THRESHOLD = 0.5

Score = Callable[[str], float]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rails.quality", description=__doc__)
    parser.add_argument("--misses", metavar="SET", help="a file of sets/, without .jsonl")
    options = parser.parse_args(arguments)
    thresholds, rails = rails_of(find_attack)
    say(machine("numpy", "scipy", "nemoguardrails"))
    if options.misses:
        print_misses(options.misses, rails, thresholds)
        return
    say("\nThe rails as they are. Percent flagged by any but off topic, with bounds; by any; how many by each.")
    for name, rows in own_sets().items():
        for part, chosen in (("read", rows[::2]), ("only counted", rows[1::2])):
            print_rails(f"{name}, {part}", [row["text"] for row in chosen], rails, thresholds)
    if not DATA.is_dir():
        say(f"The public sets are not there ({DATA}); set NIGHTDESK_SHARED_DATA.")
        return
    with (DATA / "safety" / "harmful_requests_advbench.jsonl").open(encoding="utf-8") as lines:
        print_rails("AdvBench", [json.loads(line)["text"] for line in lines], rails, thresholds)
    print_held_out(thresholds)


def rails_of(attack: Callable[[str], Finding]) -> tuple[dict[str, float], dict[str, Score]]:
    """Each rail's threshold as configured, and its score of a text, with the classifier that is given."""
    folder = Path(guardrails_config.__file__).parent
    settings = yaml.safe_load((folder / "config.yml").read_text(encoding="utf-8"))["custom_data"]
    finders: dict[str, Callable[[str], Finding | None]] = {
        "text shape": lambda text: find_bad_shape(text, int(settings["max_characters"])),
        "prompt injection": find_injection,
        "prompt fishing": find_prompt_fishing,
        "jailbreak": find_jailbreak,
        CLASSIFIER: attack,
        "exfiltration": find_exfiltration,
        "harmful request": find_harmful_request,
        OFF_TOPIC: lambda text: find_off_topic(text, settings["product_words"]),
    }
    rails = {name: scored(find) for name, find in finders.items()}
    return {name: float(settings["rails"][name]["threshold"]) for name in finders}, rails


def scored(find: Callable[[str], Finding | None]) -> Score:
    def score(text: str) -> float:
        found = find(text)
        return found.score if found else 0.0

    return score


def own_sets() -> dict[str, list[dict[str, str]]]:
    sets = {}
    for name in NAMES:
        with (SETS / f"{name}.jsonl").open(encoding="utf-8") as lines:
            sets[name] = [json.loads(line) for line in lines]
    return sets


def flags(text: str, rails: Mapping[str, Score], thresholds: Mapping[str, float]) -> set[str]:
    return {name for name, score in rails.items() if score(text) >= thresholds[name]}


def print_rails(
    name: str,
    texts: Sequence[str],
    rails: Mapping[str, Score],
    thresholds: Mapping[str, float],
    families: Sequence[int] = (),
) -> None:
    hits = [flags(text, rails, thresholds) for text in texts]
    caught = [bool(hit - {OFF_TOPIC}) for hit in hits]
    each = ", ".join(f"{rail} {sum(rail in hit for hit in hits)}" for rail in rails if any(rail in hit for hit in hits))
    say(f"{name:44} n={len(texts):5} {rate(caught, families)}  {share([bool(hit) for hit in hits]):6.2f}  {each}")


def print_misses(name: str, rails: Mapping[str, Score], thresholds: Mapping[str, float]) -> None:
    for row in own_sets()[name][::2]:
        hit = flags(row["text"], rails, thresholds)
        if bool(hit) != bool(row["label"]):
            say(f"{', '.join(sorted(hit)) or 'nothing'}: {row['text']}")


def print_held_out(thresholds: Mapping[str, float]) -> None:
    kept, held = train.split(load(DATA, SEED), SEED)
    kept += composed(kept, SEED)
    held += composed(held, SEED)
    weights = train.fit(kept)
    _, rails = rails_of(
        lambda text: Finding("jailbreak", max(train.score(reading, weights) for reading in readings(text)))
    )
    tfidf = train_tfidf([example.text for example in kept], [example.source.attack for example in kept])
    peers: dict[str, Callable[[str], bool]] = {
        "all rails but off topic": lambda text: bool(flags(text, rails, thresholds) - {OFF_TOPIC}),
        "patterns alone": lambda text: bool(flags(text, rails, thresholds) - {OFF_TOPIC, CLASSIFIER}),
        "classifier alone": lambda text: rails[CLASSIFIER](text) >= thresholds[CLASSIFIER],
        "TF-IDF": lambda text: tfidf(text) >= PEER_THRESHOLD,
    }
    batches: defaultdict[str, list[Example]] = defaultdict(list)
    families = {example.group for example in kept if example.date}
    for example in held:
        batches[example.source.name].append(example)
        if example.date and example.group not in families:
            batches[f"{example.source.name}, new family"].append(example)
    say(f"\nWith a classifier that has not seen these; jailbreaks are those after {train.LATER}. Percent, bounds.")
    for name, examples in batches.items():
        groups = [example.group for example in examples] if examples[0].date else []
        for peer, flagged in peers.items():
            hits = [flagged(example.text) for example in examples]
            say(f"{name:58} n={len(examples):5} {peer:24} {rate(hits, groups)}")
    for name, rows in own_sets().items():
        for peer, flagged in peers.items():
            say(f"sets/{name:53} n={len(rows):5} {peer:24} {rate([flagged(row['text']) for row in rows])}")


def rate(hits: Sequence[bool], families: Sequence[int] = ()) -> str:
    low, high = bootstrap(hits, families) if families else (100 * bound for bound in Share(sum(hits), len(hits)).bounds)
    return f"{share(hits):6.2f} ({low:5.2f} to {high:6.2f})"


def share(hits: Sequence[bool]) -> float:
    return 100 * sum(hits) / len(hits)


def bootstrap(hits: Sequence[bool], families: Sequence[int]) -> tuple[float, float]:
    """The 95 % interval of the share, in percent, where whole families are drawn with replacement."""
    members: defaultdict[int, list[bool]] = defaultdict(list)
    for hit, family in zip(hits, families, strict=True):
        members[family].append(hit)
    groups, draw = list(members.values()), random.Random(SEED)
    drawn = (draw.choices(groups, k=len(groups)) for _ in range(DRAWS))
    shares = sorted(share([hit for group in groups for hit in group]) for groups in drawn)
    return shares[DRAWS // 40], shares[-1 - DRAWS // 40]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
