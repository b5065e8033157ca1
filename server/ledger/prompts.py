"""Prompt versions: numbered, immutable, found by number or by a label that moves."""

from __future__ import annotations

import asyncio
import difflib
import hashlib
import json
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from server.domain import PromptBundle, PromptVersion
from server.errors import InvalidArgument, NotFound
from server.ledger.readable import readable
from server.ledger.tables import PromptLabelRow, PromptVersionRow

PRODUCTION = "production"
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_BUNDLE = TypeAdapter(PromptBundle)
_ADDED = (
    "kind_weights",
    "recency_weight",
    "recency_half_life_days",
    "rerank",
    "search_question",
    "routing",
    "examples",
)
"""Parameters newer than the first release: a stored bundle without them has their defaults."""
_DEFAULTS = _BUNDLE.dump_python(PromptBundle(template=""), mode="json")


class PromptStore:
    """The prompt versions of every tenant. A tenant that has none yet gets `first` as version 1, in production."""

    def __init__(self, engine: Engine, first: PromptBundle) -> None:
        self._engine = engine
        self._first = first
        self._writing = threading.Lock()
        self._bundles: dict[tuple[str, int], PromptVersion] = {}

    async def resolve(self, tenant: str, name: str = PRODUCTION) -> PromptVersion:
        """The version of a number ("3") or label. Raises NotFound."""
        return await asyncio.to_thread(self._resolve, tenant, name)

    async def create(self, tenant: str, bundle: PromptBundle, description: str, author: str) -> PromptVersion:
        """The next version, or the one that already holds an identical bundle."""
        return await asyncio.to_thread(self._create, tenant, bundle, description, author)

    async def page(self, tenant: str, *, before: int | None, limit: int) -> list[PromptVersion]:
        """Versions newest first, those below `before` where given."""
        return await asyncio.to_thread(self._page, tenant, before, limit)

    async def set_label(self, tenant: str, label: str, version: int) -> PromptVersion:
        """Point a label at a version. Raises InvalidArgument for a bad label, NotFound for an unknown version."""
        if not _LABEL.fullmatch(label):
            raise InvalidArgument(
                "label",
                f"{label!r} is not a label.",
                fix='Use lower-case letters, digits, "-" and "_", beginning with a letter.',
            )
        return await asyncio.to_thread(self._set_label, tenant, label, version)

    def _resolve(self, tenant: str, name: str) -> PromptVersion:
        with Session(self._engine) as session:
            number = int(name) if name.isdecimal() and len(name) < 10 else self._labelled(session, tenant, name)
            if number is None and not self._has_any(session, tenant):
                self._create(tenant, self._first, "The version every tenant begins with.", "nightdesk")
                return self._resolve(tenant, name)
            if number is None:
                # Another call may have made the first version between both looks.
                number = self._labelled(session, tenant, name)
            row = session.get(PromptVersionRow, (tenant, number)) if number is not None else None
            if row is None:
                raise NotFound(
                    f"There is no prompt version or label {name!r}.",
                    reason="PROMPT_VERSION_NOT_FOUND",
                    fix="`nightdesk prompts list` shows those there are.",
                )
            return self._version(session, row)

    def _create(self, tenant: str, bundle: PromptBundle, description: str, author: str) -> PromptVersion:
        content, digest = canonical(bundle), content_hash(bundle)
        with self._writing, Session(self._engine) as session:
            same = select(PromptVersionRow).where(
                PromptVersionRow.tenant == tenant, PromptVersionRow.content_hash == digest
            )
            row = session.exec(same).first()
            if row is None:
                newest = select(func.max(PromptVersionRow.version)).where(PromptVersionRow.tenant == tenant)
                number = (session.exec(newest).one() or 0) + 1
                row = PromptVersionRow(
                    tenant=tenant,
                    version=number,
                    bundle=content,
                    content_hash=digest,
                    description=description,
                    author=author,
                    created_at=datetime.now(UTC).timestamp(),
                )
                session.add(row)
                if number == 1:
                    session.add(PromptLabelRow(tenant=tenant, label=PRODUCTION, version=1))
                session.commit()
            return self._version(session, row)

    def _page(self, tenant: str, before: int | None, limit: int) -> list[PromptVersion]:
        self._resolve(tenant, PRODUCTION)
        query = select(PromptVersionRow).where(PromptVersionRow.tenant == tenant)
        if before is not None:
            query = query.where(PromptVersionRow.version < before)
        with Session(self._engine) as session:
            rows = session.exec(query.order_by(col(PromptVersionRow.version).desc()).limit(limit)).all()
            return [self._version(session, row) for row in rows]

    def _set_label(self, tenant: str, label: str, version: int) -> PromptVersion:
        found = self._resolve(tenant, str(version))
        with self._writing, Session(self._engine) as session:
            session.merge(PromptLabelRow(tenant=tenant, label=label, version=found.version))
            session.commit()
        return self._resolve(tenant, str(version))

    def _labelled(self, session: Session, tenant: str, label: str) -> int | None:
        row = session.get(PromptLabelRow, (tenant, label))
        return row.version if row is not None else None

    def _has_any(self, session: Session, tenant: str) -> bool:
        return (
            session.exec(select(PromptVersionRow.version).where(PromptVersionRow.tenant == tenant)).first() is not None
        )

    def _version(self, session: Session, row: PromptVersionRow) -> PromptVersion:
        key = (row.tenant, row.version)
        if key not in self._bundles:
            self._bundles[key] = PromptVersion(
                version=row.version,
                bundle=_BUNDLE.validate_json(row.bundle),
                content_hash=row.content_hash,
                description=row.description,
                author=row.author,
                created_at=datetime.fromtimestamp(row.created_at, UTC),
            )
        labels = select(PromptLabelRow.label).where(
            PromptLabelRow.tenant == row.tenant, PromptLabelRow.version == row.version
        )
        return replace(self._bundles[key], labels=tuple(sorted(session.exec(labels))))


def canonical(bundle: PromptBundle) -> str:
    """The bundle as JSON with sorted keys: equal bundles give equal text, in this release and in those before.

    A parameter that came after the first release is left out while it has the value by which bundles without it work.
    """
    fields = _BUNDLE.dump_python(bundle, mode="json")
    kept = {name: value for name, value in fields.items() if name not in _ADDED or value != _DEFAULTS[name]}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def content_hash(bundle: PromptBundle) -> str:
    """SHA-256 of the canonical JSON, lower-case hex."""
    return hashlib.sha256(canonical(bundle).encode()).hexdigest()


def unified_diff(old: PromptVersion, new: PromptVersion) -> str:
    """What differs between two bundles, parameter by parameter and template line by line; empty where nothing does."""
    lines = difflib.unified_diff(
        readable(old.bundle), readable(new.bundle), f"version {old.version}", f"version {new.version}", lineterm=""
    )
    return "\n".join(lines)
