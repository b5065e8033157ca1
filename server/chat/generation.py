"""The answer's text as a model writes it, and the extractive answer where the model fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from server.chat import replies
from server.domain import ModelFinished, ModelRequest, RouteSwitch, TextDelta, Turn
from server.errors import ModelError
from server.ledger.pricing import priced
from server.ports import Model

log = structlog.get_logger()


@dataclass(slots=True)
class Generation:
    """How a generation went: `finish` is stop, length, refusal or unanswered, as the model said."""

    finish: str = ""
    degraded: bool = False


async def generate(
    turn: Turn, request: ModelRequest, model: Model, fallback: Model, generation: Generation
) -> AsyncGenerator[str, None]:
    """Stream the model's text; where it fails, also in mid-stream, the fallback's text follows.

    Usage and route switches are noted on `turn`, the end on `generation`. Raises ModelError where `fallback` fails too.
    """
    written = False
    try:
        async with aclosing(_stream(turn, request, model, generation)) as texts:
            async for text in texts:
                written = True
                yield text
        if not written and generation.finish in ("stop", "length"):
            raise ModelError(f"{model.name} finished without a word.", reason="BAD_RESPONSE")
    except ModelError as error:
        if model is fallback:
            raise
        log.warning("model_failed", model=model.name, reason=error.reason, in_mid_stream=written)
        turn.route_switches.append(RouteSwitch(model.name, fallback.name, error.reason.lower()))
        generation.degraded = True
        yield f"\n\n{replies.INTERRUPTED}\n\n" if written else f"{replies.INTERRUPTED}\n\n"
        async with aclosing(_stream(turn, request, fallback, generation)) as texts:
            async for text in texts:
                yield text
        if generation.finish == "unanswered":
            yield replies.NOTHING_TO_FALL_BACK_ON


async def _stream(turn: Turn, request: ModelRequest, model: Model, generation: Generation) -> AsyncGenerator[str, None]:
    # The upstream call ends with the turn, however the turn ends.
    async with aclosing(model.stream(request)) as events:
        async for event in events:
            match event:
                case TextDelta(text):
                    yield text
                case ModelFinished(reason, usage):
                    turn.usage.append(priced(usage))
                    generation.finish = reason
