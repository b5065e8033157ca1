"""A contract twin to ask, cases, and answers to score."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import nightdesk
from evals.answers import Answer
from evals.cases import EvalCase
from nightdesk.v1 import chat_pb2, common_pb2, evaluation_pb2
from tests.unit.cli.contract_twin import ContractTwin

MakeAnswer = Callable[..., Answer]


@pytest.fixture
def twin() -> Iterator[ContractTwin]:
    server = ContractTwin()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(twin: ContractTwin) -> Iterator[nightdesk.Client]:
    with nightdesk.Client(twin.address) as connection:
        yield connection


@pytest.fixture
def make_answer() -> MakeAnswer:
    """An answer that cites the first of the documents `retrieved`, or the first `cited` many of them."""

    def make(
        text: str = "Within 30 days.",
        *,
        finish_reason: common_pb2.FinishReason.ValueType = common_pb2.FINISH_REASON_ANSWERED,
        refusal_category: str = "",
        retrieved: tuple[str, ...] = (),
        cited: int = 1,
        reference: str = "",
        **case: object,
    ) -> Answer:
        fields = {"case_id": "c", "question": "When?", "expected_outcome": "answered", **case}
        citations = tuple(
            common_pb2.Citation(chunk_id=f"chunk {place}", document_id=document_id, text=f"Text of {document_id}.")
            for place, document_id in enumerate(retrieved)
        )
        completed = chat_pb2.TurnCompleted(
            answer=text,
            finish_reason=finish_reason,
            refusal_category=refusal_category,
            citation_ids=[citation.chunk_id for citation in citations[:cited]],
        )
        eval_case = EvalCase(evaluation_pb2.Case(**fields), reference)  # type: ignore[arg-type]
        return Answer(eval_case, "turn", completed, citations)

    return make
