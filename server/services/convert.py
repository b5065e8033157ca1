"""Domain to protobuf and back: names and units, no decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from nightdesk.v1 import chat_pb2, common_pb2, ingest_pb2, rail_pb2
from server.domain import (
    CacheHit,
    CacheKind,
    Chunk,
    Direction,
    DocumentKind,
    FinishReason,
    Hit,
    IndexedDocument,
    Message,
    MessageRole,
    RailInfo,
    RailMode,
    RailVerdict,
    RouteDecision,
    RouteSwitch,
    SearchQuestionSource,
    Turn,
    Usage,
    Verdict,
)
from server.knowledge.review import Decision

KINDS: dict[DocumentKind, common_pb2.DocumentKind.ValueType] = {
    DocumentKind.DOC: common_pb2.DOCUMENT_KIND_DOC,
    DocumentKind.FAQ: common_pb2.DOCUMENT_KIND_FAQ,
    DocumentKind.TICKET: common_pb2.DOCUMENT_KIND_TICKET,
}
KINDS_BACK = {value: kind for kind, value in KINDS.items()}
SOURCES: dict[SearchQuestionSource, common_pb2.SearchQuestionSource.ValueType] = {
    SearchQuestionSource.MESSAGE: common_pb2.SEARCH_QUESTION_SOURCE_MESSAGE,
    SearchQuestionSource.CONVERSATION: common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION,
    SearchQuestionSource.MODEL: common_pb2.SEARCH_QUESTION_SOURCE_MODEL,
}
SOURCES_BACK = {value: source for source, value in SOURCES.items()}
ROLES: dict[MessageRole, common_pb2.MessageRole.ValueType] = {
    MessageRole.USER: common_pb2.MESSAGE_ROLE_USER,
    MessageRole.ASSISTANT: common_pb2.MESSAGE_ROLE_ASSISTANT,
}
ROLES_BACK = {value: role for role, value in ROLES.items()}
VERDICTS: dict[Verdict, common_pb2.Verdict.ValueType] = {
    Verdict.ALLOW: common_pb2.VERDICT_ALLOW,
    Verdict.BLOCK: common_pb2.VERDICT_BLOCK,
    Verdict.REDACT: common_pb2.VERDICT_REDACT,
    Verdict.FLAG: common_pb2.VERDICT_FLAG,
}
DIRECTIONS: dict[Direction, common_pb2.RailDirection.ValueType] = {
    Direction.INPUT: common_pb2.RAIL_DIRECTION_INPUT,
    Direction.CONTEXT: common_pb2.RAIL_DIRECTION_CONTEXT,
    Direction.OUTPUT: common_pb2.RAIL_DIRECTION_OUTPUT,
}
DIRECTIONS_BACK = {value: direction for direction, value in DIRECTIONS.items()}
RAIL_MODES: dict[RailMode | None, rail_pb2.RailMode.ValueType] = {
    RailMode.BLOCK: rail_pb2.RAIL_MODE_BLOCK,
    RailMode.FLAG: rail_pb2.RAIL_MODE_FLAG,
    None: rail_pb2.RAIL_MODE_MASK,
}
FINISHES: dict[FinishReason, common_pb2.FinishReason.ValueType] = {
    FinishReason.ANSWERED: common_pb2.FINISH_REASON_ANSWERED,
    FinishReason.REFUSED: common_pb2.FINISH_REASON_REFUSED,
    FinishReason.UNANSWERED: common_pb2.FINISH_REASON_UNANSWERED,
    FinishReason.DEGRADED: common_pb2.FINISH_REASON_DEGRADED,
    FinishReason.CANCELLED: common_pb2.FINISH_REASON_CANCELLED,
}
FINISHES_BACK = {value: reason for reason, value in FINISHES.items()}
CACHES: dict[CacheKind, common_pb2.CacheKind.ValueType] = {
    CacheKind.EXACT: common_pb2.CACHE_KIND_EXACT,
    CacheKind.SEMANTIC: common_pb2.CACHE_KIND_SEMANTIC,
}
DECISIONS_BACK: dict[ingest_pb2.ChunkDecision.ValueType, Decision] = {
    ingest_pb2.CHUNK_DECISION_RELEASE: Decision.RELEASE,
    ingest_pb2.CHUNK_DECISION_QUARANTINE: Decision.QUARANTINE,
}


def timestamp(moment: datetime | None) -> Timestamp | None:
    """None stays absent."""
    if moment is None:
        return None
    made = Timestamp()
    made.FromDatetime(moment)
    return made


def moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


def source(value: SearchQuestionSource | None) -> common_pb2.SearchQuestionSource.ValueType:
    """None is unspecified."""
    return common_pb2.SEARCH_QUESTION_SOURCE_UNSPECIFIED if value is None else SOURCES[value]


def duration(seconds: float | None) -> Duration | None:
    """None stays absent."""
    if seconds is None:
        return None
    made = Duration()
    made.FromNanoseconds(round(seconds * 1_000_000_000))
    return made


def money(nanos: int | None) -> common_pb2.Money | None:
    """US dollars; None, unpriced, stays absent."""
    return None if nanos is None else common_pb2.Money(currency_code="USD", nanos=nanos)


def messages(values: Sequence[common_pb2.Message]) -> tuple[Message, ...]:
    return tuple(Message(ROLES_BACK[value.role], value.text) for value in values)


def kinds(values: Sequence[common_pb2.DocumentKind.ValueType]) -> tuple[DocumentKind, ...]:
    return tuple(KINDS_BACK[value] for value in values if value in KINDS_BACK)


def citation(number: int, hit: Hit) -> common_pb2.Citation:
    return common_pb2.Citation(
        chunk_id=hit.chunk_id,
        document_id=hit.document_id,
        title=hit.title,
        uri=hit.uri,
        kind=KINDS[hit.kind],
        heading_path=hit.heading_path,
        text=hit.text,
        score=hit.score,
        number=number,
    )


def citations(hits: Sequence[Hit]) -> list[common_pb2.Citation]:
    return [citation(number, hit) for number, hit in enumerate(hits, start=1)]


def document_summary(indexed: IndexedDocument) -> ingest_pb2.DocumentSummary:
    document = indexed.document
    return ingest_pb2.DocumentSummary(
        document_id=document.id,
        title=document.title,
        uri=document.uri,
        kind=KINDS[document.kind],
        labels=document.labels,
        chunk_count=indexed.chunk_count,
        quarantined_chunk_count=indexed.quarantined_chunk_count,
        content_hash=document.content_hash,
        ingest_time=timestamp(indexed.indexed_at),
        update_time=timestamp(document.updated_at),
        source=document.source,
        quarantine_reason=indexed.quarantine_reason,
        sent_by=document.sent_by,
        access_groups=document.access_groups,
    )


def document_chunk(chunk: Chunk) -> ingest_pb2.DocumentChunk:
    return ingest_pb2.DocumentChunk(
        chunk_id=chunk.id,
        ordinal=chunk.ordinal,
        heading_path=chunk.heading_path,
        text=chunk.text,
        token_count=chunk.token_count,
        quarantine_reason=chunk.quarantine_reason,
        reviewed_by=chunk.reviewed_by,
    )


def search_result(hit: Hit) -> ingest_pb2.SearchResult:
    return ingest_pb2.SearchResult(
        document_id=hit.document_id,
        chunk_id=hit.chunk_id,
        score=hit.score,
        text_score=hit.text_score,
        vector_score=hit.vector_score,
        title=hit.title,
        uri=hit.uri,
        kind=KINDS[hit.kind],
        heading_path=hit.heading_path,
        text=hit.text,
        update_time=timestamp(hit.updated_at),
        similarity=hit.similarity,
        rerank_score=hit.rerank_score,
    )


def rail_verdict(verdict: RailVerdict) -> common_pb2.RailVerdict:
    return common_pb2.RailVerdict(
        rail=verdict.rail,
        direction=DIRECTIONS[verdict.direction],
        verdict=VERDICTS[verdict.verdict],
        category=verdict.category,
        score=verdict.score,
        threshold=verdict.threshold,
        detail=verdict.detail,
    )


def rail(info: RailInfo) -> rail_pb2.Rail:
    return rail_pb2.Rail(
        rail=info.name,
        direction=DIRECTIONS[info.direction],
        threshold=info.threshold,
        mode=RAIL_MODES[info.mode],
        judged=info.judged,
        fails_open=info.fails_open,
        description=info.description,
    )


def usage(value: Usage) -> common_pb2.Usage:
    return common_pb2.Usage(
        provider=value.provider,
        model=value.model,
        uncached_input_tokens=value.uncached_input_tokens,
        cache_read_tokens=value.cache_read_tokens,
        cache_write_tokens=value.cache_write_tokens,
        output_tokens=value.output_tokens,
        reasoning_tokens=value.reasoning_tokens,
        cost=money(value.cost_nanos),
        estimated=value.estimated,
        deployment=value.deployment,
        purpose=value.purpose,
        outcome=value.outcome,
    )


def route_decision(value: RouteDecision | None) -> chat_pb2.RouteDecision | None:
    """None stays absent."""
    if value is None:
        return None
    return chat_pb2.RouteDecision(route=value.route, rule=value.rule, chain=value.chain, reason=value.reason)


def route_switch(value: RouteSwitch) -> chat_pb2.RouteSwitched:
    return chat_pb2.RouteSwitched(
        from_model=value.from_model, to_model=value.to_model, reason=value.reason, mid_stream=value.mid_stream
    )


def cache_hit(value: CacheHit | None) -> chat_pb2.CacheHit | None:
    """None stays absent."""
    if value is None:
        return None
    return chat_pb2.CacheHit(kind=CACHES[value.kind], turn_id=value.turn_id, similarity=value.similarity)


def timings(turn: Turn) -> list[chat_pb2.StageTiming]:
    return [
        chat_pb2.StageTiming(stage=stage, duration=duration(seconds))
        for stage, seconds in sorted(turn.timings.items(), key=lambda item: STAGES.index(item[0]))
    ]


STAGES = (
    "input_rails",
    "search_question",
    "retrieval",
    "context_rails",
    "cache",
    "first_token",
    "generation",
    "total",
)
"""The order in which a turn's stages are shown."""


def completed(turn: Turn) -> chat_pb2.TurnCompleted:
    return chat_pb2.TurnCompleted(
        answer=turn.answer,
        finish_reason=FINISHES[turn.finish_reason],
        refusal_category=turn.refusal_category,
        citation_ids=turn.citation_ids,
        timings=timings(turn),
        usage=[usage(value) for value in turn.usage],
        cost=money(turn.cost_nanos),
        hand_over=turn.hand_over,
        prompt_version=turn.prompt_version,
        conversation_id=turn.conversation_id,
        route_decision=route_decision(turn.route_decision),
        cache_hit=cache_hit(turn.cache_hit),
    )
