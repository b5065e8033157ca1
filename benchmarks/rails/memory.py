"""Whether memory grows with the number of checks: resident memory over 100,000 of them, for three minutes at most.

    python -m benchmarks.rails.memory

Checks of messages, chunks and streamed answers take turns; every text is another one. What grows before the first tenth
is done is warm-up: caches fill. Memory that only grows after it is a leak.
"""

from __future__ import annotations

import asyncio
import gc
import time
from itertools import count, cycle
from pathlib import Path

import psutil

import guardrails_config
from benchmarks.machine import machine
from benchmarks.rails.texts import answers, chunks, questions, stream
from server.rails.engine import NemoRailEngine

CHECKS = 100_000
SECONDS = 180.0
REPORTS = 10


async def run(engine: NemoRailEngine) -> None:
    process = psutil.Process()
    asked, passages, said = cycle(questions(2000)[0]), cycle(chunks()), cycle(answers())
    start, warm = time.monotonic(), 0.0
    for number in count(1):
        match number % 20:
            case 0:
                await engine.check_context(f"{number} {next(passages)}")
            case 1:
                async for _ in engine.guard_output(stream(f"{number} {next(said)}"), (f"Source {number}",)):
                    pass
            case _:
                await engine.check_input(f"{number} {next(asked)}")
        if number % (CHECKS // REPORTS) == 0:
            gc.collect()
            resident = process.memory_info().rss / 2**20
            warm = warm or resident
            drift = f"{resident - warm:+.1f} MB since warm-up"
            print(
                f"{number:8,} checks  {time.monotonic() - start:6.1f} s  {resident:7.1f} MB resident  {drift}",
                flush=True,
            )
        if number >= CHECKS or time.monotonic() - start > SECONDS:
            break
    print(f"{number:,} checks in {time.monotonic() - start:.0f} s")


def main() -> None:
    print(machine("nemoguardrails", "numpy"))
    asyncio.run(run(NemoRailEngine.load(Path(guardrails_config.__file__).parent)))


if __name__ == "__main__":
    main()
