"""How the input rails do on attacks of families that the classifier has not seen: cross-validation.

    python -m benchmarks.rails.folds

The jailbreaks' families of near-duplicates, and the other texts or the templates that they are from, are dealt into
five folds; each fold is scored by a classifier trained on the other four, and on what is put together from these. It
prints the share of jailbreaks that are flagged, by text and by family, with 95 % by a bootstrap over families, beside
the share of each kind of ordinary text: at the threshold of `config.yml`, and where a tenth and half a percent of
customers' questions reach it. The patterns know no folds: part of them was written when misses among these jailbreaks
had been read, so the classifier's column is the honest one. Some three minutes of one core.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack

from benchmarks.machine import machine
from benchmarks.rails import quality
from guardrails_config import train
from guardrails_config.classifier.composition import composed
from guardrails_config.classifier.corpus import JAILBREAKS, Example, load
from guardrails_config.classifier.model import find_attack

FOLDS = 5
FALSE_ALARMS = (0.001, 0.005)
LENGTHS = (0, 300, 700, 1200)
"""Characters from which on jailbreaks are counted apart."""
QUESTIONS = ("banking77", "clinc")

Array = NDArray[np.float64]


def main() -> None:
    if not quality.DATA.is_dir():
        quality.say(f"The public sets are not there ({quality.DATA}); set NIGHTDESK_SHARED_DATA.")
        return
    quality.say(machine("numpy", "scipy"))
    examples, scores = out_of_fold(load(quality.DATA, quality.SEED), quality.SEED)
    thresholds, rails = quality.rails_of(find_attack)
    threshold = thresholds.pop(quality.CLASSIFIER)
    thresholds.pop(quality.OFF_TOPIC)
    caught = np.array([any(rails[name](example.text) >= at for name, at in thresholds.items()) for example in examples])
    is_question = np.array([any(name in example.source.name for name in QUESTIONS) for example in examples])
    report("no classifier", examples, np.zeros_like(scores, dtype=bool), caught)
    report(f"as configured, {threshold}", examples, scores >= threshold, caught)
    for alarms in FALSE_ALARMS:
        at = float(np.quantile(scores[is_question], 1 - alarms))
        report(f"{100 * alarms:.1f} % of questions, {at:.2f}", examples, scores >= at, caught)


def out_of_fold(examples: Sequence[Example], seed: int) -> tuple[list[Example], Array]:
    """The examples with those composed of each fold, and each score under weights that have not seen its fold."""
    fold = folds(examples, seed)
    vectors = train.vectors_of(examples)
    row_fold = np.array([fold[example.group] for example in examples for _ in train.learnt(example)])
    scored: list[Example] = []
    scores: list[float] = []
    for number in range(FOLDS):
        kept = [example for example in examples if fold[example.group] != number]
        held = [example for example in examples if fold[example.group] == number]
        put_together = list(composed(kept, seed))
        known = vstack([vectors[row_fold != number], train.vectors_of(put_together)]).tocsr()
        weights = train.fit([*kept, *put_together], known)
        held += composed(held, seed)
        scores += [train.score(example.text, weights) for example in held]
        scored += held
    return scored, np.array(scores)


def folds(examples: Sequence[Example], seed: int) -> Mapping[int, int]:
    """A fold for each group; each source's groups are dealt evenly."""
    groups: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for example in examples:
        groups[example.source.name][example.group] = None
    dealt: dict[int, int] = {}
    for name, members in groups.items():
        order = list(members)
        random.Random(f"{seed} {name}").shuffle(order)
        dealt |= {group: place % FOLDS for place, group in enumerate(order)}
    return dealt


def report(name: str, examples: Sequence[Example], flagged: NDArray[np.bool_], caught: NDArray[np.bool_]) -> None:
    """Lines for the classifier at one threshold, alone and with the patterns."""
    quality.say(f"\n{name}: percent flagged by all rails, with bounds; by the classifier alone")
    source = np.array([example.source.name for example in examples])
    for each in dict.fromkeys(source):
        chosen = [int(index) for index in np.flatnonzero(source == each)]
        families = [examples[index].group for index in chosen]
        grouped = families if len(set(families)) < len(families) else []
        both = list(flagged[chosen] | caught[chosen])
        line = f"{each:36} n={len(chosen):5} {quality.rate(both, grouped)} {quality.share(list(flagged[chosen])):6.2f}"
        if each == JAILBREAKS.name:
            line += f", by family {by_family(both, families):.2f}, by length {by_length(both, examples, chosen)}"
        quality.say(line)


def by_family(hits: Sequence[bool], families: Sequence[int]) -> float:
    """The mean of the families' shares, in percent."""
    members: defaultdict[int, list[bool]] = defaultdict(list)
    for hit, family in zip(hits, families, strict=True):
        members[family].append(hit)
    return float(np.mean([quality.share(each) for each in members.values()]))


def by_length(hits: Sequence[bool], examples: Sequence[Example], chosen: Sequence[int]) -> str:
    lengths = np.array([len(examples[index].text) for index in chosen])
    bands = np.searchsorted(LENGTHS, lengths, side="right")
    flagged = np.array(hits)
    return ", ".join(
        f"from {start}: {flagged[bands == band].sum()}/{(bands == band).sum()}" for band, start in enumerate(LENGTHS, 1)
    )


if __name__ == "__main__":
    main()
