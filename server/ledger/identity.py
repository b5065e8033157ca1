"""Which ledger this is, among those of other servers."""

from __future__ import annotations

import uuid

from sqlalchemy import Engine
from sqlmodel import Session, select

from server.ledger.tables import IdentityRow


def ledger_id(engine: Engine) -> str:
    """32 hex digits, made once for a database and kept in it."""
    with Session(engine) as session:
        kept = session.exec(select(IdentityRow.id)).first()
        if kept is None:
            kept = uuid.uuid4().hex
            session.add(IdentityRow(id=kept))
            session.commit()
        return kept
