"""One chat turn, top to bottom."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from server.chat import replies
from server.chat.earlier import citations_found, digest, distinct_groups, earlier_messages, replay, stored_turn
from server.chat.generation import Generation, generate
from server.chat.keyed_locks import KeyedLocks
from server.chat.prompt import UNANSWERED_SENTENCE, build_request, masked, readable
from server.chat.search_question import model_writes, write_search_question
from server.chat.searchable import searchable
from server.chat.timing import Stopwatch
from server.domain import (
    Completed,
    DocumentKind,
    FinishReason,
    Hit,
    Message,
    PromptVersion,
    RailReport,
    RailVerdict,
    Started,
    TextDelta,
    Turn,
    TurnEvent,
    TurnRequest,
    Verdict,
)
from server.errors import FailedPrecondition
from server.knowledge.bundle_options import bundle_options
from server.knowledge.retrieve import Retrieval, Retriever
from server.knowledge.search_question import SearchQuestion
from server.ledger.prompts import PRODUCTION, PromptStore
from server.ledger.turns import TurnLedger
from server.ports import Model, RailEngine

_CITED = re.compile(r"\[(\d{1,3})\]")
_NOT_SEARCHED = Retrieval((), "", "", 0.0)


@dataclass(frozen=True, slots=True)
class ChatTurns:
    """Answers messages.

    `models` are the routes by name; `fallback` answers when a route's model fails. `search_question_timeout` is how
    long, in seconds, a model may take to write a search question.
    """

    prompts: PromptStore
    ledger: TurnLedger
    retriever: Retriever
    rails: RailEngine
    models: Mapping[str, Model]
    fallback: Model
    product: str
    search_question_timeout: float = 2.0
    requests: KeyedLocks = field(default_factory=KeyedLocks)

    async def run(self, request: TurnRequest) -> AsyncGenerator[TurnEvent, None]:
        """The events of one turn; Completed comes last, after the turn is durable.

        Raises Conflict, NotFound, FailedPrecondition, Unavailable. Closing the generator cancels the turn, which is
        then written down as cancelled.
        """
        async with self.requests.hold(f"{request.principal.tenant}/{request.request_id}"):
            stored = await stored_turn(self.ledger, request)
            events = replay(stored) if stored is not None else self._run(request)
            async with aclosing(events):
                async for event in events:
                    yield event

    async def _run(self, request: TurnRequest) -> AsyncGenerator[TurnEvent, None]:
        history = await earlier_messages(self.ledger, request)
        version = await self.prompts.resolve(request.principal.tenant, request.prompt_version or PRODUCTION)
        turn = self._new_turn(request, version)
        watch = Stopwatch(turn.timings)
        yield Started(turn)
        try:
            async with aclosing(self._answer(turn, request, version, history, watch)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        watch.mark("first_token")
                        turn.answer += event.text
                    yield event
        except (asyncio.CancelledError, GeneratorExit):
            turn.finish_reason = FinishReason.CANCELLED
            watch.mark("total")
            self.ledger.record(self._for_the_record(turn, request))
            raise
        watch.mark("total")
        await self.ledger.record(self._for_the_record(turn, request))
        for usage in turn.usage:
            yield usage
        yield Completed(turn)

    async def _answer(
        self, turn: Turn, request: TurnRequest, version: PromptVersion, history: tuple[Message, ...], watch: Stopwatch
    ) -> AsyncGenerator[TurnEvent, None]:
        report, retrieval = await self._check_and_retrieve(turn, request, version, history, watch)
        for verdict in self._noted(turn, report):
            yield verdict
        if report.blocked is not None:
            yield self._refuse(turn, report.blocked.category)
            return

        turn.search_question = retrieval.search_question
        turn.search_question_source = retrieval.search_question_source
        turn.index_version = retrieval.index_version
        turn.answerability = retrieval.answerability
        with watch.stage("context_rails"):
            passages = await self._screen(turn, retrieval.hits)
        if not passages or retrieval.answerability < version.bundle.answerability_floor:
            await self._require_knowledge(request)
            yield self._decline(turn)
            return

        turn.citations = passages
        yield citations_found(turn)
        with watch.stage("generation"):
            async with aclosing(self._generate(turn, request, version, history, retrieval)) as events:
                async for event in events:
                    yield event

    async def _check_and_retrieve(
        self,
        turn: Turn,
        request: TurnRequest,
        version: PromptVersion,
        history: tuple[Message, ...],
        watch: Stopwatch,
    ) -> tuple[RailReport, Retrieval]:
        """Input rails and retrieval, side by side: neither spends model money.

        Where a model writes the search question, which does, retrieval waits for the rails, and a block leaves it out.
        """
        question, model = searchable(turn.question), self.models.get(version.bundle.route)

        async def check() -> RailReport:
            with watch.stage("input_rails"):
                return await self.rails.check_input(request.message, history)

        async def retrieve(written: SearchQuestion | None = None) -> Retrieval:
            options = bundle_options(version.bundle, question)
            options = replace(options, labels=request.labels, access_groups=turn.access_groups)
            if written is not None:
                options = replace(options, searched=written)
            with watch.stage("retrieval"):
                return await self.retriever.retrieve(turn.tenant, question, history, options=options)

        if model is None or not model_writes(version.bundle, model, question, history):
            return await asyncio.gather(check(), retrieve())
        report = await check()
        if report.blocked is not None:
            return report, _NOT_SEARCHED
        with watch.stage("search_question"):
            written = await write_search_question(
                turn, model, question, history, redact=self.rails.redact, timeout=self.search_question_timeout
            )
        return report, await retrieve(written)

    async def _screen(self, turn: Turn, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """The chunks that no context rail blocks. What a reviewer released is not asked about again."""
        suspects = [hit for hit in hits if not hit.released]
        reports = await asyncio.gather(*(self.rails.check_context(hit.text) for hit in suspects))
        for report in reports:
            turn.rail_verdicts.extend(verdict for verdict in report.verdicts if verdict.verdict is not Verdict.ALLOW)
        blocked = {hit.chunk_id for hit, report in zip(suspects, reports, strict=True) if report.blocked is not None}
        return tuple(hit for hit in hits if hit.chunk_id not in blocked)

    async def _generate(
        self,
        turn: Turn,
        request: TurnRequest,
        version: PromptVersion,
        history: tuple[Message, ...],
        retrieval: Retrieval,
    ) -> AsyncGenerator[TurnEvent, None]:
        model_request = build_request(
            version.bundle,
            product=self.product,
            question=request.message,
            search_question=retrieval.search_question,
            history=history,
            passages=turn.citations,
        )
        generation = Generation()
        texts = generate(turn, model_request, self._model(version), self.fallback, generation)
        public = [request.message, *(hit.text for hit in turn.citations if hit.kind is not DocumentKind.TICKET)]
        switches = 0
        try:
            async with aclosing(texts), aclosing(self.rails.guard_output(texts, public)) as guarded:
                async for item in guarded:
                    for switch in turn.route_switches[switches:]:
                        yield switch
                    switches = len(turn.route_switches)
                    if isinstance(item, str):
                        yield TextDelta(item)
                        continue
                    turn.rail_verdicts.append(item)
                    yield item
                    if item.verdict is Verdict.BLOCK:
                        yield self._refuse(turn, item.category)
                        return
        finally:
            # Not before the first word: masking takes a millisecond for each thousand characters.
            turn.prompt = readable(masked(model_request, self.rails.redact))
        for event in self._conclude(turn, generation):
            yield event

    def _conclude(self, turn: Turn, generation: Generation) -> Iterator[TextDelta]:
        """Name the end of a turn whose model has finished, with the words that the customer still needs."""
        if generation.degraded:
            turn.finish_reason, turn.hand_over = FinishReason.DEGRADED, generation.finish == "unanswered"
        elif generation.finish == "refusal":
            yield self._refuse(turn, "model")
        elif generation.finish == "unanswered":
            yield self._decline(turn)
        elif turn.answer.strip().startswith(UNANSWERED_SENTENCE):
            turn.finish_reason, turn.hand_over = FinishReason.UNANSWERED, True
            yield TextDelta(f" {replies.HAND_OVER}")
        else:
            turn.finish_reason = FinishReason.ANSWERED
        if turn.finish_reason in (FinishReason.ANSWERED, FinishReason.DEGRADED):
            turn.citation_ids = _cited(turn)

    def _refuse(self, turn: Turn, category: str) -> TextDelta:
        turn.finish_reason, turn.refusal_category, turn.hand_over = FinishReason.REFUSED, category, True
        text = replies.refusal(category, self.product)
        return TextDelta(f"\n\n{text}" if turn.answer else text)

    def _decline(self, turn: Turn) -> TextDelta:
        turn.finish_reason, turn.hand_over = FinishReason.UNANSWERED, True
        return TextDelta(replies.UNANSWERED)

    def _noted(self, turn: Turn, report: RailReport) -> Iterator[RailVerdict]:
        """Note every verdict on the turn; those that changed something are told to the caller."""
        turn.rail_verdicts.extend(report.verdicts)
        yield from (verdict for verdict in report.verdicts if verdict.verdict is not Verdict.ALLOW)

    def _model(self, version: PromptVersion) -> Model:
        try:
            return self.models[version.bundle.route]
        except KeyError:
            raise FailedPrecondition(
                f"Prompt version {version.version} wants route {version.bundle.route!r}, which is not in the settings.",
                reason="ROUTE_UNKNOWN",
                fix=f"Its routes are: {', '.join(sorted(self.models))}.",
            ) from None

    def _new_turn(self, request: TurnRequest, version: PromptVersion) -> Turn:
        return Turn(
            id=f"turn_{uuid.uuid4().hex}",
            tenant=request.principal.tenant,
            conversation_id=request.conversation_id or f"conv_{uuid.uuid4().hex}",
            request_id=request.request_id,
            created_at=datetime.now(UTC),
            prompt_version=version.version,
            question=self.rails.redact(request.message),
            message_hash=digest(request.message),
            end_user_id=request.end_user_id,
            access_groups=distinct_groups(request),
        )

    def _for_the_record(self, turn: Turn, request: TurnRequest) -> Turn:
        """The turn with its answer masked where the customer gave personal data, which the answer may repeat."""
        if turn.question == request.message:
            return turn
        return replace(turn, answer=self.rails.redact(turn.answer))

    async def _require_knowledge(self, request: TurnRequest) -> None:
        """Raises FailedPrecondition where the tenant has no documents: that is not the customer's question's fault."""
        stats = await self.retriever.stats(request.principal.tenant)
        if stats.document_count == 0:
            raise FailedPrecondition(
                "The knowledge base is empty.",
                reason="KNOWLEDGE_BASE_EMPTY",
                fix="Put documents in with `nightdesk ingest PATH` or IngestService.Ingest.",
            )


def _cited(turn: Turn) -> tuple[str, ...]:
    """The ids of the chunks that the answer refers to by number, in the order of the numbers."""
    numbers = sorted({int(number) for number in _CITED.findall(turn.answer)})
    return tuple(turn.citations[number - 1].chunk_id for number in numbers if 0 < number <= len(turn.citations))
