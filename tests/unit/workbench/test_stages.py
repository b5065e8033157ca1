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


def test_a_search_question_by_a_model_waits_for_the_rails_and_retrieval_for_it() -> None:
    spans = stage_spans([timing("input_rails", 20), timing("search_question", 300), timing("retrieval", 50)])

    assert [(span.stage, span.start) for span in spans] == [
        ("input_rails", 0.0),
        ("search_question", 0.02),
        ("retrieval", 0.32),
    ]


def test_what_counts_from_the_beginning_pushes_nothing_back() -> None:
    spans = stage_spans([timing("retrieval", 50), timing("first_token", 200), timing("generation", 500)])

    assert [(span.stage, span.start) for span in spans] == [
        ("retrieval", 0.0),
        ("first_token", 0.0),
        ("generation", 0.05),
    ]
