"""One answer on its way through the output rails: what may be shown, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from server.domain import Direction, RailMode, RailVerdict, Verdict
from server.ports import CheckOptions
from server.rails.checks import PreparedCheck, RailRunner
from server.rails.hold_back import MaskingStream
from server.rails.masking import Masked
from server.rails.rail import Rail, Subject, Unit
from server.rails.sentence_checks import Check, SentenceChecks
from server.rails.sentences import Sentences
from server.rails.verdicts import Highest, blocks

_MODES = (RailMode.BLOCK, RailMode.FLAG)
MASKING_RAIL = "personal data"
LOOK_BACK = 400
"""Characters of the answer, already let go, that output rails see before what is next."""


class AnswerGuard:
    """Checks and holds back one answer.

    Each masked piece is checked with what went before it. A sentence rail that may block holds the text back to whole
    sentences; an answer rail that may block, or a flow that NeMo's interpreter runs, to its end. Rails that only watch
    hold nothing back.
    """

    def __init__(
        self,
        runner: RailRunner,
        rails: Sequence[Rail],
        masking: MaskingStream,
        public: Sequence[str],
        options: CheckOptions,
        *,
        has_flows: bool,
    ) -> None:
        self._runner, self._masking = runner, masking
        self._about = Subject(Direction.OUTPUT, "", sources=tuple(options.sources or public), public=tuple(public))

        def check(unit: Unit, *modes: RailMode) -> Check | None:
            chosen = [rail for rail in rails if rail.unit is unit and rail.info.mode in modes]
            # Of sentences, earlier ones may have been shown when there is no money for the next.
            must_be_paid = unit is Unit.ANSWER
            prepared = runner.prepare(chosen, self._about, options, must_be_paid=must_be_paid)
            return partial(_unless_blank, prepared) if chosen else None

        blocking, watching = (check(Unit.SENTENCE, mode) for mode in _MODES)
        self._blocking = SentenceChecks(blocking) if blocking else None
        self._watching = SentenceChecks(watching) if watching else None
        self._check_piece = check(Unit.PIECE, *_MODES)
        self._check_answer, self._watch_answer = (check(Unit.ANSWER, mode) for mode in _MODES)
        self._has_flows = has_flows
        self._highest = Highest()
        self._sentences = Sentences()
        self._window = ""
        self._answer: list[str] = []
        self._held: list[str] = []
        self._blocked = False

    async def run(self, tokens: AsyncIterator[str]) -> AsyncGenerator[str | RailVerdict, None]:
        """See RailEngine.guard_output."""
        try:
            async with aclosing(self._masked(tokens)) as pieces:
                async for piece in pieces:
                    for item in await self._piece(piece):
                        yield item
                    if self._blocked:
                        break
            if not self._blocked:
                async with aclosing(self._end()) as items:
                    async for item in items:
                        yield item
            for verdict in self._highest.allowed():
                yield verdict
        finally:
            for checks in (self._blocking, self._watching):
                if checks is not None:
                    await checks.close()

    async def _masked(self, tokens: AsyncIterator[str]) -> AsyncGenerator[Masked, None]:
        async for token in tokens:
            yield self._masking.push(token)
        yield self._masking.finish()

    async def _piece(self, piece: Masked) -> list[str | RailVerdict]:
        """What comes of one masked piece: verdicts, and text that may be shown."""
        items: list[str | RailVerdict] = [redaction(Direction.OUTPUT, (kind,)) for kind in piece.kinds]
        if piece.text:
            self._window = _tail(self._window) + piece.text
            if self._check_piece is not None:
                items += self._noted(await self._check_piece(self._window))
            if not self._blocked:
                self._answer.append(piece.text)
                items += self._passed(piece.text)
        if self._blocking or self._watching:
            items += await self._checked_sentences(self._blocking, self._watching)
        return items

    def _passed(self, text: str) -> list[str]:
        """Text that the rails of pieces let pass, as far as it may be shown at once."""
        if self._blocking or self._watching:
            self._add(self._sentences.push(text))
        return self._shown(text) if self._blocking is None else []

    def _add(self, sentences: Sequence[str]) -> None:
        for checks in (self._blocking, self._watching):
            if checks is not None:
                for sentence in sentences:
                    checks.add(sentence)

    async def _checked_sentences(self, *queues: SentenceChecks | None) -> list[str | RailVerdict]:
        """Verdicts on sentences whose checks have ended, and those that may be shown."""
        items: list[str | RailVerdict] = []
        for checks in queues:
            while checks is not None and not self._blocked and (ended := await checks.next()) is not None:
                items += self._of_sentence(checks, *ended)
        return items

    async def _awaited_sentences(self, checks: SentenceChecks | None) -> AsyncGenerator[str | RailVerdict, None]:
        """The same of all that are left, each as soon as it is there."""
        while checks is not None and not self._blocked and (ended := await checks.next(wait=True)) is not None:
            for item in self._of_sentence(checks, *ended):
                yield item

    def _of_sentence(
        self, checks: SentenceChecks, sentence: str, verdicts: Sequence[RailVerdict]
    ) -> list[str | RailVerdict]:
        items: list[str | RailVerdict] = [*self._noted(verdicts)]
        if checks is self._blocking and not self._blocked:
            items += self._shown(sentence)
        return items

    async def _end(self) -> AsyncGenerator[str | RailVerdict, None]:
        """What is due when the last piece has passed."""
        self._add(self._sentences.finish())
        for item in await self._checked_sentences(self._blocking, self._watching):
            yield item
        answer = "".join(self._answer)
        if self._has_flows and answer and not self._blocked:
            for verdict in self._noted(await self._runner.flows(replace(self._about, text=answer))):
                yield verdict
        if not self._blocked:
            async with aclosing(self._whole_answer(answer)) as items:
                async for item in items:
                    yield item

    async def _whole_answer(self, answer: str) -> AsyncGenerator[str | RailVerdict, None]:
        """The checks of all of it and of its last sentences, which wait for models at the same time.

        What was held back is shown once those that may block have passed; the others are awaited after that.
        """
        checks = [_begun(self._check_answer, answer)]
        try:
            await asyncio.sleep(0)  # One that asks nobody has ended then, and its block keeps the other from asking.
            if not checks[0].done() or not (checks[0].exception() or blocks(checks[0].result())):
                checks.append(_begun(self._watch_answer, answer))
            for sentences, check in zip((self._blocking, self._watching), checks, strict=False):
                async with aclosing(self._awaited_sentences(sentences)) as items:
                    async for item in items:
                        yield item
                for verdict in () if self._blocked else self._noted(await check):
                    yield verdict
                if self._blocked:
                    return
                if self._held:
                    yield "".join(self._held)
                    self._held.clear()
        finally:
            for check in checks:
                check.cancel()
            await asyncio.gather(*checks, return_exceptions=True)

    def _noted(self, verdicts: Sequence[RailVerdict]) -> list[RailVerdict]:
        """Those that are to be told now; a block ends the answer."""
        self._blocked = self._blocked or blocks(verdicts)
        return self._highest.note(verdicts)

    def _shown(self, text: str) -> list[str]:
        if not self._has_flows and self._check_answer is None:
            return [text]
        self._held.append(text)
        return []


def _begun(check: Check | None, answer: str) -> asyncio.Task[list[RailVerdict]]:
    return asyncio.create_task(check(answer) if check is not None else _nothing())


async def _nothing() -> list[RailVerdict]:
    return []


async def _unless_blank(check: PreparedCheck, text: str) -> list[RailVerdict]:
    return await check.all(text) if text.strip() else []


def redaction(direction: Direction, kinds: Sequence[str]) -> RailVerdict:
    detail = " ".join(f"[{kind}]" for kind in dict.fromkeys(kinds))
    return RailVerdict(MASKING_RAIL, direction, Verdict.REDACT, "personal_data", score=1.0, detail=detail)


def _tail(shown: str) -> str:
    """The end of what was let go, from a blank on, so that no link is cut in two."""
    if len(shown) <= LOOK_BACK:
        return shown
    tail = shown[-LOOK_BACK:]
    blank = tail.find(" ")
    return tail[blank + 1 :] if blank >= 0 else tail
