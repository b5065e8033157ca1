"""Rails run on one text: the cheap ones all, those that ask a model only where none of these blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from server.domain import RAIL_ERROR, Direction, RailVerdict, Verdict
from server.ports import CONFIGURED, CheckOptions
from server.rails.nemo import NemoRuntime
from server.rails.rail import Rail, Subject, Unit
from server.rails.sentences import split
from server.rails.verdicts import Highest, blocks, decide, failure

LONGEST_CHECK_SECONDS = 10.0
"""A rail of a team's own may ask a service that does not answer; a customer must not wait for it."""

log = structlog.get_logger(__name__)


class RailRunner:
    """Runs rails by NeMo's dispatcher and flows by its interpreter. Holds nothing of the texts.

    `seconds`: how long the rails that ask no model may take for one text, together.
    """

    def __init__(
        self, runtime: NemoRuntime, redact: Callable[[str], str], *, seconds: float = LONGEST_CHECK_SECONDS
    ) -> None:
        self._runtime = runtime
        self._redact = redact
        self._seconds = seconds

    async def check(self, rails: Sequence[Rail], subject: Subject, options: CheckOptions) -> list[RailVerdict]:
        """One verdict a rail; none of the judged rails where a cheap one blocks."""
        verdicts = await self._cheap(rails, subject, options)
        return verdicts if blocks(verdicts) else verdicts + await self._judged(rails, subject, options)

    async def check_whole(self, rails: Sequence[Rail], subject: Subject, options: CheckOptions) -> list[RailVerdict]:
        """One verdict a rail and flow on a whole text; that of a rail for sentences is its strictest.

        What costs more runs only where nothing blocked: first the flows of NeMo's interpreter, then the judged rails.
        """
        verdicts, parts = Highest(), _parts(rails, subject)
        for part, its_rails in parts:
            verdicts.note(await self._cheap(its_rails, part, options))
        if not verdicts.blocked:
            verdicts.note(await self.flows(subject))
        for part, its_rails in parts:
            if not verdicts.blocked:
                verdicts.note(await self._judged(its_rails, part, options))
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
        try:
            result = await self._runtime.run_flows(direction, subject.text, _of_nemo(subject))
        except Exception as error:  # noqa: BLE001 - whatever a team's flow raises must block, not pass
            return [_failed_flow(direction, type(error).__name__)]
        if result.blocked_by:
            return [RailVerdict(result.blocked_by, direction, Verdict.BLOCK, "policy", score=1.0, threshold=1.0)]
        if result.text.strip() != subject.text.strip():  # Only masking may change what passes.
            return [_failed_flow(direction, "the text was rewritten")]
        return [RailVerdict(name, direction, Verdict.ALLOW, threshold=1.0) for name in names]

    async def _cheap(self, rails: Sequence[Rail], subject: Subject, options: CheckOptions) -> list[RailVerdict]:
        """One verdict a rail; one that takes too long has failed, and so have those that were to run after it."""
        variables = self._variables(subject, options)
        cheap = [rail for rail in rails if not rail.info.judged]
        verdicts: list[RailVerdict] = []
        try:
            async with asyncio.timeout(self._seconds):
                for rail in cheap:
                    verdicts.append(await self._verdict(rail, variables, options))  # noqa: PERF401 - kept on a timeout
        except TimeoutError:
            late = cheap[len(verdicts) :]
            log.error("rails_timed_out", rail=late[0].info.name, seconds=self._seconds)
            verdicts += [failure(rail, options) for rail in late]
        return verdicts

    async def _judged(self, rails: Sequence[Rail], subject: Subject, options: CheckOptions) -> list[RailVerdict]:
        """At the same time: each waits for a model."""
        judged = [rail for rail in rails if rail.info.judged]
        if not judged:
            return []
        variables = self._variables(subject, options)
        return await asyncio.gather(*(self._verdict(rail, variables, options) for rail in judged))

    async def _verdict(self, rail: Rail, variables: Mapping[str, Any], options: CheckOptions) -> RailVerdict:
        if rail.info.judged and options.judge is None:
            return failure(rail, options)
        parameters = {name: variables.get(variable) for name, variable in rail.variables.items()}
        parameters.update(rail.constants)
        return decide(rail, await self._runtime.run(rail.action, parameters), options, self._redact)

    def _variables(self, subject: Subject, options: CheckOptions) -> dict[str, Any]:
        """By the names that rails know, and, where a flow is among them, by those of NeMo's flows."""
        variables = {
            "text": subject.text,
            "earlier": subject.earlier,
            "sources": subject.sources,
            "public": subject.public,
            "judge": options.judge,
            "caller": options.caller,
            "config": self._runtime.config,
        }
        if self._runtime.plain[subject.direction]:
            of_nemo = _of_nemo(subject)
            variables |= {"context": of_nemo, **of_nemo}
        return variables


def _failed_flow(direction: Direction, error: str) -> RailVerdict:
    log.error("rail_failed", rail="flow", direction=direction.value, error=error, passed=False)
    return RailVerdict("flow", direction, Verdict.BLOCK, RAIL_ERROR, score=1.0, threshold=1.0)


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
