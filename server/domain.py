"""The words of the system as types. Nothing here does I/O or knows of protobuf, SQL or any SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# ---- who calls ------------------------------------------------------------------------------------------------------


class Role(StrEnum):
    SERVICE = "service"
    REVIEWER = "reviewer"
    ENGINEER = "engineer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, and whose data and budget it is."""

    name: str
    tenant: str
    role: Role


# ---- knowledge ------------------------------------------------------------------------------------------------------


class DocumentKind(StrEnum):
    DOC = "doc"
    FAQ = "faq"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Document:
    """What a caller sent, without its bytes."""

    id: str
    title: str
    uri: str
    kind: DocumentKind
    labels: tuple[str, ...]
    media_type: str
    content_hash: str
    """SHA-256 of the bytes, lower-case hex."""
    source: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A run of a document's text under one heading path. `text` is Markdown-like plain text."""

    heading_path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is retrieved.

    `id` is stable for the same tenant, document, content hash and ordinal. `text` is what a model and a customer read;
    `search_text` is what is embedded and searched (the title and headings go in front of the text).
    """

    id: str
    document_id: str
    ordinal: int
    heading_path: tuple[str, ...]
    text: str
    search_text: str
    token_count: int
    quarantine_reason: str = ""
    """Why a reviewer must look at it first; such a chunk is never retrieved. Empty where it is clean."""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as the index holds it."""

    document: Document
    chunk_count: int
    quarantined_chunk_count: int
    indexed_at: datetime
    quarantine_reason: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search returned, with the document's fields that a reader is shown.

    `score` is fused, 0 to 1; `text_score` and `vector_score` are its parts, each min-max scaled over the candidates.
    `similarity` is the plain cosine of the question and the chunk, -1 to 1.
    """

    chunk_id: str
    document_id: str
    title: str
    uri: str
    kind: DocumentKind
    heading_path: tuple[str, ...]
    text: str
    labels: tuple[str, ...]
    score: float
    text_score: float
    vector_score: float
    similarity: float
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a vector store is asked.

    `vector_weight` is the share of the vector score in the fused score, 0 to 1; `limit` is the number of hits wanted.
    """

    text: str
    limit: int = 10
    vector_weight: float = 0.5
    kinds: tuple[DocumentKind, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexStats:
    document_count: int
    chunk_count: int
    version: str
    """Changes with every change of the index."""


# ---- conversation ---------------------------------------------------------------------------------------------------


class MessageRole(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    role: MessageRole
    text: str


# ---- rails ----------------------------------------------------------------------------------------------------------


class Direction(StrEnum):
    INPUT = "input"
    CONTEXT = "context"
    OUTPUT = "output"


class Verdict(StrEnum):
    ALLOW = "allow"
    REDACT = "redact"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class RailVerdict:
    """What one rail said about one text. `score` and `threshold` are 0 to 1; `detail` has personal data masked."""

    rail: str
    direction: Direction
    verdict: Verdict
    category: str = ""
    score: float = 0.0
    threshold: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RailReport:
    """What all rails of one direction said about one text; `text` has what was redacted masked."""

    text: str
    verdicts: tuple[RailVerdict, ...]

    @property
    def deciding(self) -> RailVerdict | None:
        """The strictest verdict that is not an allow: the first block, else the first redaction."""
        for wanted in (Verdict.BLOCK, Verdict.REDACT):
            for verdict in self.verdicts:
                if verdict.verdict is wanted:
                    return verdict
        return None

    @property
    def blocked(self) -> RailVerdict | None:
        verdict = self.deciding
        return verdict if verdict is not None and verdict.verdict is Verdict.BLOCK else None


# ---- prompts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PromptBundle:
    """What decides how a turn is answered; units and ranges are those of the contract's PromptBundle."""

    template: str
    route: str = "default"
    temperature: float | None = None
    max_output_tokens: int = 800
    retrieval_limit: int = 8
    vector_weight: float = 0.5
    answerability_floor: float = 0.45
    """Of 0.30 to 0.50 the value with the most right outcomes on the sample's 150 cases, keyless."""
    history_turns: int = 6
    rail_thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PromptVersion:
    version: int
    bundle: PromptBundle
    content_hash: str
    description: str
    author: str
    created_at: datetime
    labels: tuple[str, ...] = ()


# ---- models ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call to a model, in disjoint counts.

    `cost_nanos` is in billionths of a US dollar; None is unpriced.
    """

    provider: str
    model: str
    uncached_input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_nanos: int | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """All that a model may need to answer one turn.

    A chat model is sent `system`, `history` and `question`; the extractive answerer reads `question`, `search_question`
    and `passages`. The passages are already part of `system`, numbered from 1 in the same order.
    """

    system: str
    history: tuple[Message, ...]
    question: str
    search_question: str
    passages: tuple[Hit, ...]
    max_output_tokens: int
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ModelFinished:
    """The last event of a model's stream. `reason` is stop, length, refusal or unanswered."""

    reason: str
    usage: Usage


ModelEvent = TextDelta | ModelFinished


# ---- a turn ---------------------------------------------------------------------------------------------------------


class FinishReason(StrEnum):
    ANSWERED = "answered"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    DEGRADED = "degraded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One user message, validated, with its caller."""

    principal: Principal
    message: str
    request_id: str
    conversation_id: str = ""
    prompt_version: str = ""
    history: tuple[Message, ...] = ()
    end_user_id: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteSwitch:
    from_model: str
    to_model: str
    reason: str


@dataclass(slots=True)
class Turn:
    """The record of one turn, filled stage by stage, written to the ledger once."""

    id: str
    tenant: str
    conversation_id: str
    request_id: str
    created_at: datetime
    prompt_version: int
    question: str
    """Personal data masked."""
    message_hash: str = ""
    """SHA-256 of the message as it was sent: tells a repeated request from another one under the same id."""
    answer: str = ""
    finish_reason: FinishReason = FinishReason.CANCELLED
    refusal_category: str = ""
    search_question: str = ""
    index_version: str = ""
    answerability: float = 0.0
    prompt: str = ""
    citations: tuple[Hit, ...] = ()
    citation_ids: tuple[str, ...] = ()
    rail_verdicts: list[RailVerdict] = field(default_factory=list)
    route_switches: list[RouteSwitch] = field(default_factory=list)
    usage: list[Usage] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    """Seconds by stage, in the order of the turn."""
    hand_over: bool = False
    end_user_id: str = ""

    @property
    def cost_nanos(self) -> int | None:
        """The sum over all calls; None where any of them is unpriced."""
        costs = [usage.cost_nanos for usage in self.usage]
        return None if any(cost is None for cost in costs) else sum(cost for cost in costs if cost is not None)

    @property
    def model(self) -> str:
        return self.usage[-1].model if self.usage else ""


@dataclass(frozen=True, slots=True)
class Started:
    turn: Turn
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class CitationsFound:
    citations: tuple[Hit, ...]
    search_question: str
    index_version: str


@dataclass(frozen=True, slots=True)
class Completed:
    turn: Turn


TurnEvent = Started | CitationsFound | TextDelta | RailVerdict | RouteSwitch | Usage | Completed


# ---- operating ------------------------------------------------------------------------------------------------------


class ComponentState(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """The result of checking one part of the server now."""

    component: str
    adapter: str
    state: ComponentState
    detail: str
    fix: str = ""
