"""Answers that were given before to the same question, given again without asking a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.caching.answers import AnswerCache
from server.caching.question import CacheQuestion
from server.domain import FinishReason, Message, Turn, TurnRequest
from server.errors import NotFound
from server.ledger.turns import TurnLedger
from server.spending.meter import FREE_PROVIDER


@dataclass(frozen=True, slots=True)
class EarlierAnswers:
    """Finds the turn that answered a question before; `cache` is None where the settings turn it off."""

    cache: AnswerCache | None
    ledger: TurnLedger

    async def find(self, turn: Turn, request: TurnRequest, history: Sequence[Message]) -> Turn | None:
        """The earlier turn, noted on this one; None where there is none, or where a person disliked its answer."""
        if self.cache is None or request.skip_cache:
            return None
        hit = await self.cache.find(self._question(turn, request, history))
        if hit is None:
            return None
        try:
            earlier, feedback = await self.ledger.get(turn.tenant, hit.turn_id)
        except NotFound:
            # The cache knows a turn from its last word on, the ledger a moment later.
            return None
        if feedback is not None and feedback.rating == "down":
            return None
        turn.cache_hit = hit
        return earlier

    async def has_exact(self, turn: Turn, request: TurnRequest, history: Sequence[Message], index_version: str) -> bool:
        """Whether the same question was answered from this state of the index, which is known before it is searched."""
        if self.cache is None or request.skip_cache:
            return False
        question = replace(self._question(turn, request, history), index_version=index_version)
        return await self.cache.has_exact(question)

    async def keep(self, turn: Turn, request: TurnRequest, history: Sequence[Message], finish: str) -> None:
        """Let a turn answer the same question again, if a paid model ended its answer by itself."""
        paid = any(usage.provider != FREE_PROVIDER and usage.purpose == "answer" for usage in turn.usage)
        whole = turn.finish_reason is FinishReason.ANSWERED and finish == "stop"
        if self.cache is not None and paid and whole and not request.skip_cache:
            await self.cache.keep(self._question(turn, request, history), turn.id)

    def _question(self, turn: Turn, request: TurnRequest, history: Sequence[Message]) -> CacheQuestion:
        return CacheQuestion(
            ledger=self.ledger.id,
            tenant=turn.tenant,
            prompt_version=turn.prompt_version,
            index_version=turn.index_version,
            question=request.message,
            access_groups=turn.access_groups,
            labels=request.labels,
            customer_tier=request.customer_tier,
            history=tuple(history),
            citations=tuple(hit.chunk_id for hit in turn.citations),
            has_personal_data=turn.question != request.message,
        )
