"""How many wrong sentences the grounding rail sees, at which rate of false alarms, beside plain measures of overlap.

    python -m benchmarks.rails.grounding [--wrong] [--part tune|held_out]

`sets/grounding.jsonl` has sentences that answer questions about the sample, right ones in other words and wrong ones of
seven kinds, written for this project. Half of the documents were held out while the detector was written. Each sentence
is compared with what a turn would cite for its question (tickets left out) and the document it was written from. Every
measure's threshold is chosen on the tuned half, for at most FALSE_ALARMS, and applied to both.

The sample's 150 cases are then answered by the extractive model, whose sentences are quotations: all alarms are false.
With --wrong the sentences that the rail gets wrong are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from rapidfuzz import fuzz
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.indexes import embedded_store
from benchmarks.larkbook import history, index_larkbook, larkbook_cases
from benchmarks.machine import machine
from guardrails_config.detectors.grounding.support import find_unsupported
from server.chat.prompt import build_request, first_bundle
from server.domain import DocumentKind, Hit, TextDelta
from server.embedders.wordllama import WordLlamaEmbedder
from server.knowledge.retrieve import RetrievalOptions, Retriever
from server.knowledge.sentences import split_sentences
from server.models.extractive import ExtractiveModel
from server.ports import VectorStore

SET = Path(__file__).parent / "sets" / "grounding.jsonl"
FALSE_ALARMS = 0.05
THRESHOLD = 0.6
"""The rail's, in config.yml."""
THRESHOLDS = (0.6, 0.7, 0.8, 0.9)
TENANT = "larkbook"
REPEATS = 5

Measure = Callable[[str, Sequence[str]], float]
"""How surely a sentence is unsupported by the sources, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Labelled:
    part: str
    sentence: str
    grounded: bool
    kind: str
    sources: tuple[str, ...]


def rail(sentence: str, sources: Sequence[str]) -> float:
    found = find_unsupported(sentence, sources)
    return found.score if found else 0.0


def word_overlap(sentence: str, sources: Sequence[str]) -> float:
    said, known = (set(text.lower().split()) for text in (sentence, "\n".join(sources)))
    return 1 - len(said & known) / len(said)


def partial_ratio(sentence: str, sources: Sequence[str]) -> float:
    return 1 - max(fuzz.partial_ratio(sentence.lower(), source.lower()) for source in sources) / 100


def rouge_l(sentence: str, sources: Sequence[str]) -> float:
    """Its precision: how much of the sentence comes, in order, in the best sentence of the sources."""
    best = max(
        _ROUGE.score(each, sentence)["rougeL"].precision for source in sources for each in split_sentences(source)
    )
    return 1 - float(best)


_ROUGE = RougeScorer(["rougeL"], use_stemmer=True)
MEASURES: dict[str, Measure] = {
    "grounding rail": rail,
    "words in no source": word_overlap,
    "ROUGE-L precision": rouge_l,
    "rapidfuzz partial": partial_ratio,
}


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wrong", action="store_true", help="print what the rail gets wrong")
    options.add_argument("--part", choices=("tune", "held_out"), help="print this half alone")
    chosen = options.parse_args()
    print(machine("nightdesk", "rapidfuzz", "rouge-score"))
    embedder = WordLlamaEmbedder()
    async with embedded_store(embedder) as store:
        await index_larkbook(store, embedder, TENANT)
        retriever = Retriever(store, embedder)
        rows = await labelled(retriever, store)
        for part in (chosen.part,) if chosen.part else ("tune", "held_out"):
            report(rows, part)
        report_thresholds(rows)
        if chosen.wrong:
            print_wrong([row for row in rows if chosen.part in (None, row.part)])
        await report_quotations(retriever, ExtractiveModel(embedder), with_tickets=False)
        await report_quotations(retriever, ExtractiveModel(embedder), with_tickets=True)


async def labelled(retriever: Retriever, store: VectorStore) -> list[Labelled]:
    rows = [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]
    sources: dict[tuple[str, str], tuple[str, ...]] = {}
    for question, document in dict.fromkeys((row["question"], row["document"]) for row in rows):
        hits = await cited(retriever, question)
        stored = await store.read(TENANT, document)
        if stored is None:
            raise SystemExit(f"{document} is not in the sample")
        texts = [source_text(hit) for hit in hits if hit.kind is not DocumentKind.TICKET]
        own = [f"{stored.indexed.document.title}\n{chunk.text}" for chunk in stored.chunks]
        sources[question, document] = (question, *dict.fromkeys([*texts, *own]))
    return [
        Labelled(row["part"], row["sentence"], row["grounded"], row["kind"], sources[row["question"], row["document"]])
        for row in rows
    ]


async def cited(retriever: Retriever, question: str) -> tuple[Hit, ...]:
    options = RetrievalOptions(limit=first_bundle().retrieval_limit)
    return (await retriever.retrieve(TENANT, question, options=options)).hits


def source_text(hit: Hit) -> str:
    return f"{hit.title}\n{hit.text}"


def report(rows: Sequence[Labelled], part: str) -> None:
    """Each measure's detection by kind, at the threshold of the tuned half."""
    kinds = sorted({row.kind for row in rows if not row.grounded})
    here = [row for row in rows if row.part == part]
    print(
        f"\n{part}: {sum(not row.grounded for row in here)} wrong, {sum(row.grounded for row in here)} right sentences"
    )
    print(f"{'measure':20} {'at':>5} {'area':>5} {'alarms':>7} {'found':>6}  " + "  ".join(kinds) + "   µs CPU")
    for name, measure in MEASURES.items():
        tuned = [(measure(row.sentence, row.sources), row.grounded) for row in rows if row.part == "tune"]
        thresholds = {f"{name}": threshold_for(tuned)} | ({"  as configured": THRESHOLD} if measure is rail else {})
        scores = {row: measure(row.sentence, row.sources) for row in here}
        for label, threshold in thresholds.items():
            flagged = {row for row, score in scores.items() if score >= threshold}
            found = [
                _share([row in flagged for row in here if not row.grounded and row.kind == kind]) for kind in kinds
            ]
            print(
                f"{label:20} {threshold:5.2f} {area(scores):5.2f} "
                f"{_share([row in flagged for row in here if row.grounded]):7.1%} "
                f"{_share([row in flagged for row in here if not row.grounded]):6.1%}  "
                + "  ".join(f"{share:{len(kind)}.0%}" for share, kind in zip(found, kinds, strict=True))
                + f"   {cpu_micros(measure, here):7,.0f}"
            )


def report_thresholds(rows: Sequence[Labelled]) -> None:
    """What the rail finds, and its false alarms, at other thresholds on the held-out half."""
    held_out = [(rail(row.sentence, row.sources), row.grounded) for row in rows if row.part == "held_out"]
    print("\nheld_out, the rail at other thresholds")
    for threshold in THRESHOLDS:
        alarms = _share([score >= threshold for score, grounded in held_out if grounded])
        found = _share([score >= threshold for score, grounded in held_out if not grounded])
        print(f"  {threshold:.1f}  alarms {alarms:5.1%}  found {found:5.1%}")


def threshold_for(tuned: Sequence[tuple[float, bool]]) -> float:
    """The lowest that flags at most FALSE_ALARMS of the right sentences."""
    right = sorted((score for score, grounded in tuned if grounded), reverse=True)
    highest_allowed = right[int(FALSE_ALARMS * len(right))]
    return min((score for score, _ in tuned if score > highest_allowed), default=1.01)


def area(scores: dict[Labelled, float]) -> float:
    """Under the ROC curve: how often a wrong sentence scores higher than a right one; ties count half."""
    wrong = np.array([score for row, score in scores.items() if not row.grounded])
    right = np.array([score for row, score in scores.items() if row.grounded])
    return float(((wrong[:, None] > right) + 0.5 * (wrong[:, None] == right)).mean())


def cpu_micros(measure: Measure, rows: Sequence[Labelled]) -> float:
    """Median over REPEATS of process time a sentence."""
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        for row in rows:
            measure(row.sentence, row.sources)
        taken.append((time.process_time() - start) / len(rows))
    return median(taken) * 1e6


def print_wrong(rows: Sequence[Labelled]) -> None:
    print()
    for row in rows:
        found = find_unsupported(row.sentence, row.sources)
        if ((found.score if found else 0.0) >= THRESHOLD) is row.grounded:
            verdict = f"{found.score:.2f} {found.evidence}" if found else "nothing found"
            print(f"{'ALARM' if row.grounded else 'missed'} {row.kind}: {row.sentence}\n        {verdict}")


async def report_quotations(retriever: Retriever, model: ExtractiveModel, *, with_tickets: bool) -> None:
    """How many of the sample's extractive answers have a sentence that is flagged."""
    answered = flagged = sentences = alarms = 0
    for case in larkbook_cases():
        retrieved = await retriever.retrieve(
            TENANT, case.question, history(case), options=RetrievalOptions(limit=first_bundle().retrieval_limit)
        )
        request = build_request(
            first_bundle(),
            product="Larkbook",
            question=case.question,
            search_question=retrieved.search_question,
            history=history(case),
            passages=retrieved.hits,
        )
        answer = "".join([event.text async for event in model.stream(request) if isinstance(event, TextDelta)])
        if not answer:
            continue
        kept = [hit for hit in retrieved.hits if with_tickets or hit.kind is not DocumentKind.TICKET]
        sources = (case.question, *map(source_text, kept))
        verdicts = [rail(sentence, sources) >= THRESHOLD for sentence in split_sentences(answer)]
        answered, flagged = answered + 1, flagged + any(verdicts)
        sentences, alarms = sentences + len(verdicts), alarms + sum(verdicts)
    print(
        f"\nextractive answers, sources {'with' if with_tickets else 'without'} tickets: "
        f"{flagged} of {answered} answers, "
        f"{alarms} of {sentences} sentences flagged"
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


if __name__ == "__main__":
    asyncio.run(main())
