"""Whether customers notice that a provider fails: 200 turns in which deployments break in every way.

    python -m benchmarks.models.faults [SEED]

Loopback twins of OpenAI and Anthropic behind the real adapters and SDKs, in chains of two or three, of which at most
all but one break in a turn: before the first word or at any place of the answer. Who goes on does so in one of several
manners. Each answer is compared with the one that it should be. Prints the share that is complete, how many have a
piece lost or twice, what each fault adds to a turn's time, and what becomes of turns in which all fail.

Breakers are new for each turn, because the faults are drawn anew for each; the last part keeps them. A preamble ("Sure,
continuing:") is not among the manners: it cannot be told from the answer.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

import numpy as np
import structlog

from benchmarks.machine import machine
from benchmarks.models.endpoints import loopback_endpoint
from cli.sample import KNOWLEDGE
from server.domain import ModelEvent, ModelRequest, RouteSwitch, TextDelta
from server.errors import ModelError
from server.models.anthropic import AnthropicModel
from server.models.endpoint import Timeouts
from server.models.openai import OpenAIModel
from server.ports import Model
from server.routing.chain import ModelChain
from server.shared_state.memory_breakers import MemoryBreakers
from tests.twins.anthropic import AnthropicTwin
from tests.twins.loopback import FAULTS_IN_MID_STREAM, Fault, Script
from tests.twins.openai import OpenAITwin

SCENARIOS = 200
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 5
TIMEOUTS = Timeouts(first_token=0.5, idle=0.5, total=60.0)
BEFORE = tuple(fault for fault in Fault if fault not in FAULTS_IN_MID_STREAM)
TRANSIENT = (Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.OVERLOADED)
REQUEST = ModelRequest("Answer from the passages.", (), "How does it work?", "How does it work?", (), 2000)

Manner = Callable[[random.Random, str, str], str]
"""What is said to go on: drawn with the generator, from the whole answer and from what the customer has seen of it."""


def _tail(draw: random.Random, answer: str, said: str) -> str:
    starts = [match.start() for match in re.finditer(r"\S+", said)]
    return answer[draw.choice(starts[-60:]) if starts else 0 :]


MANNERS: Mapping[str, Manner] = {
    "goes on exactly": lambda _, answer, said: answer[len(said) :],
    "repeats the end": _tail,
    "begins anew": lambda _, answer, __: answer,
    "begins a word large": lambda draw, answer, said: _capital(_tail(draw, answer, said)),
    "is a blank short": lambda _, answer, said: answer[len(said) :].lstrip(" "),
    "has a blank too many": lambda _, answer, said: f" {answer[len(said) :]}",
}


def _pieces(draw: random.Random, text: str) -> list[str]:
    """Tokens of 1 to 8 characters, cut anywhere."""
    pieces, start = [], 0
    while start < len(text):
        end = start + draw.randint(1, 8)
        pieces.append(text[start:end])
        start = end
    return pieces


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass
class Deployments:
    """The twins and the models that talk to them; `scripts` has what each twin does at its next call."""

    twins: Mapping[str, OpenAITwin | AnthropicTwin]
    models: Mapping[str, Model]
    scripts: Callable[[str, ModelRequest], Script] = lambda *_: Script()

    async def call(self, name: str, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.twins[name].upcoming.append(self.scripts(name, request))
        async with aclosing(self.models[name].stream(request)) as events:
            async for event in events:
                yield event


@dataclass(frozen=True)
class Scenario:
    """One turn: the answer that it should have, its chain, what breaks, and how others go on."""

    answer: str
    chain: tuple[str, ...]
    faults: Mapping[str, Fault]
    manner: str
    seed: int

    def script(self, name: str, request: ModelRequest) -> Script:
        draw = random.Random(f"{self.seed}{name}")
        text = MANNERS[self.manner](draw, self.answer, request.begun) if request.begun else self.answer
        fault = self.faults.get(name)
        if fault not in FAULTS_IN_MID_STREAM:
            retry_after = draw.choice(["", "1", "60"]) if fault is Fault.RATE_LIMITED else ""
            tokens, usage = tuple(_pieces(draw, text)), draw.choice([dict[str, object](), None])
            return Script(tokens=tokens, fault=fault, retry_after=retry_after, usage=usage)
        # A twin breaks off after half of its tokens, so that both parts get as many; the second is never sent.
        place = draw.randrange(1, max(2, len(text)))
        before = _pieces(draw, text[:place])
        return Script(tokens=(*before, *["…"] * len(before)), fault=fault)


@dataclass
class Turn:
    """What came of it; `seconds` are to its end."""

    text: str = ""
    seconds: float = 0.0
    switches: list[RouteSwitch] = field(default_factory=list)
    error: str = ""


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    print(machine("nightdesk", "openai", "anthropic", "aiohttp"))
    print(f"timeouts: first token {TIMEOUTS.first_token} s, between tokens {TIMEOUTS.idle} s; seed {SEED}")
    answers = sample_answers()
    async with AsyncExitStack() as stack:
        deployments = await open_deployments(stack)
        for name in deployments.models:
            # The first call of each pays for connections and imports.
            await play(deployments, Scenario(answers[0], (name,), {}, "goes on exactly", 0))
        scenarios = drawn(answers)
        turns = [(await healthy(deployments, scenario), await play(deployments, scenario)) for scenario in scenarios]
        report(scenarios, turns)
        await report_lone(deployments, answers)
        await report_hopeless(deployments, answers)
        await report_dead(deployments, answers)
        await report_hedged(deployments, answers)


async def open_deployments(stack: AsyncExitStack) -> Deployments:
    twins: dict[str, OpenAITwin | AnthropicTwin] = {
        "openai-1": OpenAITwin(),
        "anthropic-1": AnthropicTwin(),
        "openai-2": OpenAITwin(),
    }
    models: dict[str, Model] = {}
    for name, twin in twins.items():
        stack.enter_context(twin)
        adapter = AnthropicModel if isinstance(twin, AnthropicTwin) else OpenAIModel
        models[name] = adapter(loopback_endpoint(name, "twin-large", twin.base_url), TIMEOUTS)
        stack.push_async_callback(models[name].close)
    return Deployments(twins, models)


def sample_answers() -> list[str]:
    """Pieces of the sample's documents, whole paragraphs of 200 to 1,500 characters: prose, lists, tables, prices."""
    answers = []
    for path in sorted(KNOWLEDGE.rglob("*.md")):
        text, paragraphs = "", path.read_text(encoding="utf-8").split("\n\n")
        for paragraph in paragraphs[1:]:
            if len(text) + len(paragraph) > 1500:
                break
            text = f"{text}\n\n{paragraph}".strip()
        if len(text) >= 200:
            answers.append(text)
    return answers


def drawn(answers: Sequence[str]) -> list[Scenario]:
    """The same ones every time; each fault comes first as often as every other."""
    draw = random.Random(SEED)
    scenarios = []
    for number in range(SCENARIOS):
        names = ["openai-1", "anthropic-1", "openai-2"]
        draw.shuffle(names)
        chain = tuple(names[: draw.choice([2, 3])])
        broken = draw.randrange(1, len(chain))
        firsts = (*BEFORE, *FAULTS_IN_MID_STREAM, *FAULTS_IN_MID_STREAM)
        faults = {chain[0]: firsts[number % len(firsts)]}
        faults |= {name: draw.choice(tuple(Fault)) for name in chain[1:broken]}
        scenarios.append(Scenario(draw.choice(answers), chain, faults, draw.choice(list(MANNERS)), number))
    return scenarios


async def healthy(deployments: Deployments, scenario: Scenario) -> Turn:
    """The same turn with nothing broken."""
    return await play(deployments, Scenario(scenario.answer, scenario.chain, {}, scenario.manner, scenario.seed))


async def play(
    deployments: Deployments,
    scenario: Scenario,
    chain: ModelChain | None = None,
    scripts: Callable[[str, ModelRequest], Script] | None = None,
    hedge_after: float | None = None,
) -> Turn:
    deployments.scripts = scripts or scenario.script
    for twin in deployments.twins.values():
        twin.upcoming.clear()
    turn, started = Turn(), time.perf_counter()
    models = chain or ModelChain(MemoryBreakers())
    try:
        async with aclosing(
            models.stream(scenario.chain, REQUEST, call=deployments.call, hedge_after=hedge_after)
        ) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    turn.text += event.text
                elif isinstance(event, RouteSwitch):
                    turn.switches.append(event)
    except ModelError as error:
        turn.error = error.reason
    turn.seconds = time.perf_counter() - started
    return turn


def report(scenarios: Sequence[Scenario], turns: Sequence[tuple[Turn, Turn]]) -> None:
    complete = sum(not turn.error for _, turn in turns)
    wrong = [
        (scenario, turn)
        for scenario, (_, turn) in zip(scenarios, turns, strict=True)
        if not turn.error and turn.text.split() != scenario.answer.split()
    ]
    same = sum(turn.text == scenario.answer for scenario, (_, turn) in zip(scenarios, turns, strict=True))
    mid_stream = sum(any(switch.mid_stream for switch in turn.switches) for _, turn in turns)
    print(f"\n{len(turns)} turns with at least one broken deployment, {mid_stream} of them in mid-stream")
    print(f"  complete answers               {complete / len(turns):.1%} ({len(turns) - complete} incomplete)")
    print(f"  with a piece lost or twice     {len(wrong)}")
    print(f"  the very same characters       {same} (the others differ in blanks)")
    print(f"  switches                       {Counter(len(turn.switches) for _, turn in turns).most_common()}")
    for scenario, turn in wrong[:3]:
        print(f"  wrong: {scenario.manner}, {dict(scenario.faults)}\n    {turn.text!r}\n    {scenario.answer!r}")
    added: dict[str, list[float]] = defaultdict(list)
    for scenario, (well, turn) in zip(scenarios, turns, strict=True):
        if len(scenario.faults) == 1:
            added[scenario.faults[scenario.chain[0]]].append((turn.seconds - well.seconds) * 1000)
    print("\nadded to the turn's time by one broken deployment, ms: p50, p99 (of so few the largest)")
    for fault, values in sorted(added.items(), key=lambda item: float(np.median(item[1]))):
        place = "mid-stream" if fault in FAULTS_IN_MID_STREAM else "before"
        print(f"  {fault:20} {place:11} {np.median(values):7.0f} {np.percentile(values, 99):7.0f}   n={len(values)}")


async def report_lone(deployments: Deployments, answers: Sequence[str]) -> None:
    """A chain of one whose deployment fails once, in a way that passes."""
    turns, complete = [], 0
    for number in range(30):
        asked = Counter[str]()
        scenario = Scenario(answers[number % len(answers)], ("openai-1",), {}, "goes on exactly", number)
        broken = Script(fault=TRANSIENT[number % 3], retry_after="0.2" if number % 2 else "")

        def first_broken(
            name: str,
            request: ModelRequest,
            scenario: Scenario = scenario,
            broken: Script = broken,
            asked: Counter[str] = asked,
        ) -> Script:
            asked[name] += 1
            return broken if asked[name] == 1 else scenario.script(name, request)

        turns.append(await play(deployments, scenario, scripts=first_broken))
        complete += turns[-1].text == scenario.answer
    waited = [turn.seconds * 1000 for turn in turns]
    print(
        f"\na lone deployment that fails once with 429, 500 or 529: {complete} of {len(turns)} complete, "
        f"p50 {np.median(waited):.0f} ms, p99 {np.percentile(waited, 99):.0f} ms in all"
    )


async def report_hopeless(deployments: Deployments, answers: Sequence[str]) -> None:
    """Every deployment broken: what the turn gets, which then answers extractively."""
    draw, ends = random.Random(SEED), Counter[str]()
    for number in range(30):
        chain = ("openai-1", "anthropic-1")
        faults = {name: draw.choice(tuple(Fault)) for name in chain}
        turn = await play(
            deployments, Scenario(answers[number % len(answers)], chain, faults, "goes on exactly", number)
        )
        ends[f"{turn.error} {'in mid-stream' if turn.text else 'without a word'}"] += 1
    print(f"all broken, {ends.total()} turns raise: {', '.join(f'{end} {count}' for end, count in ends.most_common())}")


async def report_dead(deployments: Deployments, answers: Sequence[str]) -> None:
    """A first deployment that never answers, with breakers that remember."""
    chain, waited = ModelChain(MemoryBreakers()), []
    for number in range(40):
        scenario = Scenario(
            answers[number % len(answers)],
            ("openai-1", "anthropic-1"),
            {"openai-1": Fault.SLOW_START},
            "begins anew",
            number,
        )
        waited.append((await play(deployments, scenario, chain)).seconds * 1000)
    print(
        f"a first deployment that hangs, {len(waited)} turns with one breaker: the first five p50 "
        f"{np.median(waited[:5]):.0f} ms, the others p50 {np.median(waited[5:]):.0f} ms, max {max(waited[5:]):.0f} ms"
    )


async def report_hedged(deployments: Deployments, answers: Sequence[str]) -> None:
    """The same, with the next deployment asked as well after a tenth of a second, and no breaker."""
    waited = []
    for number in range(40):
        answer = answers[number % len(answers)]
        scenario = Scenario(answer, ("openai-1", "anthropic-1"), {"openai-1": Fault.SLOW_START}, "begins anew", number)
        waited.append((await play(deployments, scenario, hedge_after=0.1)).seconds * 1000)
    print(f"the same, hedged after 100 ms: p50 {np.median(waited):.0f} ms, max {max(waited):.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
