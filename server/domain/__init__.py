"""The words of the system as types. Nothing here does I/O or knows of protobuf, SQL or any SDK."""

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
from server.domain.models import ModelEvent, ModelFinished, ModelRequest, TextDelta, Usage
from server.domain.operating import ComponentState, ComponentStatus
from server.domain.prompts import PromptBundle, PromptVersion
from server.domain.rails import Direction, RailReport, RailVerdict, Verdict
from server.domain.turns import (
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
    "Chunk",
    "CitationsFound",
    "Completed",
    "ComponentState",
    "ComponentStatus",
    "Direction",
    "Document",
    "DocumentKind",
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
    "ModelRequest",
    "Principal",
    "PromptBundle",
    "PromptVersion",
    "RailReport",
    "RailVerdict",
    "Role",
    "RouteSwitch",
    "SearchQuery",
    "SearchQuestionSource",
    "Section",
    "Started",
    "StoredDocument",
    "TextDelta",
    "Turn",
    "TurnEvent",
    "TurnRequest",
    "Usage",
    "Verdict",
]
