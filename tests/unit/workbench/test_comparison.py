"""The same questions, asked of two prompt versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import grpc
from google.protobuf.duration_pb2 import Duration

from nightdesk import ApiError, Client
from nightdesk.v1 import chat_pb2, common_pb2
from workbench.comparison import ask_both, distinct_questions


class Answering:
    """Answers with the pinned version's number; one question fails."""

    def chat(self, message: str, *, prompt_version: str, skip_cache: bool) -> Iterator[chat_pb2.ChatResponse]:
        if message == "fail":
            raise ApiError(grpc.StatusCode.UNAVAILABLE, "UNREACHABLE", "No server answers.", "Start one.")
        total = chat_pb2.StageTiming(stage="total", duration=Duration(nanos=250_000_000))
        yield chat_pb2.ChatResponse(turn_id=f"{message}-{prompt_version}", delta=chat_pb2.AnswerDelta(text="…"))
        yield chat_pb2.ChatResponse(
            turn_id=f"{message}-{prompt_version}",
            completed=chat_pb2.TurnCompleted(
                answer=f"{message} by v{prompt_version}",
                finish_reason=common_pb2.FINISH_REASON_ANSWERED,
                timings=[total],
            ),
        )


def test_every_question_is_asked_of_both_versions_and_a_failure_spoils_no_other() -> None:
    progress: list[float] = []

    pairs = ask_both(cast("Client", Answering()), ["first", "fail"], 1, 2, progress.append)

    assert [(pair.left.text, pair.right.text) for pair in pairs] == [("first by v1", "first by v2"), ("", "")]
    assert pairs[0].left.turn_id == "first-1"
    assert pairs[0].right.latency == 0.25
    assert pairs[0].left.cost_nanos is None
    assert pairs[1].left.error == "No server answers. Start one."
    assert progress == [0.25, 0.5, 0.75, 1.0]


def test_questions_are_one_a_line_each_once() -> None:
    assert distinct_questions(" one \n\ntwo\none", ["two", "three"]) == ["one", "two", "three"]
