"""The budgets that were set, as they are kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from server.domain import Budget, Period
from server.ledger.tables import BudgetRow


class BudgetStore:
    """Every tenant's budgets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def load(self) -> list[Budget]:
        """All there are."""
        return await asyncio.to_thread(self._load)

    async def put(self, budget: Budget, set_by: str) -> None:
        """Make a budget, or give it other limits. Durable on return."""
        await asyncio.to_thread(self._put, budget, set_by)

    async def delete(self, budget: Budget) -> None:
        """Nothing happens where there is none."""
        await asyncio.to_thread(self._delete, budget)

    def _load(self) -> list[Budget]:
        with Session(self._engine) as session:
            return [
                Budget(row.tenant, row.key, Period(row.period), row.soft_nanos, row.hard_nanos)
                for row in session.exec(select(BudgetRow))
            ]

    def _put(self, budget: Budget, set_by: str) -> None:
        with Session(self._engine) as session:
            row = BudgetRow(
                tenant=budget.tenant,
                key=budget.key,
                period=budget.period.value,
                soft_nanos=budget.soft_nanos,
                hard_nanos=budget.hard_nanos,
                set_by=set_by,
                set_at=datetime.now(UTC).timestamp(),
            )
            session.merge(row)
            session.commit()

    def _delete(self, budget: Budget) -> None:
        with Session(self._engine) as session:
            session.execute(
                delete(BudgetRow).where(
                    col(BudgetRow.tenant) == budget.tenant,
                    col(BudgetRow.key) == budget.key,
                    col(BudgetRow.period) == budget.period.value,
                )
            )
            session.commit()
