"""Fakes that a chat turn is given in place of a model, rails and retrieval."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field

from server.domain import (
    ComponentState,
    ComponentStatus,
    Direction,
    DocumentKind,
    Hit,
    IndexStats,
    Message,
    ModelEvent,
    ModelFinished,
    ModelRequest,
    RailInfo,
    RailReport,
    RailVerdict,
    TextDelta,
    Usage,
    Verdict,
)
from server.errors import ModelError
from server.knowledge.retrieve import Retrieval, RetrievalOptions
from server.knowledge.search_question import build_search_question
from server.ports import CONFIGURED, CheckOptions

OK = ComponentStatus("fake", "fake", ComponentState.OK, "")


def hit(number: int = 1, text: str = "Refunds take 5 days.", kind: DocumentKind = DocumentKind.DOC) -> Hit:
    return Hit(
        chunk_id=f"doc-{number}#0",
        document_id=f"doc-{number}",
        title="Refunds",
        uri="",
        kind=kind,
        heading_path=("Refunds",),
        text=text,
        labels=(),
        score=0.9,
        text_score=1.0,
        vector_score=0.8,
        similarity=0.7,
    )


@dataclass
class FakeModel:
    """Writes `words`, then fails with `error` or finishes with `finish`."""

    words: Sequence[str] = ("Refunds take", " 5 days [1].")
    finish: str = "stop"
    error: ModelError | None = None
    name: str = "fake-1"
    provider: str = "fake"
    cost_nanos: int | None = 1_000
    requests: list[ModelRequest] = field(default_factory=list)
    closed_early: int = 0
    hang: bool = False

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.requests.append(request)
        try:
            for word in self.words:
                yield TextDelta(word)
            if self.hang:
                await asyncio.Event().wait()
            if self.error is not None:
                raise self.error
            usage = Usage(
                self.provider, self.name, uncached_input_tokens=10, output_tokens=5, cost_nanos=self.cost_nanos
            )
            yield ModelFinished(self.finish, usage)
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early += 1
            raise

    async def check(self) -> ComponentStatus:
        return OK

    async def close(self) -> None:
        return None


@dataclass
class FakeRails:
    """Blocks an input that holds "attack", a chunk that holds "poison", an output from "forbidden" on."""

    rails: tuple[RailInfo, ...] = tuple(RailInfo("fake", direction, 0.5) for direction in Direction)
    masks: tuple[RailInfo, ...] = (RailInfo("personal data", Direction.OUTPUT, 0.0, None, description="Addresses."),)

    async def check_input(
        self, text: str, history: Sequence[Message] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport:
        return self._report(text, Direction.INPUT, "attack", "prompt_injection")

    async def check_context(self, text: str, options: CheckOptions = CONFIGURED) -> RailReport:
        return self._report(text, Direction.CONTEXT, "poison", "planted_instructions")

    async def check_output(
        self, text: str, public: Sequence[str] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport:
        return self._report(text, Direction.OUTPUT, "forbidden", "harmful")

    async def guard_output(
        self, tokens: AsyncIterator[str], public: Sequence[str] = (), options: CheckOptions = CONFIGURED
    ) -> AsyncGenerator[str | RailVerdict, None]:
        async for token in tokens:
            if "forbidden" in token:
                yield RailVerdict("fake", Direction.OUTPUT, Verdict.BLOCK, "harmful", 1.0, 0.5)
                return
            yield token

    def redact(self, text: str) -> str:
        return text.replace("ann@example.com", "[email]")

    async def check(self) -> ComponentStatus:
        return OK

    def _report(self, text: str, direction: Direction, word: str, category: str) -> RailReport:
        found = word in text
        verdict = RailVerdict(
            "fake", direction, Verdict.BLOCK if found else Verdict.ALLOW, category if found else "", float(found), 0.5
        )
        return RailReport(text, (verdict,))


@dataclass
class FakeRetriever:
    """Returns the same hits for every question."""

    hits: tuple[Hit, ...] = (hit(1), hit(2, "Deposits are refunded too."))
    answerability: float = 0.9
    document_count: int = 2
    asked: list[RetrievalOptions] = field(default_factory=list)

    async def retrieve(
        self, tenant: str, question: str, history: Sequence[Message], *, options: RetrievalOptions
    ) -> Retrieval:
        self.asked.append(options)
        searched = options.searched or build_search_question(question, history)
        return Retrieval(self.hits, searched.text, "1", self.answerability, searched.source)

    async def stats(self, tenant: str) -> IndexStats:
        return IndexStats(self.document_count, self.document_count, "1")
