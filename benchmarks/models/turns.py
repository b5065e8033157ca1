"""Whether the ledger of a running server comes to what the providers counted, when 1,000 customers ask at once.

    python -m benchmarks.models.turns [--turns 1000]

A real server in its own process, with two deployments that are twins of OpenAI and Anthropic in this one. Twins refuse,
cut, stall and keep their counts back at random, customers leave at random moments, and a budget's hard limit lies below
what all of them would cost. Prints what became of the turns, the calls whose counts a provider told beside that
provider's own count of the same calls, the calls that it never told beside its count of them, and what the budget held.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import grpc

import nightdesk
from benchmarks.machine import machine
from benchmarks.server_process import ServerProcess, environment, running
from nightdesk.v1 import chat_pb2, chat_pb2_grpc, common_pb2, operations_pb2
from tests.twins.anthropic import AnthropicTwin
from tests.twins.loopback import Fault, Script
from tests.twins.openai import OpenAITwin
from tests.twins.script import Asked, Charge, Programme, split_tokens

ADDRESS = "127.0.0.1:20440"
CHANNELS = 8
LEAVE_SHARE, LEAVE_SECONDS = 0.15, 20.0
HARD_NANOS = 900_000_000
ANSWER = "A refund takes five working days [1]. It goes back to the card that was charged, as you are told. " * 2
DOCUMENT = "# Refunds\n\nA refund takes five working days. It goes back to the card that was charged."
FAULTS: dict[Fault | None, float] = {
    None: 80,
    Fault.RATE_LIMITED: 4,
    Fault.SERVER_ERROR: 3,
    Fault.CUT: 4,
    Fault.STALL: 1,
    Fault.USAGE_MISSING: 4,
    Fault.ERROR_EVENT: 2,
    Fault.CUT_BEFORE_START: 2,
}
MODELS = """
[deployments.openai]
provider = "openai"
model = "gpt-4.1-mini"
base_url = "{openai}"
api_key_variable = ""
first_token_timeout = 120
[deployments.anthropic]
provider = "anthropic"
model = "claude-haiku-4-5"
base_url = "{anthropic}"
api_key_variable = ""
first_token_timeout = 120
[routes.default]
chain = ["openai", "anthropic"]
"""

Twins = dict[str, OpenAITwin | AnthropicTwin]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--turns", type=int, default=1000)
    count = options.parse_args().turns
    print(machine("nightdesk", "grpcio", "openai", "anthropic"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        twins: Twins = {"openai": OpenAITwin(), "anthropic": AnthropicTwin()}
        for name, twin in twins.items():
            stack.enter_context(twin)
            twin.programme = _programme(name)
        settings = _settings(folder, twins)
        with running(settings, folder / "server.log") as server:
            _prepare(folder, settings, server)
            began, used = time.perf_counter(), server.cpu_seconds()["server"]
            outcomes = asyncio.run(_ask_all(server.address, count))
            seconds, used = time.perf_counter() - began, server.cpu_seconds()["server"] - used
            budget = _settled_budget(server.address)
        print(f"{count} turns at once in {seconds:.0f} s, {used / count * 1e3:.0f} ms of the server's CPU a turn")
        print("  " + ", ".join(f"{outcome}: {number}" for outcome, number in sorted(outcomes.items())))
        _compare(_charges(folder / "nightdesk.db"), twins)
        spent, hard = budget.spent.nanos, budget.hard_limit.nanos
        print(f"  budget: {spent:,} of {hard:,} nanos spent, {budget.reserved.nanos} reserved at the end")


def _programme(name: str) -> Programme:
    tokens = split_tokens(ANSWER)

    def choose(asked: Asked) -> Script:
        draw = random.Random(f"{name}/{_marker(asked)}")
        [fault] = draw.choices(list(FAULTS), list(FAULTS.values()))
        return Script(tokens=tokens, fault=fault, delay=0.02, start_delay=draw.random() * 0.3)

    return choose


def _settings(folder: Path, twins: Twins) -> dict[str, str]:
    models = folder / "models.toml"
    models.write_text(MODELS.format(**{name: twin.base_url for name, twin in twins.items()}))
    return environment(
        folder,
        ADDRESS,
        NIGHTDESK_MODELS_FILE=str(models),
        NIGHTDESK_MAX_CONCURRENT_CALLS="5000",
        NIGHTDESK_TURN_TIMEOUT="600",
        NIGHTDESK_MODEL_IDLE_TIMEOUT="60",
        NIGHTDESK_LOG_LEVEL="error",
    )


def _prepare(folder: Path, settings: dict[str, str], server: ServerProcess) -> None:
    """A document to answer from, and a budget."""
    (folder / "refunds.md").write_text(DOCUMENT)
    subprocess.run([sys.executable, "-m", "cli", "ingest", str(folder / "refunds.md")], env=settings, check=True)
    budget = operations_pb2.Budget(
        period=operations_pb2.BUDGET_PERIOD_DAY, hard_limit=common_pb2.Money(currency_code="USD", nanos=HARD_NANOS)
    )
    with nightdesk.Client(server.address, "") as client:
        client.call(client.operations.SetBudget, operations_pb2.SetBudgetRequest(budget=budget))


async def _ask_all(address: str, count: int) -> Counter[str]:
    """How the turns ended."""
    channels = [grpc.aio.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) for _ in range(CHANNELS)]
    stubs = [chat_pb2_grpc.ChatServiceStub(channel) for channel in channels]
    ended = await asyncio.gather(*(_ask(stubs[number % CHANNELS], number) for number in range(count)))
    for channel in channels:
        await channel.close()
    return Counter(ended)


async def _ask(stub: chat_pb2_grpc.ChatServiceAsyncStub, number: int) -> str:
    draw = random.Random(number)
    before = [
        common_pb2.Message(role=common_pb2.MESSAGE_ROLE_USER, text=f"I ask about order {number}."),
        common_pb2.Message(role=common_pb2.MESSAGE_ROLE_ASSISTANT, text="What would you like to know?"),
    ]
    request = chat_pb2.ChatRequest(
        message="How long does a refund take?", history=before, skip_cache=True, request_id=str(number)
    )
    call = stub.Chat(request)
    ended = "broken"

    async def read() -> None:
        nonlocal ended
        async for event in call:
            if event.HasField("completed"):
                ended = common_pb2.FinishReason.Name(event.completed.finish_reason).removeprefix("FINISH_REASON_")

    reading = asyncio.ensure_future(read())
    try:
        if draw.random() < LEAVE_SHARE:
            done, _ = await asyncio.wait([reading], timeout=draw.random() * LEAVE_SECONDS)
            if not done:
                call.cancel()
                await asyncio.wait([reading])
                return "left"
        await reading
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return ended.lower()


def _settled_budget(address: str) -> operations_pb2.Budget:
    with nightdesk.Client(address, "") as client:
        deadline = time.monotonic() + 30
        while True:
            [budget] = client.call(client.operations.ListBudgets, operations_pb2.ListBudgetsRequest()).budgets
            if not budget.reserved.nanos or time.monotonic() > deadline:
                return budget
            time.sleep(0.2)


def _charges(path: Path) -> list[sqlite3.Row]:
    """The charges, each with the number of its turn's order."""
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(
            "SELECT charges.*, turns.request_id AS number FROM charges JOIN turns ON turns.id = charges.turn_id"
        ).fetchall()


def _compare(rows: Sequence[sqlite3.Row], twins: Twins) -> None:
    counted: defaultdict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for name, twin in twins.items():
        for charge in twin.charged:
            counted[name, _marker(charge.asked)].append(_tokens(charge))
    told = [row for row in rows if not row["estimated"] and row["outcome"] == "ok"]
    estimated = [row for row in rows if row["estimated"]]
    differing, ours = 0, Counter[str]()
    for row in told:
        mine = (row["uncached_input_tokens"], row["output_tokens"])
        ours.update(input=mine[0], output=mine[1])
        theirs = counted[row["deployment"], int(row["number"])]
        if mine in theirs:
            theirs.remove(mine)
        else:
            differing += 1
    left = [tokens for entries in counted.values() for tokens in entries]
    guessed = [(row["uncached_input_tokens"], row["output_tokens"]) for row in estimated]
    print(
        f"  told: {len(told)} calls, {ours['input']:,} + {ours['output']:,} tokens; {differing} differ from upstream's"
    )
    print(f"  never told: {_summed(guessed)} by our estimate, upstream {_summed(left)}")
    every = sum(row["cost_nanos"] for row in rows)
    print(f"  {len(rows)} charges of {every:,} nanos in all")


def _summed(calls: Sequence[tuple[int, int]]) -> str:
    return f"{len(calls)} calls, {sum(one for one, _ in calls):,} + {sum(other for _, other in calls):,} tokens"


def _tokens(charge: Charge) -> tuple[int, int]:
    return charge.count.input_tokens, charge.count.output_tokens


def _marker(asked: Asked) -> int:
    """The number of the order that is asked about."""
    found = [re.search(r"order (\d+)", text) for role, text in asked.texts if role == "user"]
    return next((int(match[1]) for match in found if match), -1)


if __name__ == "__main__":
    main()
