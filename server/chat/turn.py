"""One chat turn, top to bottom."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from server.chat import replies
from server.chat.cached import EarlierAnswers
from server.chat.checking import RailOptions
from server.chat.earlier import citations_found, digest, distinct_groups, earlier_messages, replay, stored_turn
from server.chat.generation import AnswerWriter, Generation
from server.chat.grounds import Grounds
from server.chat.keyed_locks import KeyedLocks
from server.chat.language import language_of
from server.chat.prompt import UNANSWERED_SENTENCE, build_request, masked, readable
from server.chat.timing import Stopwatch
from server.chat.unanswered import without_unanswered_sentence
from server.domain import (
    Completed,
    DocumentKind,
    FinishReason,
    Message,
    PromptVersion,
    RailVerdict,
    Started,
    TextDelta,
    Turn,
    TurnEvent,
    TurnRequest,
    Verdict,
)
from server.ledger.originals import OriginalStore
from server.ledger.prompts import PRODUCTION, PromptStore
from server.ledger.turns import TurnLedger
from server.ports import CheckOptions, RailEngine

_CITED = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class ChatTurns:
    """Answers messages: from `answers` where the question was answered before, else what `writer` writes."""

    prompts: PromptStore
    ledger: TurnLedger
    rails: RailEngine
    rail_options: RailOptions
    grounds: Grounds
    answers: EarlierAnswers
    writer: AnswerWriter
    product: str
    originals: OriginalStore | None = None
    requests: KeyedLocks = field(default_factory=KeyedLocks)

    async def run(self, request: TurnRequest) -> AsyncGenerator[TurnEvent, None]:
        """The events of one turn; Completed comes last, after the turn is durable.

        Raises Conflict, NotFound, FailedPrecondition, BudgetExhausted, Unavailable. Closing the generator cancels the
        turn, which is then written down as cancelled.
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
        turn.language = language_of(request.message, history)
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
            self._record(turn, request)
            raise
        watch.mark("total")
        await self._record(turn, request)
        for usage in turn.usage:
            yield usage
        yield Completed(turn)

    async def _answer(
        self, turn: Turn, request: TurnRequest, version: PromptVersion, history: tuple[Message, ...], watch: Stopwatch
    ) -> AsyncGenerator[TurnEvent, None]:
        options = await self.rail_options.of(turn, request, version)
        report, retrieval = await self.grounds.check_and_retrieve(turn, request, version, history, options, watch)
        for verdict in self._noted(turn, report.verdicts):
            yield verdict
        if report.blocked is not None:
            category = report.blocked.category
            yield self._refuse(turn, category, replies.refusal(category, self.product, turn.language))
            return

        turn.search_question = retrieval.search_question
        turn.search_question_source = retrieval.search_question_source
        turn.index_version = retrieval.index_version
        turn.answerability = retrieval.answerability
        with watch.stage("context_rails"):
            turn.citations = await self.grounds.screen(turn, retrieval.hits, options)
        if not turn.citations or retrieval.answerability < version.bundle.answerability_floor:
            await self.grounds.require_knowledge(turn.tenant)
            turn.citations = ()
            yield self._decline(turn)
            return

        with watch.stage("cache"):
            earlier = await self.answers.find(turn, request, history)
        if earlier is not None:
            turn.citations = earlier.citations
            events = self._repeat(turn, request, options, earlier)
        else:
            events = self._generate(turn, request, version, options, history)
        yield citations_found(turn)
        with watch.stage("generation"):
            async with aclosing(events):
                async for event in events:
                    yield event

    async def _repeat(
        self, turn: Turn, request: TurnRequest, options: CheckOptions, earlier: Turn
    ) -> AsyncGenerator[TurnEvent, None]:
        """An earlier answer, past today's output rails."""
        async with aclosing(self._speak(turn, request, options, _at_once(earlier.answer))) as events:
            async for event in events:
                yield event
        for event in self._conclude(turn, Generation("stop")):
            yield event

    async def _generate(
        self,
        turn: Turn,
        request: TurnRequest,
        version: PromptVersion,
        options: CheckOptions,
        history: tuple[Message, ...],
    ) -> AsyncGenerator[TurnEvent, None]:
        await self.writer.decide(turn, request, version)
        model_request = build_request(
            version.bundle,
            product=self.product,
            question=request.message,
            search_question=turn.search_question,
            history=history,
            passages=turn.citations,
        )
        generation = Generation()
        written = self.writer.write(turn, request, version, model_request, generation)
        texts = without_unanswered_sentence(written, generation)
        try:
            async with aclosing(self._speak(turn, request, options, texts)) as events:
                async for event in events:
                    yield event
        finally:
            # Not before the first word: masking takes a millisecond for each thousand characters.
            turn.prompt = readable(masked(model_request, self.rails.redact))
        for event in self._conclude(turn, generation):
            yield event
        await self.answers.keep(turn, request, history, generation.finish)

    async def _speak(
        self, turn: Turn, request: TurnRequest, options: CheckOptions, texts: AsyncGenerator[str, None]
    ) -> AsyncGenerator[TurnEvent, None]:
        """The texts past the output rails, with the switches between models; a block refuses the turn and ends it."""
        public = [request.message, *(hit.text for hit in turn.citations if hit.kind is not DocumentKind.TICKET)]
        options = replace(options, sources=[request.message, *(f"{hit.title}\n{hit.text}" for hit in turn.citations)])
        switches = 0
        async with aclosing(texts), aclosing(self.rails.guard_output(texts, public, options)) as guarded:
            async for item in guarded:
                for switch in turn.route_switches[switches:]:
                    yield switch
                switches = len(turn.route_switches)
                if isinstance(item, str):
                    yield TextDelta(item)
                    continue
                for event in self._noted(turn, [item]):
                    yield event
                if item.verdict is Verdict.BLOCK and turn.finish_reason is not FinishReason.REFUSED:
                    yield self._refuse(turn, item.category, replies.withheld(item.category, turn.language))

    def _conclude(self, turn: Turn, generation: Generation) -> Iterator[TextDelta]:
        """Name the end of a turn whose text has ended, with the words that the customer still needs."""
        if turn.finish_reason is FinishReason.REFUSED:
            return
        if generation.degraded:
            turn.finish_reason, turn.hand_over = FinishReason.DEGRADED, generation.finish == "unanswered"
        elif generation.finish == "refusal":
            yield self._refuse(turn, "model", replies.refusal("model", self.product, turn.language))
        elif generation.finish == "unanswered":
            yield self._decline(turn)
        elif turn.answer.strip().startswith(UNANSWERED_SENTENCE):
            turn.finish_reason, turn.hand_over = FinishReason.UNANSWERED, True
            yield TextDelta(f" {replies.hand_over(turn.language)}")
        else:
            turn.finish_reason = FinishReason.ANSWERED
        if turn.finish_reason in (FinishReason.ANSWERED, FinishReason.DEGRADED):
            turn.citation_ids = _cited(turn)

    def _refuse(self, turn: Turn, category: str, text: str) -> TextDelta:
        turn.finish_reason, turn.refusal_category, turn.hand_over = FinishReason.REFUSED, category, True
        return TextDelta(f"\n\n{text}" if turn.answer else text)

    def _decline(self, turn: Turn) -> TextDelta:
        turn.finish_reason, turn.hand_over = FinishReason.UNANSWERED, True
        return TextDelta(replies.unanswered(turn.language))

    def _noted(self, turn: Turn, verdicts: Sequence[RailVerdict]) -> Iterator[RailVerdict]:
        """Note every verdict on the turn; those that say more than allow are told to the caller."""
        turn.rail_verdicts.extend(verdicts)
        yield from (verdict for verdict in verdicts if verdict.verdict is not Verdict.ALLOW)

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
            customer_tier=request.customer_tier,
        )

    def _record(self, turn: Turn, request: TurnRequest) -> asyncio.Future[None]:
        """Write the turn down, masked, and its original where originals are kept; done when the turn is durable."""
        recorded = self._for_the_record(turn, request)
        if self.originals is None:
            return self.ledger.record(recorded)
        return self.ledger.record(recorded, self.originals.row(turn.id, turn.tenant, request.message, turn.answer))

    def _for_the_record(self, turn: Turn, request: TurnRequest) -> Turn:
        """The turn with its answer masked where the customer gave personal data, which the answer may repeat."""
        if turn.question == request.message:
            return turn
        return replace(turn, answer=self.rails.redact(turn.answer))


def _cited(turn: Turn) -> tuple[str, ...]:
    """The ids of the chunks that the answer refers to by number, in the order of the numbers."""
    numbers = sorted({int(number) for number in _CITED.findall(turn.answer)})
    return tuple(turn.citations[number - 1].chunk_id for number in numbers if 0 < number <= len(turn.citations))


async def _at_once(text: str) -> AsyncGenerator[str, None]:
    yield text
