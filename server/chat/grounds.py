"""What a turn may answer from: the input rails' word, and the passages that pass the context rails."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from server.chat.cached import EarlierAnswers
from server.chat.generation import AnswerWriter
from server.chat.search_question import model_may_write, write_search_question
from server.chat.searchable import searchable
from server.chat.timing import Stopwatch
from server.domain import Hit, Message, PromptVersion, RailReport, Turn, TurnRequest, Verdict
from server.errors import FailedPrecondition
from server.knowledge.bundle_options import bundle_options
from server.knowledge.retrieve import Retrieval, Retriever
from server.knowledge.search_question import SearchQuestion
from server.ports import CheckOptions, RailEngine
from server.rails.verdicts import Highest

_NOT_SEARCHED = Retrieval((), "", "", 0.0)


@dataclass(frozen=True, slots=True)
class Grounds:
    """Checks a message and finds passages for it. `search_question_timeout`: the seconds a model may take to write a
    search question."""

    rails: RailEngine
    retriever: Retriever
    writer: AnswerWriter
    answers: EarlierAnswers
    search_question_timeout: float = 2.0

    async def check_and_retrieve(
        self,
        turn: Turn,
        request: TurnRequest,
        version: PromptVersion,
        history: tuple[Message, ...],
        options: CheckOptions,
        watch: Stopwatch,
    ) -> tuple[RailReport, Retrieval]:
        """Input rails and retrieval, side by side: neither spends model money.

        Where a model writes the search question, which does, retrieval waits for the rails, and a block leaves it out.
        None is written for a question that was answered before.
        """
        question = searchable(turn.question)

        async def check() -> RailReport:
            with watch.stage("input_rails"):
                return await self.rails.check_input(request.message, history, options)

        async def retrieve(written: SearchQuestion | None = None) -> Retrieval:
            options = bundle_options(version.bundle, question)
            options = replace(options, labels=request.labels, access_groups=turn.access_groups)
            if written is not None:
                options = replace(options, searched=written)
            with watch.stage("retrieval"):
                return await self.retriever.retrieve(turn.tenant, question, history, options=options)

        ask = self.writer.search_question_writer(turn, request, version)
        if ask is None or not model_may_write(version.bundle, question, history):
            return await asyncio.gather(check(), retrieve())
        index_version = (await self.retriever.stats(turn.tenant)).version
        if await self.answers.has_exact(turn, request, history, index_version):
            return await asyncio.gather(check(), retrieve())
        report = await check()
        if report.blocked is not None:
            return report, _NOT_SEARCHED
        with watch.stage("search_question"):
            written = await write_search_question(
                turn.id, ask, question, history, redact=self.rails.redact, timeout=self.search_question_timeout
            )
        return report, await retrieve(written)

    async def screen(self, turn: Turn, hits: tuple[Hit, ...], options: CheckOptions) -> tuple[Hit, ...]:
        """The chunks that no context rail blocks. What a reviewer released is not asked about again.

        Noted are the verdicts that say more than allow, and the highest score of each rail that allowed all.
        """
        suspects = [hit for hit in hits if not hit.released]
        reports = await asyncio.gather(*(self.rails.check_context(hit.text, options) for hit in suspects))
        highest = Highest()
        for report in reports:
            highest.note(report.verdicts)
            turn.rail_verdicts.extend(verdict for verdict in report.verdicts if verdict.verdict is not Verdict.ALLOW)
        turn.rail_verdicts.extend(verdict for verdict in highest.allowed() if verdict.score)
        blocked = {hit.chunk_id for hit, report in zip(suspects, reports, strict=True) if report.blocked is not None}
        return tuple(hit for hit in hits if hit.chunk_id not in blocked)

    async def require_knowledge(self, tenant: str) -> None:
        """Raises FailedPrecondition where the tenant has no documents: that is not the customer's question's fault."""
        stats = await self.retriever.stats(tenant)
        if stats.document_count == 0:
            raise FailedPrecondition(
                "The knowledge base is empty.",
                reason="KNOWLEDGE_BASE_EMPTY",
                fix="Put documents in with `nightdesk ingest PATH` or IngestService.Ingest.",
            )
