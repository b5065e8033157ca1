"""What routing saves, and what it costs in right answers.

    python -m benchmarks.models.routing

No model is asked. The cheap model's answers are those of the extractive answerer on the sample's cases, the strong
one's those of an oracle that knows what is expected and is always right: an upper bound, which no real model reaches.
Both are charged what gpt-4.1-mini and gpt-4.1 cost for the real prompt of each case, by estimated tokens. So the
figures say how well a rule tells easy turns from hard ones, not how good these two models are.

Cases that are blocked, or below the answerability floor, reach no model and are left out. Each strategy decides by the
rules that a route of the settings would have, and is compared with as many turns sent to the strong model at random.
Intervals are 95 % percentile bootstrap intervals over cases, paired: each resample has the same cases for all
strategies (Efron and Tibshirani, 1993).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import genai_prices
import numpy as np
from numpy.typing import NDArray

from benchmarks.indexes import embedded_store
from benchmarks.larkbook import history, index_larkbook, larkbook_cases
from benchmarks.machine import machine
from evals.answers import Answer
from evals.cases import EvalCase
from evals.metrics.fact_recall import FactRecall
from nightdesk.v1 import chat_pb2, evaluation_pb2
from server.chat.prompt import build_request, first_bundle
from server.domain import ModelFinished, ModelRequest, RouteFacts, RouteRule, Routing, TextDelta
from server.domain.token_estimate import estimate_tokens, estimate_usage
from server.embedders.wordllama import WordLlamaEmbedder
from server.knowledge.bundle_options import bundle_options
from server.knowledge.retrieve import Retriever
from server.models.extractive import ExtractiveModel
from server.routing.decide import decide

TENANT = "larkbook"
CHEAP, STRONG = "gpt-4.1-mini", "gpt-4.1"
ANSWERABILITIES = (0.55, 0.60, 0.65, 0.70, 0.75, 0.80)
LENGTHS = (8, 12, 16, 20, 24)
"""Tokens of the question."""
RESAMPLES = 10_000

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may look at, whether the cheap model's answer is right, and what either costs in US dollars."""

    facts: RouteFacts
    cheap_right: bool
    cheap_cost: float
    strong_cost: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A strategy's cost and rightness, each of shape (cases,), and which cases went to the strong model."""

    name: str
    strong: Numbers
    cost: Numbers
    right: Numbers


async def main() -> None:
    print(machine("nightdesk", "wordllama", "genai-prices", "numpy"))
    cases = await read_cases()
    cheap_right = np.array([case.cheap_right for case in cases], dtype=np.float64)
    print(
        f"{len(cases)} cases reach a model; the cheap one (extractive, at {CHEAP}'s price) is right in "
        f"{cheap_right.mean():.1%}, the strong one (oracle, at {STRONG}'s price) in all"
    )
    resamples = np.random.default_rng(0).integers(0, len(cases), (RESAMPLES, len(cases)))
    base = outcome("all strong", cases, np.ones(len(cases)))
    print(f"\nall strong: {1000 * base.cost.mean():.3f} $ for 1,000 turns")
    print(f"{'':42}{'strong':>7} {'saves % [95 %]':>22} {'loses points [95 %]':>24} {'points over random [95 %]':>27}")
    for each in strategies(cases):
        print(line(each, base, cheap_right, resamples))


def strategies(cases: Sequence[Case]) -> list[Outcome]:
    made = [outcome("all cheap", cases, np.zeros(len(cases)))]
    made += [_ruled(f"answerability <= {floor:.2f}: strong", cases, [_hard(floor)]) for floor in ANSWERABILITIES]
    made += [_ruled(f"question_tokens >= {length}: strong", cases, [_long(length)]) for length in LENGTHS]
    made += [
        _ruled(f"answerability <= {floor:.2f} or tokens >= {length}: strong", cases, [_hard(floor), _long(length)])
        for floor, length in ((0.60, 20), (0.70, 20), (0.70, 16))
    ]
    wrong = np.array([not case.cheap_right for case in cases], dtype=np.float64)
    return [*made, outcome("oracle routing: strong where cheap is wrong", cases, wrong)]


def line(one: Outcome, base: Outcome, cheap_right: Numbers, resamples: NDArray[np.int64]) -> str:
    """What it saves and loses against all strong, and how much more is right than if as many were drawn at random."""
    cost, right = one.cost[resamples].mean(axis=1), one.right[resamples].mean(axis=1)
    saved = 1 - cost / base.cost[resamples].mean(axis=1)
    lost = base.right[resamples].mean(axis=1) - right
    share = one.strong[resamples].mean(axis=1)
    at_random = share + (1 - share) * cheap_right[resamples].mean(axis=1)
    random_right = one.strong.mean() + (1 - one.strong.mean()) * cheap_right.mean()
    cells = (
        _cell(1 - one.cost.mean() / base.cost.mean(), saved),
        _cell(base.right.mean() - one.right.mean(), lost),
        _cell(one.right.mean() - random_right, right - at_random),
    )
    return f"{one.name:42} {one.strong.mean():6.0%} {cells[0]:>22} {cells[1]:>24} {cells[2]:>27}"


def _cell(value: float, resampled: Numbers) -> str:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def outcome(name: str, cases: Sequence[Case], strong: Numbers) -> Outcome:
    """`strong` has 1 where a case goes to the strong model, else 0."""
    cost = np.array([case.strong_cost if to else case.cheap_cost for case, to in zip(cases, strong, strict=True)])
    right = np.array([1.0 if to else float(case.cheap_right) for case, to in zip(cases, strong, strict=True)])
    return Outcome(name, strong, cost, right)


def _ruled(name: str, cases: Sequence[Case], rules: Sequence[RouteRule]) -> Outcome:
    routing = Routing((CHEAP,), rules=tuple(rules))
    chosen = [decide("default", routing, case.facts).chain[0] == STRONG for case in cases]
    return outcome(name, cases, np.array(chosen, dtype=np.float64))


def _hard(floor: float) -> RouteRule:
    return RouteRule("hard", (STRONG,), max_answerability=floor)


def _long(length: int) -> RouteRule:
    return RouteRule("long", (STRONG,), min_question_tokens=length)


async def read_cases() -> list[Case]:
    """The sample's cases that reach a model, with the cheap model's answer judged as `nightdesk eval run` does."""
    embedder, bundle, made = WordLlamaEmbedder(), first_bundle(), []
    cheap = ExtractiveModel(embedder)
    async with embedded_store(embedder) as store:
        await index_larkbook(store, embedder, TENANT)
        retriever = Retriever(store, embedder)
        for case in larkbook_cases():
            if case.expected_outcome not in ("answered", "unanswered"):
                continue
            before = history(case)
            found = await retriever.retrieve(
                TENANT, case.question, before, options=bundle_options(bundle, case.question)
            )
            if not found.hits or found.answerability < bundle.answerability_floor:
                continue
            request = build_request(
                bundle,
                product="Larkbook",
                question=case.question,
                search_question=found.search_question,
                history=before,
                passages=found.hits,
            )
            text, finish = await _answered(cheap, request)
            labels = frozenset(label for hit in found.hits for label in hit.labels)
            made.append(
                Case(
                    RouteFacts(estimate_tokens(case.question), found.answerability, labels),
                    await _is_right(case, text, finish),
                    _dollars(CHEAP, request, text),
                    _dollars(STRONG, request, text),
                )
            )
    return made


async def _answered(model: ExtractiveModel, request: ModelRequest) -> tuple[str, str]:
    text, finish = "", ""
    async for event in model.stream(request):
        match event:
            case TextDelta(piece):
                text += piece
            case ModelFinished(reason):
                finish = reason
    return text, finish


async def _is_right(case: evaluation_pb2.Case, text: str, finish: str) -> bool:
    """An answer with all expected facts; where none is expected, none."""
    if case.expected_outcome == "unanswered":
        return finish == "unanswered"
    answer = Answer(EvalCase(case), completed=chat_pb2.TurnCompleted(answer=text))
    return finish != "unanswered" and await FactRecall().score(answer) == 1.0


def _dollars(model: str, request: ModelRequest, text: str) -> float:
    """The price of a call whose answer is as long as `text`; both models are taken to write as much."""
    usage = estimate_usage("openai", model, request, text)
    counts = genai_prices.Usage(input_tokens=usage.uncached_input_tokens, output_tokens=usage.output_tokens)
    return float(genai_prices.calc_price(counts, model, provider_id="openai").total_price)


if __name__ == "__main__":
    asyncio.run(main())
