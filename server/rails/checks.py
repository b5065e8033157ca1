"""Rails run on one text: the cheap ones all, those that ask a model only where none of these blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

import structlog

from server.domain import RAIL_ERROR, Direction, RailVerdict, Verdict
from server.errors import BudgetExhausted
from server.ports import CONFIGURED, CheckOptions
from server.rails.calls import RailCall
from server.rails.holds import Holds, RailOverran, RestOf
from server.rails.nemo import NemoRuntime
from server.rails.rail import Rail, Subject, Unit
from server.rails.sentences import split
from server.rails.verdicts import Highest, blocks, cause_of

LONGEST_CHECK_SECONDS = 10.0
"""A rail of a team's own may ask a service that does not answer; a customer must not wait for it."""

log = structlog.get_logger(__name__)


class RailRunner:
    """Runs rails, each by its RailCall, and flows by NeMo's interpreter. Holds nothing of the texts.

    `seconds`: how long the rails that ask no model may take for one text, together. `holds`: what runs them.
    """

    def __init__(
        self,
        runtime: NemoRuntime,
        redact: Callable[[str], str],
        *,
        seconds: float = LONGEST_CHECK_SECONDS,
        holds: Holds | None = None,
    ) -> None:
        self.holds = holds or Holds()
        self._runtime = runtime
        self._redact = redact
        self._seconds = seconds
        self._calls: dict[str, RailCall] = {}

    def prepare(
        self, rails: Sequence[Rail], subject: Subject, options: CheckOptions, *, must_be_paid: bool = True
    ) -> PreparedCheck:
        """A check of texts that differ in their text alone, as the pieces of an answer do.

        `must_be_paid`: a judged rail that blocks what it could not check raises BudgetExhausted where nobody could pay
        for its model; else that is a failure of the rail as any other.
        """
        return PreparedCheck(
            [self._call(rail) for rail in rails],
            _variables(self._runtime, subject, options),
            subject if self._runtime.plain[subject.direction] else None,
            options,
            holds=self.holds,
            seconds=self._seconds,
            must_be_paid=must_be_paid,
        )

    async def check_whole(self, rails: Sequence[Rail], subject: Subject, options: CheckOptions) -> list[RailVerdict]:
        """One verdict a rail and flow on a whole text; that of a rail for sentences is its strictest.

        What costs more runs only where nothing blocked: first the flows of NeMo's interpreter, then the judged rails.
        Raises BudgetExhausted.
        """
        verdicts = Highest()
        parts = [(part.text, self.prepare(its_rails, part, options)) for part, its_rails in _parts(rails, subject)]
        for text, check in parts:
            verdicts.note(await check.cheap(text))
        if not verdicts.blocked:
            verdicts.note(await self.flows(subject))
        for text, check in parts:
            if not verdicts.blocked:
                verdicts.note(await check.judged(text))
        return verdicts.all()

    async def check_cheaply(self, rails: Sequence[Rail], subject: Subject) -> list[RailVerdict]:
        """The verdicts on a whole text of all that asks no model of ours."""
        return await self.check_whole([rail for rail in rails if not rail.info.judged], subject, CONFIGURED)

    async def flows(self, subject: Subject) -> list[RailVerdict]:
        """The flows that NeMo's interpreter runs: all allow, or the one that blocked, or "flow" where one failed."""
        direction = subject.direction
        names = self._runtime.interpreted[direction]
        if not names:
            return []
        running = self._runtime.run_flows(direction, subject.text, _of_nemo(subject))
        try:
            result = await RestOf(self.holds, "flow", running)
        except (Exception, RailOverran) as error:  # noqa: BLE001 - whatever a team's flow raises must block, not pass
            return [_failed_flow(direction, cause_of(error))]
        if result.blocked_by:
            return [RailVerdict(result.blocked_by, direction, Verdict.BLOCK, "policy", score=1.0, threshold=1.0)]
        if result.text.strip() != subject.text.strip():  # Only masking may change what passes.
            return [_failed_flow(direction, "rewrote the text")]
        return [RailVerdict(name, direction, Verdict.ALLOW, threshold=1.0) for name in names]

    def _call(self, rail: Rail) -> RailCall:
        call = self._calls.get(rail.info.name)
        if call is None:
            call = self._calls[rail.info.name] = RailCall(rail, self._runtime, self._redact)
        return call


class PreparedCheck:
    """Some rails on one text after another. Texts may be checked side by side."""

    def __init__(
        self,
        calls: Sequence[RailCall],
        variables: Mapping[str, Any],
        of_nemo: Subject | None,
        options: CheckOptions,
        *,
        holds: Holds,
        seconds: float,
        must_be_paid: bool,
    ) -> None:
        """For RailRunner.prepare, which callers use. `of_nemo`: the subject, where a flow wants NeMo's variables."""
        self._cheap = [call for call in calls if not call.rail.info.judged]
        self._judged = [call for call in calls if call.rail.info.judged]
        self._variables, self._of_nemo, self._options = variables, of_nemo, options
        self._holds, self._seconds, self._must_be_paid = holds, seconds, must_be_paid

    async def all(self, text: str) -> list[RailVerdict]:
        """One verdict a rail; none of the judged rails where a cheap one blocks."""
        verdicts = await self.cheap(text)
        return verdicts if not self._judged or blocks(verdicts) else verdicts + await self.judged(text)

    async def cheap(self, text: str) -> list[RailVerdict]:
        """One verdict a rail; one that takes too long has failed, and so have those that were to run after it."""
        start = perf_counter()
        variables, verdicts = self._of(text), list[RailVerdict]()
        for number, call in enumerate(self._cheap):
            try:
                running = call.start(variables)
                done, result = self._holds.run(call.name, running.send)
                if done:
                    verdicts.append(call.verdict(result, self._options))
                    continue
            except (Exception, RailOverran) as error:  # noqa: BLE001 - whatever a team's rail raises is its failure
                verdicts.append(call.failed(error))
                continue
            try:
                async with asyncio.timeout(self._seconds - (perf_counter() - start)):
                    verdicts.append(await self._rest(call, RestOf(self._holds, call.name, running, result)))
            except TimeoutError:
                log.error("rails_timed_out", rail=call.name, seconds=self._seconds)
                return verdicts + [late.unasked("timed_out") for late in self._cheap[number:]]
        return verdicts

    async def judged(self, text: str) -> list[RailVerdict]:
        """At the same time: each waits for a model. Without a judge they have failed.

        Raises BudgetExhausted where a rail that must be paid could not be, and none of the others blocks.
        """
        if not self._judged:
            return []
        if self._options.judge is None:
            return [call.unasked("no model is configured") for call in self._judged]
        variables = self._of(text)
        asked = await asyncio.gather(*(self._ask(call, variables) for call in self._judged), return_exceptions=True)
        verdicts = [found for found in asked if isinstance(found, RailVerdict)]
        for error in asked:
            if isinstance(error, BaseException) and not blocks(verdicts):
                raise error
        return verdicts

    async def _ask(self, call: RailCall, variables: Mapping[str, Any]) -> RailVerdict:
        """Raises BudgetExhausted where the rail would block for want of money."""
        return await self._rest(call, RestOf(self._holds, call.name, call.start(variables)))

    async def _rest(self, call: RailCall, rest: RestOf) -> RailVerdict:
        try:
            return call.verdict(await rest, self._options)
        except BudgetExhausted as error:
            if self._must_be_paid and not call.rail.info.fails_open:
                raise
            return call.failed(error)
        except (Exception, RailOverran) as error:  # noqa: BLE001 - whatever a team's rail raises is its failure
            return call.failed(error)

    def _of(self, text: str) -> dict[str, Any]:
        """By the names that rails know, and, where a flow is among them, by those of NeMo's flows."""
        if self._of_nemo is None:
            return {**self._variables, "text": text}
        of_nemo = _of_nemo(replace(self._of_nemo, text=text))
        return {**self._variables, "text": text, "context": of_nemo, **of_nemo}


def _variables(runtime: NemoRuntime, subject: Subject, options: CheckOptions) -> dict[str, Any]:
    """All but the text."""
    return {
        "earlier": subject.earlier,
        "sources": subject.sources,
        "public": subject.public,
        "judge": options.judge,
        "caller": options.caller,
        "config": runtime.config,
    }


def _failed_flow(direction: Direction, cause: str) -> RailVerdict:
    log.error("rail_failed", rail="flow", direction=direction.value, cause=cause, passed=False)
    return RailVerdict("flow", direction, Verdict.BLOCK, RAIL_ERROR, detail=cause)


def _parts(rails: Sequence[Rail], subject: Subject) -> list[tuple[Subject, list[Rail]]]:
    """The text with the rails that see all of it, then each sentence with those that see one at a time."""
    by_sentence = [rail for rail in rails if rail.unit is Unit.SENTENCE and subject.direction is Direction.OUTPUT]
    if not by_sentence:
        return [(subject, list(rails))]
    sentences = [replace(subject, text=sentence) for sentence in split(subject.text) if sentence.strip()]
    return [
        (subject, [rail for rail in rails if rail not in by_sentence]),
        *((sentence, by_sentence) for sentence in sentences),
    ]


def _of_nemo(subject: Subject) -> dict[str, Any]:
    match subject.direction:
        case Direction.INPUT:
            return {"user_message": subject.text, "earlier_user_messages": list(subject.earlier)}
        case Direction.CONTEXT:
            return {"relevant_chunks": subject.text}
        case Direction.OUTPUT:
            return {"bot_message": subject.text, "relevant_chunks": "\n".join(subject.public)}
