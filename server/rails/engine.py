"""The rails of a configuration folder as the server's RailEngine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from server.domain import (
    ComponentState,
    ComponentStatus,
    Direction,
    Message,
    MessageRole,
    RailReport,
    RailVerdict,
    Verdict,
)
from server.errors import SettingsError
from server.rails.hold_back import MaskingStream
from server.rails.masking import Masked, PublicTexts, mask
from server.rails.nemo import NemoRuntime, Rail

if TYPE_CHECKING:
    from nemoguardrails.actions.rail_outcome import RailOutcome

log = structlog.get_logger(__name__)

RAIL_ERROR = "rail_error"
MASKING_RAIL = "personal data"
LOOK_BACK = 400
"""Characters of the answer, already let go, that output rails see before what is next."""
_EARLIER_MESSAGES = 3
_DETAIL_LENGTH = 120


class NemoRailEngine:
    """Input, context and output rails run by NeMo Guardrails; one engine for all turns of the process."""

    def __init__(self, runtime: NemoRuntime) -> None:
        self._runtime = runtime
        self._find_spans = runtime.action("find_private_spans")
        self._may_grow = runtime.action("private_span_may_grow")
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
        engine = cls(NemoRuntime.load(config_dir))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, engine._prove()).result()
        return engine

    async def check_input(self, text: str, history: Sequence[Message] = ()) -> RailReport:
        """The input rails' verdicts on a message, up to the first block.

        Personal data in it is masked in the report, and blocks nothing.
        """
        said = [message.text for message in history if message.role is MessageRole.USER]
        variables = {"user_message": text, "earlier_user_messages": said[-_EARLIER_MESSAGES:]}
        return self._report(Direction.INPUT, await self._verdicts(Direction.INPUT, text, variables), self._mask(text))

    async def check_context(self, text: str) -> RailReport:
        """The context rails' verdicts on a chunk, up to the first block."""
        verdicts = await self._verdicts(Direction.CONTEXT, text, {"relevant_chunks": text})
        return RailReport(text, tuple(verdicts))

    async def check_output(self, text: str) -> RailReport:
        """The output rails' verdicts on a whole answer, masked before they see it."""
        masked = _joined(*self._pieces(self._stream(()), text))
        verdicts = await self._verdicts(Direction.OUTPUT, masked.text, _answer(masked.text, ()))
        return self._report(Direction.OUTPUT, verdicts, masked)

    async def guard_output(
        self, tokens: AsyncIterator[str], public: Sequence[str] = ()
    ) -> AsyncGenerator[str | RailVerdict, None]:
        """See RailEngine. Where a flow with its own logic checks answers, the whole answer is held back for it."""
        stream = self._stream(public)
        shown = ""
        async with AsyncExitStack() as stack:
            if isinstance(tokens, AsyncGenerator):
                stack.push_async_callback(tokens.aclose)
            pieces = await stack.enter_async_context(aclosing(self._masked(tokens, stream)))
            async for piece in pieces:
                for kind in piece.kinds:
                    yield _redaction(Direction.OUTPUT, (kind,))
                if not piece.text:
                    continue
                window = _tail(shown) + piece.text
                verdicts = await self._verdicts(Direction.OUTPUT, window, _answer(window, public))
                blocked = next((verdict for verdict in verdicts if verdict.verdict is Verdict.BLOCK), None)
                if blocked is not None:
                    yield blocked
                    return
                shown = window
                yield piece.text

    def redact(self, text: str) -> str:
        return self._mask(text).text

    async def check(self) -> ComponentStatus:
        """Runs the configuration's self-test again."""
        counts = {
            direction.value: len(self._runtime.rails[direction]) + len(self._runtime.flows[direction])
            for direction in Direction
        }
        detail = ", ".join(f"{count} {direction}" for direction, count in counts.items())
        try:
            await self._prove()
        except SettingsError as error:
            return ComponentStatus("rails", "nemoguardrails", ComponentState.FAILED, error.message, error.fix)
        return ComponentStatus("rails", "nemoguardrails", ComponentState.OK, f"{detail} rails")

    async def _verdicts(self, direction: Direction, text: str, variables: Mapping[str, Any]) -> list[RailVerdict]:
        """One verdict a rail, in their order, up to the first block."""
        verdicts: list[RailVerdict] = []
        for rail in self._runtime.rails[direction]:
            verdicts.append(self._verdict(direction, rail, await self._runtime.run(rail, variables)))
            if verdicts[-1].verdict is Verdict.BLOCK:
                return verdicts
        if self._runtime.flows[direction]:
            verdicts.append(await self._flow_verdict(direction, text, variables))
        return verdicts

    def _verdict(self, direction: Direction, rail: Rail, outcome: RailOutcome | None) -> RailVerdict:
        if outcome is None or outcome.failed or outcome.is_transform:
            log.error("rail_failed", rail=rail.name, direction=direction.value)
            return RailVerdict(rail.name, direction, Verdict.BLOCK, RAIL_ERROR, score=1.0)
        score, threshold = (float(outcome.metadata.get(name, 0.0)) for name in ("score", "threshold"))
        if not outcome.is_blocked:
            return RailVerdict(rail.name, direction, Verdict.ALLOW, "", score, threshold)
        category = str(outcome.metadata.get("category", "policy"))
        detail = self.redact(str(outcome.metadata.get("evidence", "")))[:_DETAIL_LENGTH]
        return RailVerdict(rail.name, direction, Verdict.BLOCK, category, score, threshold, detail)

    async def _flow_verdict(self, direction: Direction, text: str, variables: Mapping[str, Any]) -> RailVerdict:
        """One verdict for all flows that NeMo's interpreter runs. A flow that rewrites the text fails: see masking."""
        try:
            result = await self._runtime.run_flows(direction, text, variables)
        except Exception as error:  # noqa: BLE001 - whatever a team's flow raises must block, not pass
            log.error("rail_failed", rail="flow", direction=direction.value, error=type(error).__name__)
            return RailVerdict("flow", direction, Verdict.BLOCK, RAIL_ERROR, score=1.0)
        if result.blocked_by:
            return RailVerdict(result.blocked_by, direction, Verdict.BLOCK, "policy", score=1.0)
        return RailVerdict("flow", direction, Verdict.ALLOW)

    def _report(self, direction: Direction, verdicts: Sequence[RailVerdict], masked: Masked) -> RailReport:
        redactions = (_redaction(direction, masked.kinds),) if masked.kinds else ()
        return RailReport(masked.text, (*verdicts, *redactions))

    def _mask(self, text: str) -> Masked:
        return mask(self._find_spans, text)

    def _stream(self, public: Sequence[str]) -> MaskingStream:
        return MaskingStream(self._find_spans, self._may_grow, PublicTexts(public, self._never_public))

    async def _masked(self, tokens: AsyncIterator[str], stream: MaskingStream) -> AsyncGenerator[Masked, None]:
        if self._runtime.flows[Direction.OUTPUT]:
            yield _joined(*self._pieces(stream, "".join([token async for token in tokens])))
            return
        async for token in tokens:
            yield stream.push(token)
        yield stream.finish()

    @staticmethod
    def _pieces(stream: MaskingStream, text: str) -> tuple[Masked, Masked]:
        return stream.push(text), stream.finish()

    async def _prove(self) -> None:
        """Raises SettingsError unless texts are blocked, allowed and masked as the configuration's self-test says."""
        test = self._runtime.custom_data.get("self_test", {})
        texts = [test.get(name) for name in ("blocked", "allowed", "masked")]
        if not all(isinstance(text, str) for text in texts):
            raise SettingsError(
                "config.yml has no complete self-test.", fix="Set custom_data.self_test.blocked, .allowed and .masked."
            )
        blocked, allowed, private = texts
        if (await self.check_input(blocked)).blocked is None:
            raise _failed_test("do not block", blocked)
        if (await self.check_input(allowed)).blocked is not None:
            raise _failed_test("block", allowed)
        if self.redact(private) == private:
            raise _failed_test("do not mask", private)


def _failed_test(what: str, text: str) -> SettingsError:
    return SettingsError(
        f"The rails {what} their self-test {text!r}.",
        fix="Look at rails.input.flows, custom_data.thresholds and the actions of the rails' folder.",
    )


def _answer(text: str, public: Sequence[str]) -> dict[str, Any]:
    return {"bot_message": text, "relevant_chunks": "\n".join(public)}


def _redaction(direction: Direction, kinds: Sequence[str]) -> RailVerdict:
    detail = " ".join(f"[{kind}]" for kind in dict.fromkeys(kinds))
    return RailVerdict(MASKING_RAIL, direction, Verdict.REDACT, "personal_data", score=1.0, detail=detail)


def _joined(*pieces: Masked) -> Masked:
    return Masked("".join(piece.text for piece in pieces), tuple(kind for piece in pieces for kind in piece.kinds))


def _tail(shown: str) -> str:
    """The end of what was let go, from a blank on, so that no link is cut in two."""
    if len(shown) <= LOOK_BACK:
        return shown
    tail = shown[-LOOK_BACK:]
    blank = tail.find(" ")
    return tail[blank + 1 :] if blank >= 0 else tail
