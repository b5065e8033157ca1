"""A server in this process that speaks the contract from a script: for tests of its clients."""

# ruff: noqa: N802 - the contract names its calls so

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import grpc
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from nightdesk.v1 import (
    chat_pb2,
    chat_pb2_grpc,
    common_pb2,
    evaluation_pb2,
    evaluation_pb2_grpc,
    ingest_pb2,
    ingest_pb2_grpc,
    operations_pb2,
    operations_pb2_grpc,
    prompt_pb2,
    prompt_pb2_grpc,
    rail_pb2,
    rail_pb2_grpc,
)
from tests.twins.model_operations import ModelOperations, usd
from tests.twins.rails import RailDecisions, RailOperations, verdict

REFUND = common_pb2.Citation(
    chunk_id="c1",
    document_id="docs/refunds.md",
    title="Refunds",
    heading_path=["Yearly plans"],
    text="30 days",
    number=1,
)
DECISION = chat_pb2.RouteDecision(
    route="default", rule="easy", chain=["cheap", "strong"], reason="question_tokens 12 <= 40"
)
SWITCH = chat_pb2.RouteSwitched(from_model="cheap", to_model="strong", reason="timed_out", mid_stream=True)
CACHE_HIT = chat_pb2.CacheHit(kind=common_pb2.CACHE_KIND_SEMANTIC, turn_id="t1", similarity=0.9712)
CALLS = [
    common_pb2.Usage(
        deployment="cheap",
        provider="openai",
        model="gpt-5-nano",
        purpose="answer",
        outcome="timed_out",
        uncached_input_tokens=800,
        output_tokens=5,
        cost=usd(42_000),
        estimated=True,
    ),
    common_pb2.Usage(
        deployment="strong",
        provider="anthropic",
        model="claude-opus-4-5-20251101",
        purpose="answer",
        outcome="ok",
        uncached_input_tokens=820,
        cache_read_tokens=100,
        output_tokens=40,
        cost=usd(5_150_000),
    ),
]


def answered(text: str = "Within 30 days. [1]", *, cost_nanos: int | None = 0) -> list[chat_pb2.ChatResponse]:
    """A turn that ends well: what it found, the text in two deltas, and `completed`."""
    completed = chat_pb2.TurnCompleted(
        answer=text,
        finish_reason=common_pb2.FINISH_REASON_ANSWERED,
        citation_ids=["c1"],
        prompt_version=1,
        conversation_id="conversation-1",
        usage=[common_pb2.Usage(provider="nightdesk", model="extractive", purpose="answer", outcome="ok")],
    )
    if cost_nanos is not None:
        completed.cost.CopyFrom(common_pb2.Money(currency_code="USD", nanos=cost_nanos))
    completed.timings.add(stage="total").duration.FromMilliseconds(120)
    half = len(text) // 2
    return _numbered(
        chat_pb2.ChatResponse(started=chat_pb2.TurnStarted(conversation_id="conversation-1", prompt_version=1)),
        chat_pb2.ChatResponse(citations=chat_pb2.CitationsFound(citations=[REFUND])),
        chat_pb2.ChatResponse(delta=chat_pb2.AnswerDelta(text=text[:half])),
        chat_pb2.ChatResponse(delta=chat_pb2.AnswerDelta(text=text[half:])),
        chat_pb2.ChatResponse(completed=completed),
    )


def refused(category: str = "jailbreak") -> list[chat_pb2.ChatResponse]:
    """A turn that an input rail ended: no delta, the answer stands in `completed`."""
    verdict = common_pb2.RailVerdict(
        rail="jailbreak patterns",
        direction=common_pb2.RAIL_DIRECTION_INPUT,
        verdict=common_pb2.VERDICT_BLOCK,
        category=category,
        score=0.97,
    )
    completed = chat_pb2.TurnCompleted(
        answer="I can't help with that.",
        finish_reason=common_pb2.FINISH_REASON_REFUSED,
        refusal_category=category,
        prompt_version=1,
        conversation_id="conversation-1",
    )
    return _numbered(
        chat_pb2.ChatResponse(started=chat_pb2.TurnStarted(conversation_id="conversation-1", prompt_version=1)),
        chat_pb2.ChatResponse(rail_verdict=verdict),
        chat_pb2.ChatResponse(completed=completed),
    )


def abort(context: grpc.ServicerContext, code: int, reason: str, message: str, fix: str = "") -> None:
    """End the call as the real server does, with one ErrorInfo."""
    status = status_pb2.Status(code=code, message=message)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain="nightdesk", metadata={"fix": fix}))
    context.abort_with_status(rpc_status.to_status(status))


@dataclass(slots=True)
class Chats(chat_pb2_grpc.ChatServiceServicer):
    """Answers with `turns[message]`, or the general answer."""

    turns: dict[str, list[chat_pb2.ChatResponse]] = field(default_factory=dict)
    requests: list[chat_pb2.ChatRequest] = field(default_factory=list)
    opinions: list[chat_pb2.SubmitFeedbackRequest] = field(default_factory=list)

    def SubmitFeedback(
        self, request: chat_pb2.SubmitFeedbackRequest, context: grpc.ServicerContext
    ) -> chat_pb2.SubmitFeedbackResponse:
        self.opinions.append(request)
        return chat_pb2.SubmitFeedbackResponse()

    def Chat(self, request: chat_pb2.ChatRequest, context: grpc.ServicerContext) -> Iterator[chat_pb2.ChatResponse]:
        self.requests.append(request)
        if request.prompt_version == "nowhere":
            abort(context, code_pb2.NOT_FOUND, "NOT_FOUND", "There is no prompt version “nowhere”.", "List them.")
        yield from self.turns.get(request.message, answered())


@dataclass(slots=True)
class Documents(ingest_pb2_grpc.IngestServiceServicer):
    """Keeps what is sent; a document whose bytes hold "poison" is quarantined. Every document has `chunks`."""

    hashes: dict[str, str] = field(default_factory=dict)
    headers: list[ingest_pb2.DocumentHeader] = field(default_factory=list)
    data: dict[str, bytes] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    searches: list[ingest_pb2.SearchRequest] = field(default_factory=list)
    chunks: list[ingest_pb2.DocumentChunk] = field(default_factory=list)
    listings: list[ingest_pb2.ListDocumentsRequest] = field(default_factory=list)
    max_document_bytes: int = 1000
    shuts_down: bool = False

    def Ingest(
        self, request_iterator: Iterator[ingest_pb2.IngestRequest], context: grpc.ServicerContext
    ) -> Iterator[ingest_pb2.IngestResponse]:
        self.sources.append(next(request_iterator).start.source)
        started = ingest_pb2.IngestStarted(ingestion_id="i1", max_document_bytes=self.max_document_bytes)
        yield ingest_pb2.IngestResponse(started=started)
        if self.shuts_down:
            yield ingest_pb2.IngestResponse(shutting_down=ingest_pb2.IngestShuttingDown())
            return
        for request in request_iterator:
            match request.WhichOneof("event"):
                case "document":
                    self.headers.append(request.document)
                    self.data[request.document.document_id] = b""
                case "part":
                    self.data[self.headers[-1].document_id] += request.part.data
                case "document_end":
                    yield ingest_pb2.IngestResponse(outcome=self._outcome(self.headers[-1]))
                case "stop":
                    return

    def _outcome(self, header: ingest_pb2.DocumentHeader) -> ingest_pb2.DocumentOutcome:
        before = self.hashes.get(header.document_id)
        self.hashes[header.document_id] = header.content_hash
        outcome = ingest_pb2.DocumentOutcome(document_id=header.document_id, chunk_count=1)
        if b"poison" in self.data[header.document_id]:
            outcome.status = ingest_pb2.DOCUMENT_STATUS_QUARANTINED
            outcome.reason = "PLANTED_INSTRUCTIONS"
        elif before is None:
            outcome.status = ingest_pb2.DOCUMENT_STATUS_CREATED
        elif before == header.content_hash:
            outcome.status = ingest_pb2.DOCUMENT_STATUS_UNCHANGED
        else:
            outcome.status = ingest_pb2.DOCUMENT_STATUS_REPLACED
        return outcome

    def Search(self, request: ingest_pb2.SearchRequest, context: grpc.ServicerContext) -> ingest_pb2.SearchResponse:
        self.searches.append(request)
        # The first of many questions is the slowest: order must not come from speed.
        time.sleep(0.05 if "first" in request.question else 0.0)
        result = ingest_pb2.SearchResult(
            document_id="docs/refunds.md", chunk_id=f"c-{request.question}", score=0.5, title="Refunds", text="30 days"
        )
        return ingest_pb2.SearchResponse(
            results=[result], search_question=request.question, answerability=0.4, answerability_floor=0.5
        )

    def ListDocuments(
        self, request: ingest_pb2.ListDocumentsRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.ListDocumentsResponse:
        """Pages of one, so that a client must follow the tokens."""
        self.listings.append(request)
        place = int(request.page_token or 0)
        ids = sorted(self.hashes)
        page = [ingest_pb2.DocumentSummary(document_id=document_id) for document_id in ids[place : place + 1]]
        token = str(place + 1) if place + 1 < len(ids) else ""
        return ingest_pb2.ListDocumentsResponse(documents=page, next_page_token=token)

    def ListChunks(
        self, request: ingest_pb2.ListChunksRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.ListChunksResponse:
        """Pages of one here, too."""
        place = int(request.page_token or 0)
        found = [chunk for chunk in self.chunks if chunk.quarantine_reason or not request.quarantined_only]
        token = str(place + 1) if place + 1 < len(found) else ""
        return ingest_pb2.ListChunksResponse(chunks=found[place : place + 1], next_page_token=token)

    def ReviewChunk(
        self, request: ingest_pb2.ReviewChunkRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.ReviewChunkResponse:
        for chunk in self.chunks:
            if chunk.chunk_id == request.chunk_id:
                is_release = request.decision == ingest_pb2.CHUNK_DECISION_RELEASE
                chunk.quarantine_reason = "" if is_release else "reviewer_decision"
                chunk.reviewed_by = "rita"
                return ingest_pb2.ReviewChunkResponse(chunk=chunk)
        abort(context, code_pb2.NOT_FOUND, "CHUNK_NOT_FOUND", "There is no such chunk.", "List the chunks again.")
        raise AssertionError

    def DeleteDocument(
        self, request: ingest_pb2.DeleteDocumentRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.DeleteDocumentResponse:
        if request.document_id not in self.hashes:
            abort(context, code_pb2.NOT_FOUND, "NOT_FOUND", f"There is no document {request.document_id!r}.")
        del self.hashes[request.document_id]
        return ingest_pb2.DeleteDocumentResponse()


class Rails(RailDecisions):
    """Blocks what holds "ignore", masks what holds "@", flags what holds "hmm"; "too long" is refused."""

    def CheckText(
        self, request: rail_pb2.CheckTextRequest, context: grpc.ServicerContext
    ) -> rail_pb2.CheckTextResponse:
        if "too long" in request.text:
            abort(context, code_pb2.INVALID_ARGUMENT, "FIELD_TOO_LARGE", "text has 70000 bytes.", "Shorten it.")
        if "hmm" in request.text:
            return rail_pb2.CheckTextResponse(
                verdict=common_pb2.VERDICT_FLAG, rail="rude", category="rude", score=0.9, redacted_text=request.text
            )
        if "ignore" in request.text:
            return rail_pb2.CheckTextResponse(
                verdict=common_pb2.VERDICT_BLOCK,
                rail="prompt injection",
                category="prompt_injection",
                score=0.75,
                redacted_text=request.text,
                verdicts=[verdict("prompt injection", 0.75, 0.7, "prompt_injection")],
            )
        if "@" in request.text:
            return rail_pb2.CheckTextResponse(
                verdict=common_pb2.VERDICT_REDACT,
                rail="personal data",
                category="personal_data",
                score=1.0,
                redacted_text="<EMAIL>",
            )
        return rail_pb2.CheckTextResponse(
            verdict=common_pb2.VERDICT_ALLOW,
            redacted_text=request.text,
            verdicts=[verdict("prompt injection", 0.1, 0.7)],
        )


@dataclass(slots=True)
class Prompts(prompt_pb2_grpc.PromptServiceServicer):
    versions: list[prompt_pb2.PromptVersion] = field(
        default_factory=lambda: [
            prompt_pb2.PromptVersion(
                version=1,
                labels=["production"],
                description="the first",
                bundle=prompt_pb2.PromptBundle(
                    template="You help.", route="default", retrieval_limit=6, max_output_tokens=400
                ),
            )
        ]
    )

    def GetPromptVersion(
        self, request: prompt_pb2.GetPromptVersionRequest, context: grpc.ServicerContext
    ) -> prompt_pb2.GetPromptVersionResponse:
        for version in self.versions:
            if request.prompt_version in (str(version.version), *version.labels):
                return prompt_pb2.GetPromptVersionResponse(prompt_version=version)
        abort(context, code_pb2.NOT_FOUND, "NOT_FOUND", f"There is no prompt version {request.prompt_version!r}.")
        raise AssertionError

    def ListPromptVersions(
        self, request: prompt_pb2.ListPromptVersionsRequest, context: grpc.ServicerContext
    ) -> prompt_pb2.ListPromptVersionsResponse:
        return prompt_pb2.ListPromptVersionsResponse(prompt_versions=reversed(self.versions))

    def CreatePromptVersion(
        self, request: prompt_pb2.CreatePromptVersionRequest, context: grpc.ServicerContext
    ) -> prompt_pb2.CreatePromptVersionResponse:
        made = prompt_pb2.PromptVersion(
            version=len(self.versions) + 1, bundle=request.bundle, description=request.description
        )
        self.versions.append(made)
        return prompt_pb2.CreatePromptVersionResponse(prompt_version=made)

    def SetPromptLabel(
        self, request: prompt_pb2.SetPromptLabelRequest, context: grpc.ServicerContext
    ) -> prompt_pb2.SetPromptLabelResponse:
        version = self.versions[request.version - 1]
        version.labels.append(request.label)
        return prompt_pb2.SetPromptLabelResponse(prompt_version=version)

    def DiffPromptVersions(
        self, request: prompt_pb2.DiffPromptVersionsRequest, context: grpc.ServicerContext
    ) -> prompt_pb2.DiffPromptVersionsResponse:
        diff = f"--- {request.from_prompt_version}\n+++ {request.to_prompt_version}\n"
        return prompt_pb2.DiffPromptVersionsResponse(unified_diff=diff)


@dataclass(slots=True)
class Evaluations(evaluation_pb2_grpc.EvaluationServiceServicer):
    runs: dict[str, evaluation_pb2.Run] = field(default_factory=dict)
    results: dict[str, list[evaluation_pb2.CaseResult]] = field(default_factory=dict)
    batch_sizes: list[int] = field(default_factory=list)

    def CreateRun(
        self, request: evaluation_pb2.CreateRunRequest, context: grpc.ServicerContext
    ) -> evaluation_pb2.CreateRunResponse:
        run = evaluation_pb2.Run(
            run_id=f"run-{len(self.runs) + 1}",
            dataset=request.dataset,
            dataset_hash=request.dataset_hash,
            prompt_version=request.prompt_version,
            state=evaluation_pb2.RUN_STATE_RUNNING,
        )
        self.runs[run.run_id] = run
        self.results[run.run_id] = []
        return evaluation_pb2.CreateRunResponse(run=run)

    def RecordResults(
        self, request: evaluation_pb2.RecordResultsRequest, context: grpc.ServicerContext
    ) -> evaluation_pb2.RecordResultsResponse:
        self.results[request.run_id].extend(request.results)
        self.batch_sizes.append(len(request.results))
        return evaluation_pb2.RecordResultsResponse()

    def FinishRun(
        self, request: evaluation_pb2.FinishRunRequest, context: grpc.ServicerContext
    ) -> evaluation_pb2.FinishRunResponse:
        run, results = self.runs[request.run_id], self.results[request.run_id]
        run.state = evaluation_pb2.RUN_STATE_FINISHED
        run.metrics.extend(request.metrics)
        run.case_count = len(results)
        run.error_count = sum(bool(result.error) for result in results)
        return evaluation_pb2.FinishRunResponse(run=run)

    def GetRun(
        self, request: evaluation_pb2.GetRunRequest, context: grpc.ServicerContext
    ) -> evaluation_pb2.GetRunResponse:
        return evaluation_pb2.GetRunResponse(run=self.runs[request.run_id])

    def ListRuns(
        self, request: evaluation_pb2.ListRunsRequest, context: grpc.ServicerContext
    ) -> evaluation_pb2.ListRunsResponse:
        return evaluation_pb2.ListRunsResponse(runs=reversed(self.runs.values()))

    def ListResults(
        self, request: evaluation_pb2.ListResultsRequest, context: grpc.ServicerContext
    ) -> evaluation_pb2.ListResultsResponse:
        return evaluation_pb2.ListResultsResponse(results=self.results[request.run_id])


@dataclass(slots=True)
class Operations(RailOperations, ModelOperations):
    model_state: operations_pb2.ComponentState.ValueType = operations_pb2.COMPONENT_STATE_OK

    def GetStatus(
        self, request: operations_pb2.GetStatusRequest, context: grpc.ServicerContext
    ) -> operations_pb2.GetStatusResponse:
        model = operations_pb2.Component(
            component="model", adapter="openai", state=self.model_state, detail="401", fix="Set OPENAI_API_KEY."
        )
        return operations_pb2.GetStatusResponse(server_version="1.2.3", components=[model], document_count=3)

    def ListTurns(
        self, request: operations_pb2.ListTurnsRequest, context: grpc.ServicerContext
    ) -> operations_pb2.ListTurnsResponse:
        return operations_pb2.ListTurnsResponse(turns=[_turn_summary()])

    def GetTurn(
        self, request: operations_pb2.GetTurnRequest, context: grpc.ServicerContext
    ) -> operations_pb2.GetTurnResponse:
        turn = operations_pb2.Turn(
            summary=_turn_summary(),
            question="refund?",
            search_question="How long is a refund?",
            search_question_source=common_pb2.SEARCH_QUESTION_SOURCE_MODEL,
            access_groups=["staff"],
            answer="30 days",
            citations=[REFUND],
            citation_ids=["c1"],
            customer_tier="enterprise",
            route_decision=DECISION,
            route_switches=[SWITCH],
            usage=CALLS,
        )
        if request.turn_id == "cached":
            for name in ("route_decision", "route_switches", "usage"):
                turn.ClearField(name)
            turn.cache_hit.CopyFrom(CACHE_HIT)
        return operations_pb2.GetTurnResponse(turn=turn)


@dataclass(slots=True)
class ContractTwin:
    """Serves until `stop`; each service keeps what it was asked."""

    chats: Chats = field(default_factory=Chats)
    documents: Documents = field(default_factory=Documents)
    rails: Rails = field(default_factory=Rails)
    prompts: Prompts = field(default_factory=Prompts)
    evaluations: Evaluations = field(default_factory=Evaluations)
    operations: Operations = field(default_factory=Operations)
    address: str = ""
    _server: grpc.Server | None = None

    def start(self, address: str = "127.0.0.1:0") -> None:
        server = grpc.server(ThreadPoolExecutor(16))
        chat_pb2_grpc.add_ChatServiceServicer_to_server(self.chats, server)
        ingest_pb2_grpc.add_IngestServiceServicer_to_server(self.documents, server)
        rail_pb2_grpc.add_RailServiceServicer_to_server(self.rails, server)
        prompt_pb2_grpc.add_PromptServiceServicer_to_server(self.prompts, server)
        evaluation_pb2_grpc.add_EvaluationServiceServicer_to_server(self.evaluations, server)
        operations_pb2_grpc.add_OperationsServiceServicer_to_server(self.operations, server)
        self.address = f"127.0.0.1:{server.add_insecure_port(address)}"
        server.start()
        self._server = server

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(grace=None).wait()

    def wait(self) -> None:
        if self._server is not None:
            self._server.wait_for_termination()


def _turn_summary() -> operations_pb2.TurnSummary:
    return operations_pb2.TurnSummary(
        turn_id="t1", question="refund?", finish_reason=common_pb2.FINISH_REASON_ANSWERED, model="extractive"
    )


def _numbered(*events: chat_pb2.ChatResponse) -> list[chat_pb2.ChatResponse]:
    for sequence, event in enumerate(events, start=1):
        event.sequence, event.turn_id = sequence, "turn-1"
    return list(events)


if __name__ == "__main__":
    twin = ContractTwin()
    twin.start(sys.argv[1])
    twin.wait()
