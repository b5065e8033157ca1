"""Evaluation runs and the results of their cases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, Integer, cast, tuple_
from sqlmodel import Session, col, func, select

from server.errors import FailedPrecondition, NotFound
from server.ledger.tables import ResultRow, RunRow


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its writer sent it (`record`, in the contract's JSON) with the counts over its results."""

    id: str
    dataset: str
    created_at: datetime
    finished: bool
    record: str
    case_count: int = 0
    error_count: int = 0
    cost_nanos: int | None = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One case's result; `record` is in the contract's JSON."""

    case_id: str
    record: str
    failed: bool
    cost_nanos: int | None


class EvaluationStore:
    """The evaluation runs of every tenant."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def create(self, tenant: str, run: Run) -> None:
        await asyncio.to_thread(self._create, tenant, run)

    async def record(self, tenant: str, run_id: str, results: Sequence[Result]) -> None:
        """Add results, replacing those of the same cases. Raises NotFound, FailedPrecondition for a finished run."""
        await asyncio.to_thread(self._record, tenant, run_id, results)

    async def finish(self, tenant: str, run_id: str, record: str) -> Run:
        """Close a run with its final record. Raises NotFound, FailedPrecondition where it is closed already."""
        return await asyncio.to_thread(self._finish, tenant, run_id, record)

    async def get(self, tenant: str, run_id: str) -> Run:
        """Raises NotFound."""
        return await asyncio.to_thread(self._get, tenant, run_id)

    async def page(self, tenant: str, dataset: str, *, after: tuple[float, str] | None, limit: int) -> list[Run]:
        """Runs newest first, behind `after` (time and id of the last one seen); an empty `dataset` means all."""
        return await asyncio.to_thread(self._page, tenant, dataset, after, limit)

    async def results(self, tenant: str, run_id: str, *, after: str, limit: int) -> list[Result]:
        """Results by case id, those behind `after`."""
        return await asyncio.to_thread(self._results, tenant, run_id, after, limit)

    def _create(self, tenant: str, run: Run) -> None:
        with Session(self._engine) as session:
            session.add(
                RunRow(
                    tenant=tenant,
                    id=run.id,
                    dataset=run.dataset,
                    created_at=run.created_at.timestamp(),
                    record=run.record,
                )
            )
            session.commit()

    def _record(self, tenant: str, run_id: str, results: Sequence[Result]) -> None:
        with Session(self._engine) as session:
            self._open_run(session, tenant, run_id)
            for result in results:
                session.merge(
                    ResultRow(
                        tenant=tenant,
                        run_id=run_id,
                        case_id=result.case_id,
                        cost_nanos=result.cost_nanos,
                        failed=result.failed,
                        record=result.record,
                    )
                )
            session.commit()

    def _finish(self, tenant: str, run_id: str, record: str) -> Run:
        with Session(self._engine) as session:
            row = self._open_run(session, tenant, run_id)
            row.finished, row.record = True, record
            session.add(row)
            session.commit()
        return self._get(tenant, run_id)

    def _get(self, tenant: str, run_id: str) -> Run:
        with Session(self._engine) as session:
            return self._run(session, self._row(session, tenant, run_id))

    def _page(self, tenant: str, dataset: str, after: tuple[float, str] | None, limit: int) -> list[Run]:
        query = select(RunRow).where(RunRow.tenant == tenant)
        if dataset:
            query = query.where(RunRow.dataset == dataset)
        if after is not None:
            query = query.where(tuple_(col(RunRow.created_at), col(RunRow.id)) < after)
        query = query.order_by(col(RunRow.created_at).desc(), col(RunRow.id).desc()).limit(limit)
        with Session(self._engine) as session:
            return [self._run(session, row) for row in session.exec(query)]

    def _results(self, tenant: str, run_id: str, after: str, limit: int) -> list[Result]:
        with Session(self._engine) as session:
            self._row(session, tenant, run_id)
            query = (
                select(ResultRow)
                .where(ResultRow.tenant == tenant, ResultRow.run_id == run_id, ResultRow.case_id > after)
                .order_by(col(ResultRow.case_id))
                .limit(limit)
            )
            return [Result(row.case_id, row.record, row.failed, row.cost_nanos) for row in session.exec(query)]

    def _open_run(self, session: Session, tenant: str, run_id: str) -> RunRow:
        row = self._row(session, tenant, run_id)
        if row.finished:
            raise FailedPrecondition(
                f"Run {run_id} is finished.", reason="RUN_FINISHED", fix="Begin another with CreateRun."
            )
        return row

    def _row(self, session: Session, tenant: str, run_id: str) -> RunRow:
        row = session.get(RunRow, (tenant, run_id))
        if row is None:
            raise NotFound(f"There is no evaluation run {run_id!r}.", reason="RUN_NOT_FOUND", fix="ListRuns has them.")
        return row

    def _run(self, session: Session, row: RunRow) -> Run:
        query = select(
            func.count(),
            func.sum(cast(ResultRow.failed, Integer)),
            func.sum(ResultRow.cost_nanos),
            func.count(col(ResultRow.cost_nanos)),
        ).where(ResultRow.tenant == row.tenant, ResultRow.run_id == row.id)
        cases, failed, cost, priced = session.exec(query).one()
        return Run(
            id=row.id,
            dataset=row.dataset,
            created_at=datetime.fromtimestamp(row.created_at, UTC),
            finished=row.finished,
            record=row.record,
            case_count=cases,
            error_count=int(failed or 0),
            cost_nanos=int(cost or 0) if priced == cases else None,
        )
