"""The rails of a configuration folder as the server's RailEngine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any

from server.domain import (
    ComponentState,
    ComponentStatus,
    Direction,
    Message,
    MessageRole,
    RailInfo,
    RailReport,
    RailVerdict,
)
from server.errors import SettingsError
from server.ports import CONFIGURED, CheckOptions
from server.rails.answer_guard import MASKING_RAIL, AnswerGuard, redaction
from server.rails.checks import RailRunner
from server.rails.configured import configured_rails
from server.rails.hold_back import MaskingStream, MayGrow
from server.rails.holds import Holds
from server.rails.masking import FindSpans, Masked, PublicTexts, mask
from server.rails.nemo import NemoRuntime
from server.rails.rail import Rail, Subject
from server.rails.remembered import RememberedVerdicts
from server.rails.trial import FIX as MEND_SLOW_RAIL
from server.rails.verdicts import blocks

_EARLIER_MESSAGES = 3


class NemoRailEngine:
    """Input, context and output rails run by NeMo Guardrails; one engine for all turns of the process."""

    def __init__(self, runtime: NemoRuntime, rails: dict[Direction, tuple[Rail, ...]]) -> None:
        self._runtime = runtime
        self._rails = rails
        self._runner = RailRunner(runtime, self.redact)
        self._on_chunks = RememberedVerdicts()
        self._find_spans = runtime.action("find_private_spans")
        self._may_grow = runtime.action("private_span_may_grow")
        self._canonical = runtime.action("canonical_private_values")
        self._with_names = bool(names := runtime.custom_data.get("names"))
        if names:
            self._find_spans, self._may_grow = _with_names(runtime, names)
        self._never_public = frozenset(runtime.custom_data.get("always_masked", ()))

    @classmethod
    def load(cls, config_dir: Path) -> NemoRailEngine:
        """Load a configuration folder and prove that its rails work; takes seconds.

        The folder's actions must include "find_private_spans" and "private_span_may_grow", by which texts are masked.
        Raises SettingsError where the folder does not load, or its own self-test (`custom_data.self_test`) fails.
        """
        if not (config_dir / "config.yml").is_file():
            raise SettingsError(
                f"{config_dir} has no config.yml.", fix="Set NIGHTDESK_GUARDRAILS_DIR to a rails folder."
            )
        runtime = NemoRuntime.load(config_dir)
        engine = cls(runtime, configured_rails(runtime, config_dir))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, engine._prove()).result()
        return engine

    @property
    def holds(self) -> Holds:
        """How long rails hold the event loop; `holds.ended()` ends those that do for too long."""
        return self._runner.holds

    @property
    def rails(self) -> Sequence[RailInfo]:
        """In the order in which they run: the cheap ones, NeMo's own flows, those that ask a model."""
        return [info for direction in Direction for info in self._in_order(direction)]

    @property
    def masks(self) -> Sequence[RailInfo]:
        """Of messages and of answers."""
        kinds = "Personal data and secrets, names of persons too," if self._with_names else "Personal data and secrets"
        always = f" Always masked: {', '.join(sorted(self._never_public))}." if self._never_public else ""
        told = {
            Direction.INPUT: f"{kinds} become placeholders in the record and the logs; the model reads the message.",
            Direction.OUTPUT: f"{kinds} become placeholders before the answer is shown, except what the message or a "
            f"citation that is no ticket gave.{always}",
        }
        return [RailInfo(MASKING_RAIL, side, 0.0, None, description=text) for side, text in told.items()]

    async def check_input(
        self, text: str, history: Sequence[Message] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport:
        """See RailEngine. Personal data in the message is masked in the report, and blocks nothing."""
        said = tuple(message.text for message in history if message.role is MessageRole.USER)
        verdicts = await self._check(Subject(Direction.INPUT, text, earlier=said[-_EARLIER_MESSAGES:]), options)
        return _report(
            Direction.INPUT, verdicts, Masked(text) if options.nothing_private else mask(self._find_spans, text)
        )

    async def check_context(self, text: str, options: CheckOptions = CONFIGURED) -> RailReport:
        """See RailEngine. A chunk that was checked before is not read again, unless a model judges it."""

        async def check() -> Sequence[RailVerdict]:
            return await self._check(Subject(Direction.CONTEXT, text), options)

        if any(rail.info.judged for rail in self._rails[Direction.CONTEXT]):
            return RailReport(text, tuple(await check()))
        return RailReport(text, tuple(await self._on_chunks.of(text, options.thresholds, check)))

    async def check_output(
        self, text: str, public: Sequence[str] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport:
        """See RailEngine. The answer is masked before the rails see it; a sentence rail's verdict is its strictest."""
        stream = self._stream(public)
        masked = _joined(stream.push(text), stream.finish())
        subject = Subject(Direction.OUTPUT, masked.text, sources=tuple(options.sources or public), public=tuple(public))
        verdicts = await self._check(subject, options)
        return _report(Direction.OUTPUT, verdicts, masked)

    async def guard_output(
        self, tokens: AsyncIterator[str], public: Sequence[str] = (), options: CheckOptions = CONFIGURED
    ) -> AsyncGenerator[str | RailVerdict, None]:
        """See RailEngine and AnswerGuard."""
        has_flows = bool(self._runtime.interpreted[Direction.OUTPUT])
        rails = self._rails[Direction.OUTPUT]
        guard = AnswerGuard(self._runner, rails, self._stream(public), public, options, has_flows=has_flows)
        try:
            async with aclosing(guard.run(tokens)) as items:
                async for item in items:
                    yield item
        finally:
            if isinstance(tokens, AsyncGenerator):
                await tokens.aclose()

    def redact(self, text: str) -> str:
        return mask(self._find_spans, text).text

    async def check(self) -> ComponentStatus:
        """Runs the configuration's self-test again, and names rails that had to be ended."""
        counts = (f"{len(self._in_order(direction))} {direction.value}" for direction in Direction)
        try:
            await self._prove()
        except SettingsError as error:
            return ComponentStatus("rails", "nemoguardrails", ComponentState.FAILED, error.message, error.fix)
        if overruns := self.holds.overruns:
            ended = ", ".join(f"{rail!r} ({times} times)" for rail, times in overruns.items())
            detail = f"Ended for holding the server up, so that their texts were not checked: {ended}"
            return ComponentStatus("rails", "nemoguardrails", ComponentState.DEGRADED, detail, MEND_SLOW_RAIL)
        return ComponentStatus("rails", "nemoguardrails", ComponentState.OK, f"{', '.join(counts)} rails")

    async def _check(self, subject: Subject, options: CheckOptions) -> list[RailVerdict]:
        return await self._runner.check_whole(self._rails[subject.direction], subject, options)

    def _in_order(self, direction: Direction) -> list[RailInfo]:
        infos = [rail.info for rail in self._rails[direction]]
        flows = (
            RailInfo(name, direction, 1.0, description="A flow of this configuration.")
            for name in self._runtime.interpreted[direction]
        )
        cheap, judged = ([info for info in infos if info.judged is asks] for asks in (False, True))
        return [*cheap, *flows, *judged]

    def _stream(self, public: Sequence[str]) -> MaskingStream:
        public_texts = PublicTexts(public, self._never_public, self._find_spans, self._canonical)
        return MaskingStream(self._find_spans, self._may_grow, public_texts)

    async def _prove(self) -> None:
        """Raises SettingsError unless texts are blocked, allowed and masked as the configuration's self-test says.

        No model is asked.
        """
        test = self._runtime.custom_data.get("self_test", {})
        texts = [test.get(name) for name in ("blocked", "allowed", "masked")]
        if not all(isinstance(text, str) for text in texts):
            raise SettingsError(
                "config.yml has no complete self-test.", fix="Set custom_data.self_test.blocked, .allowed and .masked."
            )
        blocked, allowed, private = texts
        for text, wanted, what in ((blocked, True, "do not block"), (allowed, False, "block")):
            verdicts = await self._runner.check_cheaply(self._rails[Direction.INPUT], Subject(Direction.INPUT, text))
            if blocks(verdicts) is not wanted:
                raise _failed_test(what, text)
        if self.redact(private) == private:
            raise _failed_test("do not mask", private)


def _with_names(runtime: NemoRuntime, names: Any) -> tuple[FindSpans, MayGrow]:
    """Raises SettingsError where what finds names is not installed."""
    try:
        opened = runtime.action("open_names")(names)
    except (ValueError, OSError, ImportError) as error:
        raise SettingsError(
            f"The rails' custom_data.names cannot be used: {error}.", fix="Install it, or set names to false."
        ) from error
    return opened.find, opened.may_grow


def _failed_test(what: str, text: str) -> SettingsError:
    return SettingsError(
        f"The rails {what} their self-test {text!r}.",
        fix="Look at custom_data.rails, rails.input.flows and the actions of the rails' folder.",
    )


def _report(direction: Direction, verdicts: Sequence[RailVerdict], masked: Masked) -> RailReport:
    redactions = (redaction(direction, masked.kinds),) if masked.kinds else ()
    return RailReport(masked.text, (*verdicts, *redactions))


def _joined(*pieces: Masked) -> Masked:
    return Masked("".join(piece.text for piece in pieces), tuple(kind for piece in pieces for kind in piece.kinds))
