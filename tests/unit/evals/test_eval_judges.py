"""Ragas's metrics with a judge, through the providers' own SDKs, against a loopback twin."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from evals.judge_choice import JudgeChoice
from evals.judge_usage import gathered_usage
from evals.metrics.base import score_of
from evals.suite import metric_suite
from nightdesk.v1 import common_pb2, evaluation_pb2
from tests.unit.evals.conftest import MakeAnswer

STATEMENTS = {"statements": ["Refunds take 30 days.", "They are free."]}
FAITHFUL = {
    "statements": [
        {"statement": "Refunds take 30 days.", "reason": "said", "verdict": 1},
        {"statement": "They are free.", "reason": "not said", "verdict": 0},
    ]
}
VERDICTS: dict[str, dict[str, Any]] = {
    "StatementGeneratorOutput": STATEMENTS,
    "NLIStatementOutput": FAITHFUL,
    "AnswerRelevanceOutput": {"question": "When do refunds come?", "noncommittal": 0},
    "ClaimDecompositionOutput": {"claims": ["Refunds take 30 days.", "They are free."]},
}


@dataclass(slots=True)
class JudgeTwin:
    """Speaks both providers' APIs; answers by the name of the schema that was asked for."""

    verdicts: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(VERDICTS))
    status: int = 200
    requests: list[dict[str, Any]] = field(default_factory=list)

    def reply(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(body)
        if self.status != 200:
            return {"type": "error", "error": {"type": "api_error", "message": "the judge is ill"}}
        if path.endswith("/messages"):
            name = body["tool_choice"]["name"]
            block = {"type": "tool_use", "id": "t1", "name": name, "input": self.verdicts[name]}
            return _message([block])
        name = body["response_format"]["json_schema"]["name"]
        return _completion(json.dumps(self.verdicts[name]))


@pytest.fixture
def judge_twin(monkeypatch: pytest.MonkeyPatch) -> Iterator[JudgeTwin]:
    twin = JudgeTwin()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = json.dumps(twin.reply(self.path, body)).encode()
            self.send_response(twin.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.send_header("x-should-retry", "false")
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test")
    yield twin
    server.shutdown()
    thread.join()
    server.server_close()


async def judged(choice: JudgeChoice, answer: Any) -> dict[str, evaluation_pb2.Score]:
    async with metric_suite(choice) as metrics:
        scores = [await score_of(metric, answer) for metric in metrics]
    return {score.metric: score for score in scores if score is not None and choice.model in score.scorer}


@pytest.mark.parametrize("choice", [JudgeChoice("openai", "judge-1"), JudgeChoice("anthropic", "judge-2")])
async def test_a_judge_scores_an_answer(judge_twin: JudgeTwin, make_answer: MakeAnswer, choice: JudgeChoice) -> None:
    answer = make_answer(retrieved=("refunds.md",), expected_facts=["30 days"], question="When do refunds come?")
    scores = await judged(choice, answer)
    assert scores["faithfulness"].value == 0.5
    assert scores["answer_relevancy"].value == pytest.approx(1.0)
    assert scores["factual_correctness"].value == 0.5
    assert scores["faithfulness"].scorer == choice.model
    assert scores["answer_relevancy"].scorer == f"{choice.model}, wordllama"
    assert {request["model"] for request in judge_twin.requests} == {choice.model}


@pytest.mark.parametrize(
    ("choice", "counts"),
    [(JudgeChoice("openai", "judge-1"), (20, 100, 10, 30)), (JudgeChoice("anthropic", "judge-2"), (1, 0, 1, 0))],
)
async def test_every_call_of_a_judge_is_counted_for_the_case(
    judge_twin: JudgeTwin, make_answer: MakeAnswer, choice: JudgeChoice, counts: tuple[int, int, int, int]
) -> None:
    with gathered_usage() as usages:
        await judged(choice, make_answer(retrieved=("refunds.md",), expected_facts=["30 days"]))

    assert len(usages) == len(judge_twin.requests) > 3
    for usage in usages:
        assert (usage.provider, usage.model, usage.purpose) == (choice.provider, choice.model, "judge")
        told = (usage.uncached_input_tokens, usage.cache_read_tokens, usage.output_tokens, usage.reasoning_tokens)
        assert told == counts


async def test_what_declined_is_not_judged(judge_twin: JudgeTwin, make_answer: MakeAnswer) -> None:
    answer = make_answer("I don't know.", finish_reason=common_pb2.FINISH_REASON_UNANSWERED, retrieved=("a.md",))
    assert await judged(JudgeChoice("openai", "judge"), answer) == {}
    assert judge_twin.requests == []


@pytest.mark.parametrize("choice", [JudgeChoice("openai", "judge"), JudgeChoice("anthropic", "judge")])
@pytest.mark.parametrize("status", [401, 500])
async def test_a_failing_judge_gives_an_error_and_no_number(
    judge_twin: JudgeTwin, make_answer: MakeAnswer, choice: JudgeChoice, status: int
) -> None:
    judge_twin.status = status
    scores = await judged(choice, make_answer(retrieved=("a.md",), expected_facts=["30 days"]))
    assert set(scores) == {"faithfulness", "answer_relevancy", "factual_correctness"}
    for score in scores.values():
        assert not score.HasField("value")
        assert "the judge is ill" in score.error


@pytest.mark.parametrize(
    ("verdict", "problem"),
    [
        ({"statements": [{"statement": "x", "reason": "y", "verdict": 7}]}, "verdict is 7, not 0 or 1"),
        ({"something": "else"}, "not the JSON that was asked for"),
        ({"statements": []}, "nothing that could be scored"),
    ],
)
async def test_a_verdict_that_is_none_is_an_error_not_a_score(
    judge_twin: JudgeTwin, make_answer: MakeAnswer, verdict: dict[str, Any], problem: str
) -> None:
    judge_twin.verdicts["NLIStatementOutput"] = verdict
    scores = await judged(JudgeChoice("openai", "judge"), make_answer(retrieved=("a.md",)))
    assert not scores["faithfulness"].HasField("value")
    assert problem in scores["faithfulness"].error


def _completion(content: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    usage = {
        "prompt_tokens": 120,
        "completion_tokens": 40,
        "total_tokens": 160,
        "prompt_tokens_details": {"cached_tokens": 100},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "judge",
        "choices": [choice],
        "usage": usage,
    }


def _message(content: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "judge",
        "content": content,
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
