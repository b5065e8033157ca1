"""How many tokens a call takes: at most, before it is made, and about, where the provider never told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.domain import ModelEvent, ModelRequest, ModelStarted, TextDelta, Usage
from server.domain.token_estimate import BYTES_PER_TOKEN, estimate_tokens

TOKENS_PER_MESSAGE = 16
"""More than any chat format adds to a message: OpenAI's adds 3 or 4, Llama's and Qwen's 5."""
TOKENS_PER_CALL = 256
"""For what an adapter or a provider puts around the messages: the reply's opening, how to continue a begun answer."""
MEMORY = 0.98
"""What earlier calls weigh against each new one: about the last fifty count."""


def most_input_tokens(request: ModelRequest) -> int:
    """No request has more tokens: byte-level tokenizers make at most one of each byte of UTF-8."""
    texts = _texts(request)
    return sum(len(text.encode(errors="replace")) for text in texts) + TOKENS_PER_MESSAGE * len(texts) + TOKENS_PER_CALL


@dataclass(slots=True)
class Received:
    """What has come of an answer so far."""

    started: bool = False
    """Whether the provider has taken the request; models that do not say so show it by their first text."""
    told: Usage | None = None
    """The counts that the provider told when it began."""
    pieces: int = 0
    bytes: int = 0

    def see(self, event: ModelEvent) -> None:
        self.started = True
        if isinstance(event, TextDelta):
            self.pieces += event.pieces
            self.bytes += len(event.text.encode(errors="replace"))
        elif isinstance(event, ModelStarted):
            self.told = event.usage


@dataclass(slots=True)
class _Sums:
    """Of the calls so far, newer ones weighing more: what was told, and what it was told of."""

    calls: float = 0.0
    fresh: float = 0.0
    read: float = 0.0
    written: float = 0.0
    output: float = 0.0
    reasoning: float = 0.0
    guessed_input: float = 0.0
    pieces: float = 0.0
    bytes: float = 0.0

    def add(self, **values: float) -> None:
        for name, value in values.items():
            setattr(self, name, getattr(self, name) * MEMORY + value)


class Calibration:
    """How one deployment counts, learnt from the calls whose counts it told.

    Input is the length of the texts times what such lengths came to before, cached or not. Output has two measures.
    OpenAI and most servers stream a token a piece, so that their number is exact; Anthropic puts several tokens into
    one, and then the bytes tell more. Which it is shows in the calls before: close to one token a piece means the
    former. Before the first call is known it is the greater of both, as a piece has at least one token. An answer that
    has begun has had its reasoning, as much as others had on average.
    """

    def __init__(self) -> None:
        self._sums = _Sums()

    def learn(self, request: ModelRequest, received: Received, usage: Usage) -> None:
        """`usage` are the counts that the provider told of a call that is complete."""
        self._sums.add(
            calls=1,
            fresh=usage.uncached_input_tokens,
            read=usage.cache_read_tokens,
            written=usage.cache_write_tokens,
            output=usage.output_tokens,
            reasoning=usage.reasoning_tokens,
            guessed_input=_guess(request),
            pieces=received.pieces,
            bytes=received.bytes,
        )

    def estimate(self, request: ModelRequest, received: Received, usage: Usage) -> Usage:
        """`usage`, which has the names, with the counts of a call that came so far; told ones are kept."""
        counted = received.told or self._with_input(request, usage)
        reasoning = self._sums.reasoning / self._sums.calls if received.pieces and self._sums.calls else 0
        return replace(
            counted,
            output_tokens=max(counted.output_tokens, self._output_tokens(received)),
            reasoning_tokens=max(counted.reasoning_tokens, round(reasoning)),
            cost_nanos=None,
            estimated=True,
        )

    def _with_input(self, request: ModelRequest, usage: Usage) -> Usage:
        sums, guess = self._sums, _guess(request)
        if not sums.guessed_input:
            return replace(usage, uncached_input_tokens=guess)
        ratio = guess / sums.guessed_input
        return replace(
            usage,
            uncached_input_tokens=round(sums.fresh * ratio),
            cache_read_tokens=round(sums.read * ratio),
            cache_write_tokens=round(sums.written * ratio),
        )

    def _output_tokens(self, received: Received) -> int:
        sums = self._sums
        if not (sums.pieces and sums.bytes):
            return max(received.pieces, round(received.bytes / BYTES_PER_TOKEN))
        if 0.9 <= sums.output / sums.pieces <= 1.1:
            return received.pieces
        return max(received.pieces, round(received.bytes * sums.output / sums.bytes))


def _guess(request: ModelRequest) -> int:
    return sum(estimate_tokens(text) for text in _texts(request))


def _texts(request: ModelRequest) -> list[str]:
    texts = [request.system, *(message.text for message in request.history), request.question, request.begun]
    return [text for text in texts if text]
