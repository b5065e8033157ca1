"""Who calls: the principal behind the API key, and the roles that a call wants."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from grpc.aio import ServicerContext

from server.domain import Principal, Role
from server.errors import PermissionDenied, SettingsError, Unauthenticated

LOCAL = Principal(name="local", tenant="default", role=Role.ADMIN)
"""Everybody, while authentication is off and the server listens on loopback only."""

_OPEN_METHODS = ("grpc.health.", "grpc.reflection.")
_principal: ContextVar[Principal] = ContextVar("principal")


def current_principal() -> Principal:
    """The principal of the running call."""
    return _principal.get()


def require_role(*allowed: Role) -> Principal:
    """The principal, if its role is one of these. Raises PermissionDenied."""
    principal = current_principal()
    if principal.role not in allowed:
        names = ", ".join(role.value for role in allowed)
        raise PermissionDenied(
            f"Role {principal.role.value!r} may not do this.", fix=f"Use a key with one of the roles: {names}."
        )
    return principal


class Callers:
    """Knows the principals by the SHA-256 of their keys. None as `keys` means that authentication is off."""

    def __init__(self, keys: Mapping[str, str] | None) -> None:
        self._principals = None if keys is None else {digest: _parse(entry) for digest, entry in keys.items()}

    @asynccontextmanager
    async def identify(self, method: str, context: ServicerContext[Any, Any]) -> AsyncIterator[None]:
        """Make the caller's principal the current one. Raises Unauthenticated."""
        if method.startswith(_OPEN_METHODS):
            yield
            return
        principal = self._principal(context)
        _principal.set(principal)
        structlog.contextvars.bind_contextvars(tenant=principal.tenant, principal=principal.name)
        yield

    def _principal(self, context: ServicerContext[Any, Any]) -> Principal:
        if self._principals is None:
            return LOCAL
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        scheme, _, key = metadata.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise Unauthenticated(
                "The call carries no API key.",
                reason="API_KEY_MISSING",
                fix="Send the metadata entry `authorization: Bearer KEY`; the command line reads NIGHTDESK_API_KEY.",
            )
        # Looking a digest up takes no longer for a nearly right key than for a wrong one.
        principal = self._principals.get(hashlib.sha256(key.encode()).hexdigest())
        if principal is None:
            raise Unauthenticated("The API key is unknown.", fix="Ask an admin of your tenant for a key.")
        return principal


def _parse(entry: str) -> Principal:
    tenant, _, rest = entry.partition(":")
    role, _, name = rest.partition(":")
    if not tenant or role not in [item.value for item in Role]:
        raise SettingsError(
            f"NIGHTDESK_API_KEYS has the entry {entry!r}.",
            fix='An entry is "tenant:role:name" with a role of service, reviewer, engineer or admin.',
        )
    return Principal(name=name or role, tenant=tenant, role=Role(role))
