"""The tenants' rows: each change makes the tenant's next version."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Tenant(NamedTuple):
    """`version` changes with every change of the tenant's documents, `edition` when its vocabulary is tidied up."""

    number: int
    version: int
    edition: int


class TenantCounts(NamedTuple):
    documents: int
    chunks: int
    removed_chunks: int
    """Since the vocabulary's last edition."""


def find_tenant(db: sqlite3.Connection, name: str) -> Tenant | None:
    row = db.execute("SELECT number, version, edition FROM tenants WHERE name = ?", (name,)).fetchone()
    return Tenant(*row) if row else None


def changed_tenant(db: sqlite3.Connection, name: str) -> Tenant:
    """The tenant at its next version, made where it is new."""
    row = db.execute(
        "INSERT INTO tenants (name, version) VALUES (?, 1) "
        "ON CONFLICT (name) DO UPDATE SET version = version + 1 RETURNING number, version, edition",
        (name,),
    ).fetchone()
    return Tenant(*row)


def tenant_counts(db: sqlite3.Connection, name: str) -> TenantCounts:
    """All 0 where the tenant is unknown."""
    row = db.execute(
        "SELECT document_count, chunk_count, removed_count FROM tenants WHERE name = ?", (name,)
    ).fetchone()
    return TenantCounts(*row) if row else TenantCounts(0, 0, 0)


def mark_changed(
    db: sqlite3.Connection, tenant: Tenant, document: int, *, documents: int, added: int, removed: int
) -> None:
    """Write down that the document changed at the tenant's version, and by how many documents and chunks."""
    db.execute(
        "INSERT OR REPLACE INTO changes (document, tenant, version) VALUES (?, ?, ?)",
        (document, tenant.number, tenant.version),
    )
    db.execute(
        "UPDATE tenants SET document_count = document_count + ?, chunk_count = chunk_count + ?, "
        "removed_count = removed_count + ? WHERE number = ?",
        (documents, added - removed, removed, tenant.number),
    )
