"""The same questions, asked of two prompt versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import product

from nightdesk import ApiError, Client
from nightdesk.v1 import chat_pb2, common_pb2
from workbench.components.formatting import cost_nanos, seconds

MAX_QUESTIONS = 10
PARALLEL_TURNS = 4


@dataclass(slots=True)
class Answer:
    """What one prompt version made of one question; `error` is set where the turn failed."""

    version: int
    turn_id: str = ""
    text: str = ""
    finish_reason: int = common_pb2.FINISH_REASON_UNSPECIFIED
    refusal_category: str = ""
    citations: list[common_pb2.Citation] = field(default_factory=list)
    cited: frozenset[str] = frozenset()
    cost_nanos: int | None = None
    latency: float | None = None
    """Seconds of the whole turn, as the server measured it."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question with both answers."""

    question: str
    left: Answer
    right: Answer


def ask(client: Client, question: str, version: int) -> Answer:
    """Answer one question anew with the pinned version; a failed call becomes the answer's error."""
    answer = Answer(version)
    try:
        for event in client.chat(question, prompt_version=str(version), skip_cache=True):
            answer.turn_id = event.turn_id
            if event.HasField("citations"):
                answer.citations = list(event.citations.citations)
            elif event.HasField("completed"):
                _complete(answer, event.completed)
    except ApiError as error:
        answer.error = str(error)
    return answer


def ask_both(
    client: Client, questions: Sequence[str], left: int, right: int, progress: Callable[[float], object]
) -> list[Pair]:
    """Every question of both versions, a few turns at a time; `progress` hears the share that is done, 0 to 1."""
    with ThreadPoolExecutor(PARALLEL_TURNS) as pool:
        tasks = {
            (question, side): pool.submit(ask, client, question, version)
            for question, (side, version) in product(questions, (("left", left), ("right", right)))
        }
        for done, _ in enumerate(as_completed(tasks.values()), 1):
            progress(done / len(tasks))
    return [Pair(item, tasks[item, "left"].result(), tasks[item, "right"].result()) for item in questions]


def distinct_questions(lines: str, picked: Sequence[str]) -> list[str]:
    """One question a line, then the picked ones, each once."""
    typed = [line.strip() for line in lines.splitlines()]
    return list(dict.fromkeys(question for question in [*typed, *picked] if question))


def _complete(answer: Answer, completed: chat_pb2.TurnCompleted) -> None:
    answer.text = completed.answer
    answer.finish_reason = completed.finish_reason
    answer.refusal_category = completed.refusal_category
    answer.cited = frozenset(completed.citation_ids)
    answer.cost_nanos = cost_nanos(completed)
    totals = [seconds(timing.duration) for timing in completed.timings if timing.stage == "total"]
    answer.latency = totals[0] if totals else None
