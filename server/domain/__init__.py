"""The words of the system as types. Nothing here does I/O or knows of protobuf, SQL or any SDK."""

from server.domain.budgets import Account, Budget, BudgetState, Period
from server.domain.callers import Principal, Role
from server.domain.conversation import Message, MessageRole
from server.domain.knowledge import (
    Chunk,
    Document,
    DocumentKind,
    Found,
    Hit,
    IndexedDocument,
    IndexInfo,
    IndexStats,
    SearchQuery,
    SearchQuestionSource,
    Section,
    StoredDocument,
)
from server.domain.models import ModelEvent, ModelFinished, ModelRequest, ModelStarted, TextDelta, Usage
from server.domain.operating import ComponentState, ComponentStatus
from server.domain.prices import ModelPrices, PriceTier, TokenPrices
from server.domain.prompts import Example, PromptBundle, PromptVersion
from server.domain.rails import Direction, RailReport, RailVerdict, Verdict
from server.domain.routes import PreviousFailure, RouteDecision, RouteFacts, RouteRule, Routing
from server.domain.turns import (
    CacheHit,
    CacheKind,
    CitationsFound,
    Completed,
    FinishReason,
    RouteSwitch,
    Started,
    Turn,
    TurnEvent,
    TurnRequest,
)

__all__ = [
    "Account",
    "Budget",
    "BudgetState",
    "CacheHit",
    "CacheKind",
    "Chunk",
    "CitationsFound",
    "Completed",
    "ComponentState",
    "ComponentStatus",
    "Direction",
    "Document",
    "DocumentKind",
    "Example",
    "FinishReason",
    "Found",
    "Hit",
    "IndexInfo",
    "IndexStats",
    "IndexedDocument",
    "Message",
    "MessageRole",
    "ModelEvent",
    "ModelFinished",
    "ModelPrices",
    "ModelRequest",
    "ModelStarted",
    "Period",
    "PreviousFailure",
    "PriceTier",
    "Principal",
    "PromptBundle",
    "PromptVersion",
    "RailReport",
    "RailVerdict",
    "Role",
    "RouteDecision",
    "RouteFacts",
    "RouteRule",
    "RouteSwitch",
    "Routing",
    "SearchQuery",
    "SearchQuestionSource",
    "Section",
    "Started",
    "StoredDocument",
    "TextDelta",
    "TokenPrices",
    "Turn",
    "TurnEvent",
    "TurnRequest",
    "Usage",
    "Verdict",
]
