"""IngestService: documents in, listed, deleted and searched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from grpc.aio import ServicerContext

from nightdesk.v1 import ingest_pb2, ingest_pb2_grpc
from server.domain import IndexedDocument, Role
from server.errors import InvalidArgument, NotFound
from server.interceptors.callers import current_principal, require_role
from server.knowledge.bundle_options import bundle_options
from server.knowledge.ingest import Ingestor
from server.knowledge.retrieve import Retriever
from server.ledger.prompts import PromptStore
from server.ports import VectorStore
from server.services import convert, validate
from server.services.ingest_stream import IngestStream

WRITERS = (Role.SERVICE, Role.ENGINEER, Role.ADMIN)
DEFAULT_LIMIT, MAX_LIMIT = 10, 100


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
        stream = IngestStream(self._ingestor, require_role(*WRITERS).tenant, self._stopping)
        async with aclosing(stream.run(request)) as responses:
            async for response in responses:
                yield response

    async def GetIngestion(
        self, request: ingest_pb2.GetIngestionRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.GetIngestionResponse:
        ingestion_id = validate.identifier("ingestion_id", request.ingestion_id)
        state = await self._ingestor.ingestion(current_principal().tenant, ingestion_id)
        return ingest_pb2.GetIngestionResponse(
            ingestion_id=state.ingestion_id,
            progress=ingest_pb2.IngestProgress(
                received_document_count=state.received_document_count,
                indexed_document_count=state.indexed_document_count,
                indexed_chunk_count=state.indexed_chunk_count,
            ),
            done=state.done,
            acknowledged_document_ids=state.document_ids,
        )

    async def ListDocuments(
        self, request: ingest_pb2.ListDocumentsRequest, context: ServicerContext[Any, Any]
    ) -> ingest_pb2.ListDocumentsResponse:
        limit = validate.page_size(request.page_size, default=100, maximum=1000)
        documents = await self._store.list_documents(current_principal().tenant, after=request.page_token, limit=limit)
        return ingest_pb2.ListDocumentsResponse(
            documents=[_summary(document) for document in documents],
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


def _summary(indexed: IndexedDocument) -> ingest_pb2.DocumentSummary:
    document = indexed.document
    return ingest_pb2.DocumentSummary(
        document_id=document.id,
        title=document.title,
        uri=document.uri,
        kind=convert.KINDS[document.kind],
        labels=document.labels,
        chunk_count=indexed.chunk_count,
        quarantined_chunk_count=indexed.quarantined_chunk_count,
        content_hash=document.content_hash,
        ingest_time=convert.timestamp(indexed.indexed_at),
        update_time=convert.timestamp(document.updated_at),
        source=document.source,
        quarantine_reason=indexed.quarantine_reason,
    )
