"""What the rails cost: time of each direction, CPU of a guarded turn, and what a stream's first word waits for.

    python -m benchmarks.rails.latency

Beside us in the same run, NeMo Guardrails' own ways with the same actions: `check_async` with one of the input rails in
a flow, and `stream_async` with the output rails in flows (in blocks of 200 tokens, checked before they are shown, and
in blocks of 10). The clock is of the wall, CPU is the process's; nothing else should run.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import guardrails_config
from benchmarks.machine import machine
from benchmarks.rails.texts import ANSWER_TOKENS, answers, chunks, questions, stream
from server.rails.engine import NemoRailEngine

CONFIG = Path(guardrails_config.__file__).parent
CHECKS = 2000
TURNS = 200
CHUNKS_A_TURN = 5
INPUT_RAIL = "prompt injection"
OUTPUT_RAILS = ("prompt leak", "harmful answer")
_FLOW = """define subflow {name}
  $outcome = execute check_{action}(text=${variable})
  if $outcome.is_blocked
    bot refuse to respond
    stop
"""

Check = Callable[[str], Awaitable[object]]
Guard = Callable[[AsyncGenerator[str, None]], AsyncIterator[object]]


async def timed(check: Check, texts: Sequence[str], concurrency: int) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    waiting = iter(texts)
    times: list[float] = []

    async def work() -> None:
        for text in waiting:
            start = time.perf_counter()
            await check(text)
            times.append(1000 * (time.perf_counter() - start))
            await asyncio.sleep(0)

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return median(times), quantiles(times, n=100)[98]


async def report_directions(engine: NemoRailEngine) -> None:
    asked, source = questions(CHECKS)
    kinds: tuple[tuple[str, Check, list[str]], ...] = (
        (f"input, {source}", engine.check_input, asked),
        ("context, sample's chunks", engine.check_context, chunks()),
        ("output, answers of 50 words", engine.check_output, answers()),
    )
    print(f"\n{'a check, ms':50} {'p50':>7} {'p99':>7}")
    for name, check, texts in kinds:
        for concurrency in (1, 16):
            half, most = await timed(check, texts, concurrency)
            print(f"{f'{name}, {concurrency} at once ({len(texts)})':50} {half:7.2f} {most:7.2f}")
    print("Verdicts on chunks are remembered: at 16 at once, and in the turns below, they were read before.")


async def report_turns(engine: NemoRailEngine) -> None:
    """CPU of what the rails do in a turn."""
    asked, _ = questions(TURNS)
    passages, said = chunks(), answers()
    parts = dict.fromkeys(("input", "context", "output"), 0.0)
    for number, question in enumerate(asked):
        public = [question, *(passages[(number + i) % len(passages)] for i in range(CHUNKS_A_TURN))]
        start = time.process_time()
        await engine.check_input(question)
        checked = time.process_time()
        for passage in public[1:]:
            await engine.check_context(passage)
        screened = time.process_time()
        async for _ in engine.guard_output(stream(said[number % len(said)]), public):
            pass
        for part, spent in zip(
            parts, (checked - start, screened - checked, time.process_time() - screened), strict=True
        ):
            parts[part] += 1000 * spent / len(asked)
    whole = f"{ANSWER_TOKENS} tokens, {CHUNKS_A_TURN} chunks"
    told = ", ".join(f"{part} {spent:.2f}" for part, spent in parts.items())
    print(f"\nCPU of a guarded turn ({whole}): {sum(parts.values()):.2f} ms: {told}")


async def bare(tokens: AsyncGenerator[str, None]) -> AsyncIterator[object]:
    async for token in tokens:
        yield token


async def first_and_whole(guard: Guard) -> tuple[float, float]:
    """Median milliseconds to the first word, and mean CPU milliseconds of the whole stream."""
    firsts, said = [], answers()
    spent = time.process_time()
    for number in range(TURNS):
        async with aclosing(stream(said[number % len(said)])) as tokens:
            start, first = time.perf_counter(), 0.0
            async for item in guard(tokens):
                if isinstance(item, str) and not first:
                    first = time.perf_counter() - start
            firsts.append(1000 * first)
    return median(firsts), 1000 * (time.process_time() - spent) / TURNS


async def report_streams(engine: NemoRailEngine, folder: Path) -> None:
    def nemo(block: int) -> Guard:
        app = with_flows(folder / f"stream{block}", output=OUTPUT_RAILS, block=block)
        messages = [{"role": "user", "content": "hello"}]
        return lambda tokens: app.stream_async(messages=messages, generator=tokens)

    guards: dict[str, Guard] = {
        "bare tokens": bare,
        f"ours, {sum(rail.direction == 'output' for rail in engine.rails)} rails and masking": engine.guard_output,
        "NeMo stream_async, 2 rails, blocks of 200": nemo(200),
        "NeMo stream_async, 2 rails, blocks of 10": nemo(10),
    }
    print(f"\n{f'a stream of {ANSWER_TOKENS} tokens without delay, ms':50} {'first':>7} {'CPU':>7}")
    for name, guard in guards.items():
        first, spent = await first_and_whole(guard)
        print(f"{name:50} {first:7.3f} {spent:7.2f}")
    print(
        "NeMo shows nothing before a block is full or the text ends: a model's own time for that many tokens is added."
    )


async def report_peers(folder: Path) -> None:
    app = with_flows(folder / "check", input_rails=(INPUT_RAIL,))
    from nemoguardrails.rails.llm.options import RailType  # noqa: PLC0415 - seconds to import

    async def check(text: str) -> None:
        await app.check_async([{"role": "user", "content": text}], rail_types=[RailType.INPUT])
        app.events_history_cache.clear()

    asked, _ = questions(200)
    half, most = await timed(check, asked, 1)
    print(f"{f'NeMo check_async, {INPUT_RAIL} alone ({len(asked)})':50} {half:7.2f} {most:7.2f}")


def with_flows(folder: Path, *, input_rails: Sequence[str] = (), output: Sequence[str] = (), block: int = 200) -> Any:
    """NeMo's own engine over our actions, each in a flow."""
    from nemoguardrails import LLMRails, RailsConfig  # noqa: PLC0415 - seconds to import

    shutil.copytree(CONFIG / "actions", folder / "actions")
    flows = [(name, "user_message") for name in input_rails] + [(name, "bot_message") for name in output]
    text = "\n".join(
        _FLOW.format(name=name, action=name.replace(" ", "_"), variable=variable) for name, variable in flows
    )
    (folder / "flows.co").write_text(f'define bot refuse to respond\n  "No."\n\n{text}')
    streaming = f"streaming: {{enabled: true, chunk_size: {block}, context_size: 5, stream_first: false}}"
    (folder / "config.yml").write_text(
        f"colang_version: '1.0'\nmodels: []\nrails:\n  input: {{flows: {list(input_rails)}}}\n"
        f"  output: {{flows: {list(output)}, {streaming}}}\n{custom_data()}"
    )
    return LLMRails(RailsConfig.from_path(str(folder)))


def custom_data() -> str:
    text = (CONFIG / "config.yml").read_text(encoding="utf-8")
    return text[text.index("custom_data:") :]


async def run(engine: NemoRailEngine, folder: Path) -> None:
    await report_directions(engine)
    await report_peers(folder)
    await report_turns(engine)
    await report_streams(engine, folder)


def main() -> None:
    print(machine("nemoguardrails", "numpy"))
    engine = NemoRailEngine.load(CONFIG)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(engine, Path(folder)))


if __name__ == "__main__":
    main()
