"""The state of the server's parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
