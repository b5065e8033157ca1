"""A provider for the ledger's benchmark: two protocols, faults on demand, and a count of its own of what it charges.

`python -m benchmarks.models.counting_upstream` prints its address and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import uvicorn

from tests.twins.anthropic import AnthropicTwin
from tests.twins.loopback import Fault, Script, Twin
from tests.twins.openai import OpenAITwin

PLAN = re.compile(r"PLAN (\{.*\})")
FIRST_TOKEN_SECONDS, CHUNK_SECONDS = 0.3, 0.02
REFUSALS = {"rate_limited": (429, Fault.RATE_LIMITED), "server_error": (500, Fault.SERVER_ERROR)}


@dataclass(frozen=True)
class Plan:
    """What is to become of one call; it travels at the end of the question.

    `deltas` has the tokens of each piece of text; `fault` is rate_limited, server_error, slow_start, cut, stall,
    no_usage or empty.
    """

    call: str
    fault: str
    deltas: list[int]
    cached: bool
    reasoning: int

    def question(self, text: str) -> str:
        return f"{text} PLAN {json.dumps(asdict(self))}"


@dataclass
class Charged:
    """What the provider counts for one call, as far as it got."""

    fresh: int = 0
    read: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0
    told: bool = False
    """Whether its counts were sent to the end of the answer."""


class Upstream:
    """An ASGI application."""

    def __init__(self) -> None:
        self.charged: dict[str, Charged] = {}
        self._openai, self._anthropic = OpenAITwin(), AnthropicTwin()

    async def serve(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/charged":
            await _answer(send, 200, {call: asdict(charged) for call, charged in self.charged.items()})
            return
        body = json.loads(await _body(receive))
        is_anthropic = scope["path"].endswith("/messages")
        texts = [body.get("system", ""), *(message["content"] for message in body["messages"])]
        found = PLAN.search(texts[-1])
        plan = Plan(**json.loads(found[1])) if found else Plan("", "", [1], False, 0)
        charged = self.charged[f"{plan.call}/{'anthropic' if is_anthropic else 'openai'}"] = Charged()
        if plan.fault in REFUSALS:
            status, fault = REFUSALS[plan.fault]
            await _answer(send, status, (self._anthropic if is_anthropic else self._openai).error(status, fault))
            return
        charged.fresh = sum(count_tokens(text) for text in texts)
        if plan.cached:
            charged.read = charged.fresh // 2
            charged.written = charged.fresh // 4 if is_anthropic else 0
            charged.fresh -= charged.read + charged.written
        sending = asyncio.create_task(self._send(plan, charged, is_anthropic, send))
        leaving = asyncio.create_task(_left(receive))
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in (sending, leaving):
            task.cancel()
        if sending.done() and not sending.cancelled():
            # A cut must reach the server, which then breaks the connection.
            sending.result()

    async def _send(self, plan: Plan, charged: Charged, is_anthropic: bool, send: Any) -> None:
        if plan.fault == "slow_start":
            await asyncio.sleep(600)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        twin: Twin = self._anthropic if is_anthropic else self._openai
        async for event in self._events(plan, charged, twin, is_anthropic):
            await send({"type": "http.response.body", "body": f"{event}\n\n".encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _events(self, plan: Plan, charged: Charged, twin: Twin, is_anthropic: bool) -> AsyncIterator[str]:
        charged.reasoning = 0 if is_anthropic else plan.reasoning
        tell = plan.fault != "no_usage"
        usage = _anthropic_usage if is_anthropic else _openai_usage
        await asyncio.sleep(FIRST_TOKEN_SECONDS)
        for event in twin.opening(Script(), usage(charged) if tell else None):
            yield event
        for number, tokens in enumerate(plan.deltas):
            if number == len(plan.deltas) // 2 and plan.fault == "stall":
                await asyncio.sleep(600)
            if number == len(plan.deltas) // 2 and plan.fault == "cut":
                raise ConnectionAbortedError
            await asyncio.sleep(CHUNK_SECONDS)
            charged.output += tokens
            yield twin.token("word " * tokens)
        charged.told = tell
        counts = usage(charged) if tell else None
        for event in (*twin.finish(Script(), counts), *twin.after_finish(Script(), counts)):
            yield event


def count_tokens(text: str) -> int:
    """Its own tokenizer, which is nothing like a quarter of the characters: words, long ones twice, and signs."""
    return sum(2 if len(piece) > 7 else 1 for piece in re.findall(r"\w+|[^\w\s]", text))


def _openai_usage(charged: Charged) -> dict[str, Any]:
    prompt = charged.fresh + charged.read
    completion = charged.output + charged.reasoning
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": charged.read},
        "completion_tokens_details": {"reasoning_tokens": charged.reasoning},
    }


def _anthropic_usage(charged: Charged) -> dict[str, Any]:
    return {
        "input_tokens": charged.fresh,
        "cache_read_input_tokens": charged.read,
        "cache_creation_input_tokens": charged.written,
        "output_tokens": charged.output,
    }


async def _body(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Any, status: int, payload: object) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(payload).encode()})


@contextmanager
def running_upstream() -> Iterator[str]:
    """One in a process of its own; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.models.counting_upstream"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def read_charged(url: str) -> dict[str, Charged]:
    """What the provider counted, by "turn/purpose/deployment"."""
    with urllib.request.urlopen(f"{url}/charged") as answer:  # noqa: S310 - loopback
        return {call: Charged(**entry) for call, entry in json.load(answer).items()}


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(Upstream().serve, interface="asgi3", log_level="critical", lifespan="off", access_log=False)
    server = uvicorn.Server(config)

    def stop_with_input() -> None:
        sys.stdin.read()
        server.force_exit = server.should_exit = True

    threading.Thread(target=stop_with_input, daemon=True).start()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
