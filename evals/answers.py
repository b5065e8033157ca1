"""Asks one case and keeps what came back."""

from __future__ import annotations

import time
from dataclasses import dataclass

from evals.cases import EvalCase
from nightdesk import ApiError, Client
from nightdesk.v1 import chat_pb2, common_pb2

OUTCOME_WORDS = {
    common_pb2.FINISH_REASON_ANSWERED: "answered",
    common_pb2.FINISH_REASON_REFUSED: "refused",
    common_pb2.FINISH_REASON_UNANSWERED: "unanswered",
    common_pb2.FINISH_REASON_DEGRADED: "degraded",
    common_pb2.FINISH_REASON_CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One case with the turn that answered it. `error` is set where the turn failed, and nothing else is then.

    `latency` is in seconds, from the request to the end of the stream.
    """

    case: EvalCase
    turn_id: str = ""
    completed: chat_pb2.TurnCompleted | None = None
    citations: tuple[common_pb2.Citation, ...] = ()
    latency: float = 0.0
    error: str = ""

    @property
    def text(self) -> str:
        return self.completed.answer if self.completed is not None else ""

    @property
    def outcome(self) -> str:
        """ "answered", "unanswered", "refused", "degraded", "cancelled", or empty where there is none."""
        return OUTCOME_WORDS.get(self.completed.finish_reason, "") if self.completed is not None else ""

    @property
    def retrieved_ids(self) -> tuple[str, ...]:
        """Ids of the documents that were retrieved, best first, each once."""
        return tuple(dict.fromkeys(citation.document_id for citation in self.citations))

    @property
    def cited_ids(self) -> tuple[str, ...]:
        """Ids of the documents that the answer refers to, each once."""
        if self.completed is None:
            return ()
        documents = {citation.chunk_id: citation.document_id for citation in self.citations}
        cited = (documents[chunk_id] for chunk_id in self.completed.citation_ids if chunk_id in documents)
        return tuple(dict.fromkeys(cited))


def ask(client: Client, case: EvalCase, prompt_version: str) -> Answer:
    """One turn with the case's history in the request. An error of the call becomes the answer's `error`.

    The cache is not asked: a run would score, time and price answers of an earlier run.
    """
    started = time.perf_counter()
    turn_id, completed = "", None
    citations: tuple[common_pb2.Citation, ...] = ()
    try:
        events = client.chat(
            case.case.question, prompt_version=prompt_version, history=case.case.history, skip_cache=True
        )
        for event in events:
            turn_id = event.turn_id
            if event.HasField("citations"):
                citations = tuple(event.citations.citations)
            elif event.HasField("completed"):
                completed = event.completed
    except ApiError as error:
        return Answer(case, error=str(error))
    if completed is None:
        return Answer(case, error="The stream ended before the turn did.")
    return Answer(case, turn_id, completed, citations, time.perf_counter() - started)
