"""How well the answerability tells covered questions from others, and which floor that asks for.

    python -m benchmarks.answerability

Three labelled sets: the sample's answerable and unanswerable cases; the sample's answerable cases and strangers;
mtRAG's questions (Cloud) on their own corpus and strangers. Strangers are customers' questions to a bank and to a voice
assistant (banking77, CLINC), a few of which the sample happens to cover. Prints the area under each ROC curve, what
each floor keeps and declines, and the floor with the greatest mean of Youden's J (the share of covered questions kept
plus the share of others declined, minus 1), also as any two of the sets would have it chosen.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.indexes import embedded_store, index_passages, passage_vectors
from benchmarks.larkbook import history, index_larkbook, larkbook_cases
from benchmarks.machine import machine
from benchmarks.mtrag import read_mtrag, shared_data
from server.domain import Message, PromptBundle
from server.embedders.wordllama import WordLlamaEmbedder
from server.knowledge.retrieve import RetrievalOptions, Retriever

FLOORS = np.round(np.arange(0.20, 0.71, 0.05), 2)
STRANGERS = 100
"""Of each set of strangers, drawn once."""
RESAMPLES = 2_000
LARKBOOK, MTRAG = "larkbook", "mtrag-cloud"
STRANGER_FILES = ("benign_banking77_train.jsonl", "benign_clinc_val.jsonl")

Scores = NDArray[np.float64]
Asked = Sequence[tuple[str, Sequence[Message]]]
"""Questions with what was said before them."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The answerability of questions that the knowledge base covers and of others, each of shape (n,)."""

    name: str
    covered: Scores
    others: Scores

    @property
    def area(self) -> float:
        """Under the ROC curve: how often a covered question scores higher than another; ties count half."""
        return _area(self.covered, self.others)

    def interval(self) -> tuple[float, float]:
        """The area's 95 % percentile interval over resampled questions."""
        random = np.random.default_rng(0)
        areas = [
            _area(random.choice(self.covered, len(self.covered)), random.choice(self.others, len(self.others)))
            for _ in range(RESAMPLES)
        ]
        low, high = np.percentile(areas, [2.5, 97.5])
        return float(low), float(high)

    def shares(self) -> tuple[Scores, Scores]:
        """Of the covered questions those kept, of the others those declined, for each of FLOORS."""
        kept = (self.covered[:, np.newaxis] >= FLOORS).mean(axis=0)
        return kept, (self.others[:, np.newaxis] < FLOORS).mean(axis=0)

    def youden(self) -> Scores:
        kept, declined = self.shares()
        informed: Scores = kept + declined - 1.0
        return informed


async def main() -> None:
    shared = shared_data()
    if not shared.is_dir():
        print(f"skipped: {shared} is not there; NIGHTDESK_SHARED_DATA names the folder with mtrag and safety")
        return
    print(machine("nightdesk", "wordllama", "numpy"))
    sets = await labelled_sets(shared)
    print("\narea under the ROC curve [95 % interval]")
    for one in sets:
        low, high = one.interval()
        print(f"  {one.name:44} {one.area:.3f} [{low:.3f}, {high:.3f}]  {len(one.covered)} : {len(one.others)}")
    print(
        "\nfloor   "
        + "   ".join(f"{one.name[:26]:>26}" for one in sets)
        + "   mean J\n"
        + " " * 8
        + "kept and declined"
    )
    mean = np.mean([one.youden() for one in sets], axis=0)
    for number, floor in enumerate(FLOORS):
        cells = [f"{kept[number]:16.0%} {declined[number]:9.0%}" for kept, declined in (one.shares() for one in sets)]
        print(f"  {floor:.2f}  " + "   ".join(cells) + f"   {mean[number]:.3f}")
    print(f"\nchosen: {best(mean):.2f}; the first prompt bundle has {PromptBundle('').answerability_floor:.2f}")
    for left_out in sets:
        floor = best(np.mean([one.youden() for one in sets if one is not left_out], axis=0))
        print(
            f"  without {left_out.name}: {floor:.2f}, with J {float(left_out.youden()[floor == FLOORS][0]):.3f} on it"
        )


async def labelled_sets(shared: Path) -> list[Labelled]:
    embedder = WordLlamaEmbedder()
    passages, questions = read_mtrag(shared / "mtrag" / "cloud")
    strangers: Asked = [(text, ()) for file in STRANGER_FILES for text in drawn(shared / "safety" / file)]
    cases = larkbook_cases()
    answerable = [(case.question, history(case)) for case in cases if case.expected_outcome == "answered"]
    unanswerable = [(case.question, history(case)) for case in cases if case.expected_outcome == "unanswered"]
    async with embedded_store(embedder) as store:
        await index_larkbook(store, embedder, LARKBOOK)
        await index_passages(store, MTRAG, passages, await passage_vectors(embedder, passages))
        retriever = Retriever(store, embedder)
        covered = await answerabilities(retriever, LARKBOOK, answerable)
        return [
            Labelled("sample: near misses", covered, await answerabilities(retriever, LARKBOOK, unanswerable)),
            Labelled("sample: strangers", covered, await answerabilities(retriever, LARKBOOK, strangers)),
            Labelled(
                "mtRAG: strangers",
                await answerabilities(retriever, MTRAG, [(each.text, each.messages) for each in questions]),
                await answerabilities(retriever, MTRAG, strangers),
            ),
        ]


async def answerabilities(retriever: Retriever, tenant: str, asked: Asked) -> Scores:
    options = RetrievalOptions(limit=PromptBundle("").retrieval_limit)
    found = [await retriever.retrieve(tenant, question, before, options=options) for question, before in asked]
    return np.array([retrieval.answerability for retrieval in found])


def drawn(file: Path) -> list[str]:
    """STRANGERS texts of a file, the same ones every time."""
    texts = [str(json.loads(line)["text"]) for line in file.read_text(encoding="utf-8").splitlines()]
    return [texts[number] for number in np.random.default_rng(0).permutation(len(texts))[:STRANGERS]]


def best(youden: Scores) -> float:
    return float(FLOORS[int(np.argmax(youden))])


def _area(covered: Scores, others: Scores) -> float:
    higher = covered[:, np.newaxis] - others
    return float(((higher > 0) + 0.5 * (higher == 0)).mean())


if __name__ == "__main__":
    asyncio.run(main())
