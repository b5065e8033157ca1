"""Answers without a model and without a key: the best statements of the passages, with citations."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.domain import (
    ComponentState,
    ComponentStatus,
    DocumentKind,
    Hit,
    ModelEvent,
    ModelFinished,
    ModelRequest,
    ModelStarted,
    TextDelta,
    Usage,
)
from server.models.passages import Statement, split_statements
from server.models.relevance import TermWeights, asks_for_quantity, names_in, overlap, terms
from server.ports import Embedder

PROVIDER = "nightdesk"

MAX_STATEMENTS = 3
MAX_WORDS = 120
SAME_OVERLAP = 0.6
"""From here on two statements share so many terms that one of them is enough: it repeats or corrects the other."""
RELATED_SHARE = 0.7
"""A further statement must reach this share of the best one's score."""

# Chosen on samples/larkbook, 96 answerable and 29 unanswerable questions, six passages each. The weights lie in the
# middle of a broad optimum (a change by half moves 1 to 3 answers) in which 58 answers have the expected facts; no
# answer is possible to 18, whose passages lack them. The floors and the rule on names decline 14 of the unanswerable
# questions and cost 4 or 5 right answers.
TERM_WEIGHT = 0.5
RETRIEVAL_WEIGHT = 0.5
QUANTITY_WEIGHT = 0.2
TICKET_PENALTY = 0.3
COVERAGE_FLOOR = 0.18
COSINE_FLOOR = 0.25

_REFERS_BACK = re.compile(
    r"(?:it|its|this|that|these|those|they|then|otherwise|before that|after that)\b", re.IGNORECASE
)
_WORD_GROUP = re.compile(r"(?:\S+\s*){1,4}")

Scores = NDArray[np.float64]
"""Shape (n,), one number a statement."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """Statements with their scores; `covered` tells whether any of them answers the question at all."""

    statements: Sequence[Statement]
    terms: Sequence[frozenset[str]]
    score: Scores
    covered: bool


class ExtractiveModel:
    """Composes answers of at most MAX_STATEMENTS statements, each followed by its passage's number: "… days. [1]".

    A statement's score is the cosine of question and statement, plus the share of the question's terms that it has,
    plus the retrieval's score of its passage; both texts are read with the headings above the statement. English
    only where words are concerned. It cannot infer or calculate, and it declines where the passages share too little
    with the question or never mention a name in it.
    """

    provider = PROVIDER
    name = "extractive"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """The answer in groups of words; no text and the reason "unanswered" where the passages do not cover it."""
        usage = Usage(PROVIDER, self.name, cost_nanos=0)
        yield ModelStarted(usage)
        statements = split_statements(request.passages)
        scored = await self._score(request, statements) if statements else None
        if scored is None or not scored.covered:
            yield ModelFinished("unanswered", usage)
            return
        budget = min(MAX_WORDS, request.max_output_tokens * 3 // 4)
        for words in _WORD_GROUP.findall(_compose(scored, request.passages, budget)):
            yield TextDelta(words)
        yield ModelFinished("stop", usage)

    async def check(self) -> ComponentStatus:
        detail = f"answers from the passages' own sentences, compared by {self._embedder.name}"
        return ComponentStatus("model", "extractive", ComponentState.OK, detail)

    async def close(self) -> None:
        """The embedder belongs to who made it."""

    async def _score(self, request: ModelRequest, statements: Sequence[Statement]) -> _Scored:
        questions = (request.question, request.search_question)
        in_context = [f"{item.context} {item.lead} {item.text}" for item in statements]
        own_terms = [terms(item.text) for item in statements]
        vectors = await self._embedder.embed([*questions, *in_context])
        similarity = (vectors[2:] @ vectors[:2].T).mean(axis=1).astype(np.float64)
        all_terms = [terms(text) for text in in_context]
        coverage = _coverage(questions, own_terms, all_terms)
        score = similarity + TERM_WEIGHT * coverage.mean(axis=1) + _priors(request, statements)
        mentioned = frozenset[str]().union(*all_terms)
        covered = (
            float(coverage.max()) >= COVERAGE_FLOOR
            and float(similarity.max()) >= COSINE_FLOOR
            and names_in(request.search_question) <= mentioned
        )
        return _Scored(statements, own_terms, score, covered)


def _coverage(
    questions: Sequence[str], own_terms: Sequence[frozenset[str]], terms_in_context: Sequence[frozenset[str]]
) -> Scores:
    """Shape (statements, questions): the share of each question's terms that each statement has in its context."""
    weights = TermWeights(own_terms)
    wanted = [terms(question) for question in questions]
    return np.array([[weights.coverage(each, found) for each in wanted] for found in terms_in_context])


def _priors(request: ModelRequest, statements: Sequence[Statement]) -> Scores:
    """What speaks for a statement whatever its words: its passage's rank and kind, and a number where one is asked."""
    quantity = QUANTITY_WEIGHT if asks_for_quantity(request.question) else 0.0
    passages = [request.passages[item.passage] for item in statements]
    return np.array(
        [
            RETRIEVAL_WEIGHT * passage.score
            - (TICKET_PENALTY if passage.kind is DocumentKind.TICKET else 0.0)
            + (quantity if any(character.isdigit() for character in item.text) else 0.0)
            for item, passage in zip(statements, passages, strict=True)
        ]
    )


def _compose(scored: _Scored, passages: Sequence[Hit], budget: int) -> str:
    """The chosen statements: passages by their best statement, statements in the order of the text."""
    chosen = _choose(scored, passages, budget)
    rank: dict[int, int] = {}
    for index in chosen:
        rank.setdefault(scored.statements[index].passage, len(rank))
    with_context = _with_context(chosen, scored.statements)
    ordered = sorted(with_context, key=lambda item: (rank[item.passage], item.position))
    return " ".join(_shown(ordered))


def _choose(scored: _Scored, passages: Sequence[Hit], budget: int) -> list[int]:
    """Indexes of the best statements, best first. Of two that say the same, the newer one; of equals, the better."""
    order = np.argsort(-scored.score, kind="stable")
    best = float(scored.score[order[0]])
    least = best - (1 - RELATED_SHARE) * abs(best)
    chosen: list[int] = []
    rest = budget
    for index in (int(number) for number in order if scored.score[number] >= least):
        own = scored.terms[index]
        same = next((other for other in chosen if overlap(own, scored.terms[other]) >= SAME_OVERLAP), None)
        words = len(scored.statements[index].text.split()) + len(scored.statements[index].lead.split())
        if same is not None:
            if _supersedes(passages[scored.statements[index].passage], passages[scored.statements[same].passage]):
                chosen[chosen.index(same)] = index
        elif len(chosen) < MAX_STATEMENTS and (words <= rest or not chosen):
            chosen.append(index)
            rest -= words
    return chosen


def _supersedes(passage: Hit, other: Hit) -> bool:
    """Whether `passage` corrects `other`: it is newer, and no mere ticket against a document."""
    if passage.updated_at is None or other.updated_at is None:
        return False
    is_weaker = passage.kind is DocumentKind.TICKET and other.kind is not DocumentKind.TICKET
    return passage.updated_at > other.updated_at and not is_weaker


def _with_context(chosen: Sequence[int], statements: Sequence[Statement]) -> set[Statement]:
    """The chosen statements, and the one before each that cannot be understood alone."""
    kept = set()
    for index in chosen:
        item = statements[index]
        kept.add(item)
        before = statements[index - 1] if index else item
        if _REFERS_BACK.match(item.text) and (before.passage, before.context) == (item.passage, item.context):
            kept.add(before)
    return kept


def _shown(statements: Sequence[Statement]) -> Iterator[str]:
    """Each statement with its citation, below the lead of its list, which is said once."""
    said = ""
    for item in statements:
        lead = f"{item.lead} " if item.lead and item.lead != said else ""
        said = item.lead or item.text
        yield f"{lead}{item.text} [{item.passage + 1}]"
