"""How much CPU does a streamed chunk cost through our adapters, beside the plain SDKs in the same run?

Both read the same loopback upstream, which runs in a process of its own. A chunk is one token, in an event of its own.
CPU is this process's while all streams of a round are flowing; "CPU, call" is that of the whole calls, with building
and sending the requests. "Lag" is from the upstream's write to the reader's hands. Medians over rounds that take turns;
the ratio is the SDK with its default client over ours, by round.

    python -m benchmarks.models.stream_cpu [--rounds 7] [--port 0]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from statistics import median

import anthropic
import openai
import uvloop

from benchmarks.machine import machine
from benchmarks.models.endpoints import loopback_endpoint
from benchmarks.models.upstream import DELAY, upstream
from server.domain import ModelRequest, TextDelta
from server.models.anthropic import AnthropicModel
from server.models.chat_model import ChatModel
from server.models.endpoint import Timeouts
from server.models.openai import OpenAIModel
from server.models.responses import ResponsesModel

TOKENS = 200
ROUNDS = {"paced": (8, 1), "fast": (1, 10)}
"""Streams at the same time, and how often, in one round."""
QUESTION = "How long does a refund take?"
REQUEST = ModelRequest("Answer from the passages.", (), QUESTION, QUESTION, (), 500)
Texts = AsyncIterator[str]


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read a stream's texts; the first of an API's readers is ours, the second its SDK as it comes."""

    name: str
    texts: Callable[[], Texts]
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Measured:
    """One round, in microseconds a chunk: CPU of the stream, CPU with the request, wall time, median lag."""

    stream_cpu: float
    call_cpu: float
    wall: float
    lag: float


def ours(model_type: type[OpenAIModel | ResponsesModel | AnthropicModel], url: str) -> Reader:
    endpoint = loopback_endpoint("bench", "twin-large", url)
    model: ChatModel = model_type(endpoint, Timeouts(20, 15, 120))

    async def texts() -> Texts:
        async with aclosing(model.stream(REQUEST)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    yield event.text

    return Reader("ours", texts, model.close)


def chat_readers(url: str) -> list[Reader]:
    def sdk(name: str, client: openai.AsyncOpenAI) -> Reader:
        async def texts() -> Texts:
            stream = await client.chat.completions.create(
                model="twin-large", messages=[{"role": "user", "content": QUESTION}], stream=True
            )
            async for chunk in stream:
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    yield text

        return Reader(name, texts, client.close)

    return [ours(OpenAIModel, f"{url}/v1"), *(sdk(name, client) for name, client in openai_clients(f"{url}/v1"))]


def responses_readers(url: str) -> list[Reader]:
    def sdk(name: str, client: openai.AsyncOpenAI) -> Reader:
        async def texts() -> Texts:
            stream = await client.responses.create(model="twin-large", input=QUESTION, stream=True)
            async for event in stream:
                if event.type == "response.output_text.delta":
                    yield event.delta

        return Reader(name, texts, client.close)

    return [ours(ResponsesModel, f"{url}/v1"), *(sdk(name, client) for name, client in openai_clients(f"{url}/v1"))]


def anthropic_readers(url: str) -> list[Reader]:
    def sdk(name: str, client: anthropic.AsyncAnthropic) -> Reader:
        async def texts() -> Texts:
            stream = await client.messages.create(
                model="twin-large", messages=[{"role": "user", "content": QUESTION}], max_tokens=500, stream=True
            )
            async for event in stream:
                if event.type == "content_block_delta" and event.delta.type == "text_delta":
                    yield event.delta.text

        return Reader(name, texts, client.close)

    def helper(client: anthropic.AsyncAnthropic) -> Reader:
        async def texts() -> Texts:
            async with client.messages.stream(
                model="twin-large", messages=[{"role": "user", "content": QUESTION}], max_tokens=500
            ) as stream:
                async for text in stream.text_stream:
                    yield text

        return Reader("SDK, messages.stream", texts, client.close)

    aiohttp = anthropic.AsyncAnthropic(api_key="key", base_url=url, http_client=anthropic.DefaultAioHttpClient())
    return [
        ours(AnthropicModel, url),
        sdk("SDK", anthropic.AsyncAnthropic(api_key="key", base_url=url)),
        sdk("SDK, aiohttp", aiohttp),
        helper(anthropic.AsyncAnthropic(api_key="key", base_url=url)),
    ]


def openai_clients(url: str) -> list[tuple[str, openai.AsyncOpenAI]]:
    aiohttp = openai.AsyncOpenAI(api_key="key", base_url=url, http_client=openai.DefaultAioHttpClient())
    return [("SDK", openai.AsyncOpenAI(api_key="key", base_url=url)), ("SDK, aiohttp", aiohttp)]


class Window:
    """What happens while all of `streams` are flowing: from the last one's first text to the first one's end."""

    def __init__(self, streams: int) -> None:
        self.tokens = 0
        self.cpu = 0.0
        self.lags: list[int] = []
        self._silent = streams
        self._opened = 0.0

    async def read(self, reader: Reader) -> None:
        count = 0
        async for text in reader.texts():
            now = time.monotonic_ns() // 1000
            written = [int(word) for word in text.split()]
            if self._opened and not self.cpu:
                self.tokens += len(written)
                self.lags += [now - moment for moment in written]
            if not count:
                self._begin()
            count += len(written)
        self.cpu = self.cpu or time.process_time() - self._opened
        assert count == TOKENS, f"{reader.name} read {count} tokens"

    def _begin(self) -> None:
        self._silent -= 1
        if not self._silent:
            self._opened = time.process_time()


async def measure(reader: Reader, streams: int, times: int) -> Measured:
    windows = [Window(streams) for _ in range(times)]
    cpu, wall = time.process_time(), time.perf_counter()
    for window in windows:
        await asyncio.gather(*(window.read(reader) for _ in range(streams)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    chunks = streams * times * TOKENS / 1e6
    flowing = sum(window.cpu for window in windows) / sum(window.tokens for window in windows) * 1e6
    return Measured(flowing, cpu / chunks, wall / chunks, median(lag for window in windows for lag in window.lags))


async def compare(readers: Sequence[Reader], pace: str, rounds: int) -> None:
    measured: dict[str, list[Measured]] = {reader.name: [] for reader in readers}
    for reader in readers:
        await measure(reader, 1, 1)
    for _ in range(rounds):
        for reader in readers:
            measured[reader.name].append(await measure(reader, *ROUNDS[pace]))
    own, plain = (measured[reader.name] for reader in readers[:2])
    for name, each in measured.items():
        stream, call = median(one.stream_cpu for one in each), median(one.call_cpu for one in each)
        wall, lag = median(one.wall for one in each), median(one.lag for one in each)
        print(f"    {name:<22}{stream:>9.1f}{call:>11.1f}{wall:>9.0f}{lag:>9.0f}")
    by_stream = sorted(theirs.stream_cpu / one.stream_cpu for theirs, one in zip(plain, own, strict=True))
    by_call = median(theirs.call_cpu / one.call_cpu for theirs, one in zip(plain, own, strict=True))
    print(
        f"    SDK / ours: {median(by_stream):.1f} (rounds {by_stream[0]:.1f} to {by_stream[-1]:.1f}); "
        f"with the request {by_call:.1f}"
    )
    for reader in readers:
        await reader.close()


async def run(url: str, rounds: int) -> None:
    apis = {"Chat Completions": chat_readers, "Responses": responses_readers, "Anthropic Messages": anthropic_readers}
    paces = {
        "paced": f"{ROUNDS['paced'][0]} streams at a time, one token a network write, {DELAY * 1000:g} ms apart",
        "fast": "one stream at a time, as fast as the upstream can",
    }
    print(f"Microseconds a chunk, medians of {rounds} rounds, {TOKENS} tokens a stream")
    for pace, what in paces.items():
        for api, readers in apis.items():
            print(f"\n{api}, {what}\n    {'':<22}{'CPU':>9}{'CPU, call':>11}{'wall':>9}{'lag p50':>9}")
            await compare(readers(f"{url}/{pace}/{TOKENS}"), pace, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--port", type=int, default=0, help="the upstream's; 0 takes a free one")
    arguments = parser.parse_args()
    print(machine("openai", "anthropic", "httpx2", "aiohttp", "uvloop"))
    print(f"load {os.getloadavg()[0]:.1f} before")
    with upstream(arguments.port) as url:
        uvloop.run(run(url, arguments.rounds))
    print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
