"""Who calls, and whose data and budget it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
