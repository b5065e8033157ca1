"""IngestService: documents in, listed, deleted and searched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from grpc.aio import ServicerContext

from nightdesk.v1 import ingest_pb2, ingest_pb2_grpc
from server.domain import Role
from server.errors import InvalidArgument, NotFound
from server.interceptors.callers import current_principal, require_role
from server.knowledge.bundle_options import bundle_options
from server.knowledge.ingest import INGESTION_PAGE, Ingestor
from server.knowledge.retrieve import Retriever
from server.knowledge.review import Decision, Review, stored_document
from server.ledger.prompts import PromptStore
from server.ports import VectorStore
from server.services import convert, validate
from server.services.ingest_stream import IngestStream

WRITERS = (Role.SERVICE, Role.ENGINEER, Role.ADMIN)
REVIEWERS = (Role.REVIEWER, Role.ENGINEER, Role.ADMIN)
DEFAULT_PAGE, MAX_PAGE = 100, 1000
DEFAULT_LIMIT, MAX_LIMIT = 10, 100
MAX_CHUNK_ID_CHARACTERS = validate.MAX_ID_CHARACTERS + 32
"""A chunk's id is its document's with an ordinal and a hash behind it."""


class IngestService(ingest_pb2_grpc.IngestServiceServicer):
    """Serves the knowledge base of the caller's tenant. `stopping` is set when the server is told to stop."""

    def __init__(
        self,
        ingestor: Ingestor,
        store: VectorStore,
        retriever: Retriever,
        prompts: PromptStore,
        stopping: asyncio.Event,
    ) -> None:
        self._ingestor = ingestor
        self._store = store
        self._retriever = retriever
        self._prompts = prompts
        self._stopping = stopping

    async def Ingest(
        self, request: AsyncIterator[ingest_pb2.IngestRequest], context: ServicerContext[Any, Any]
    ) -> AsyncIterator[ingest_pb2.IngestResponse]:
        stream = IngestStream(self._ingestor, require_role(*WRITERS), self._stopping)
        async with aclosing(stream.run(request)) as responses:
            async for response in responses:
                yield response

    async def GetIngestion(
        self, request: ingest_pb2.GetIngestionRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.GetIngestionResponse:
        ingestion_id = validate.identifier("ingestion_id", request.ingestion_id)
        limit = validate.page_size(request.page_size, default=INGESTION_PAGE, maximum=INGESTION_PAGE)
        after = validate.whole_number("page_token", request.page_token or "0")
        state = await self._ingestor.ingestion(current_principal().tenant, ingestion_id, after=after, limit=limit)
        return ingest_pb2.GetIngestionResponse(
            ingestion_id=state.ingestion_id,
            progress=ingest_pb2.IngestProgress(
                received_document_count=state.received_document_count,
                indexed_document_count=state.indexed_document_count,
                indexed_chunk_count=state.indexed_chunk_count,
            ),
            done=state.done,
            acknowledged_document_ids=state.document_ids,
            next_page_token=str(state.next_after or ""),
        )

    async def ListDocuments(
        self, request: ingest_pb2.ListDocumentsRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.ListDocumentsResponse:
        limit = validate.page_size(request.page_size, default=DEFAULT_PAGE, maximum=MAX_PAGE)
        documents = await self._store.list_documents(
            current_principal().tenant,
            after=request.page_token,
            limit=limit,
            quarantined_only=request.quarantined_only,
        )
        return ingest_pb2.ListDocumentsResponse(
            documents=[convert.document_summary(document) for document in documents],
            next_page_token=documents[-1].document.id if len(documents) == limit else "",
        )

    async def DeleteDocument(
        self, request: ingest_pb2.DeleteDocumentRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.DeleteDocumentResponse:
        principal = require_role(*WRITERS)
        document_id = validate.identifier("document_id", request.document_id)
        if not await self._ingestor.delete(principal.tenant, document_id):
            raise NotFound(
                f"There is no document {document_id!r}.", reason="DOCUMENT_NOT_FOUND", fix="ListDocuments has the ids."
            )
        return ingest_pb2.DeleteDocumentResponse()

    async def ListChunks(
        self, request: ingest_pb2.ListChunksRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.ListChunksResponse:
        document_id = validate.identifier("document_id", request.document_id)
        limit = validate.page_size(request.page_size, default=DEFAULT_PAGE, maximum=MAX_PAGE)
        after = validate.whole_number("page_token", request.page_token or "-1")
        stored = await stored_document(self._store, current_principal().tenant, document_id)
        chunks = [
            chunk
            for chunk in stored.chunks
            if chunk.ordinal > after and (chunk.quarantine_reason or not request.quarantined_only)
        ]
        page = chunks[:limit]
        return ingest_pb2.ListChunksResponse(
            chunks=[convert.document_chunk(chunk) for chunk in page],
            next_page_token=str(page[-1].ordinal) if len(chunks) > limit else "",
        )

    async def ReviewChunk(
        self, request: ingest_pb2.ReviewChunkRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.ReviewChunkResponse:
        principal = require_role(*REVIEWERS)
        review = Review(
            document_id=validate.identifier("document_id", request.document_id),
            chunk_id=validate.identifier("chunk_id", request.chunk_id, max_characters=MAX_CHUNK_ID_CHARACTERS),
            decision=_decision(request.decision),
            reviewer=principal.name,
        )
        chunk = await self._ingestor.review(principal.tenant, review)
        return ingest_pb2.ReviewChunkResponse(chunk=convert.document_chunk(chunk))

    async def Search(
        self, request: ingest_pb2.SearchRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.SearchResponse:
        question = validate.text("question", request.question, max_bytes=validate.MAX_MESSAGE_BYTES)
        validate.messages("history", request.history)
        if not 0 <= request.limit <= MAX_LIMIT:
            raise InvalidArgument(
                "limit", f"limit is {request.limit}; it must be from 1 to {MAX_LIMIT}.", fix="Send 0 for the default."
            )
        tenant = current_principal().tenant
        bundle = (await self._prompts.resolve(tenant)).bundle
        options = replace(
            bundle_options(bundle, question),
            limit=request.limit or DEFAULT_LIMIT,
            kinds=convert.kinds(request.kinds),
            labels=validate.labels("labels", request.labels),
            access_groups=validate.labels("access_groups", request.access_groups),
        )
        history = convert.messages(request.history)
        retrieval = await self._retriever.retrieve(tenant, question, history, options=options)
        return ingest_pb2.SearchResponse(
            results=[convert.search_result(hit) for hit in retrieval.hits],
            search_question=retrieval.search_question,
            index_version=retrieval.index_version,
            answerability=retrieval.answerability,
            answerability_floor=bundle.answerability_floor,
            search_question_source=convert.source(retrieval.search_question_source),
        )


def _decision(value: ingest_pb2.ChunkDecision.ValueType) -> Decision:
    if value not in convert.DECISIONS_BACK:
        raise InvalidArgument(
            "decision",
            f"There is no decision {value}.",
            fix="Send CHUNK_DECISION_RELEASE or _QUARANTINE.",
        )
    return convert.DECISIONS_BACK[value]
