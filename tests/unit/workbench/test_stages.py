"""When the stages of a turn ran."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from nightdesk.v1 import chat_pb2
from workbench.stages import Span, stage_spans


def timing(stage: str, milliseconds: int) -> chat_pb2.StageTiming:
    return chat_pb2.StageTiming(stage=stage, duration=Duration(nanos=milliseconds * 1_000_000))


def test_input_rails_and_retrieval_run_side_by_side_and_the_rest_after_the_longer_one() -> None:
    spans = stage_spans([timing("input_rails", 20), timing("retrieval", 50), timing("context_rails", 10)])

    assert spans == [
        Span("input_rails", 0.0, 0.02),
        Span("retrieval", 0.0, 0.05),
        Span("context_rails", 0.05, 0.060000000000000005),
    ]


def test_what_counts_from_the_beginning_pushes_nothing_back() -> None:
    spans = stage_spans([timing("retrieval", 50), timing("first_token", 200), timing("generation", 500)])

    assert [(span.stage, span.start) for span in spans] == [
        ("retrieval", 0.0),
        ("first_token", 0.0),
        ("generation", 0.05),
    ]
