"""The ledger's tables. Summary columns are for lists and sums; `record` holds the whole thing as JSON."""

from __future__ import annotations

from sqlalchemy import Index, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class TurnRow(SQLModel, table=True):
    """One turn. Times are seconds since 1970 in UTC, money is billionths of a US dollar."""

    __tablename__ = "turns"
    __table_args__ = (
        # A cancelled turn does not use its request's id up: the caller that comes back gets an answer.
        Index(
            "turns_by_request",
            "tenant",
            "request_id",
            unique=True,
            sqlite_where=text("finish_reason != 'cancelled'"),
            postgresql_where=text("finish_reason != 'cancelled'"),
        ),
        Index("turns_by_time", "tenant", "created_at", "id"),
        Index("turns_by_conversation", "tenant", "conversation_id", "created_at"),
        # Counts the turns of a period without reading their records.
        Index(
            "turns_with_scores",
            "tenant",
            "created_at",
            "prompt_version",
            "scores_kept",
            sqlite_where=text("scores_kept = 1"),
            postgresql_where=text("scores_kept"),
        ),
    )

    id: str = Field(primary_key=True)
    tenant: str
    conversation_id: str
    request_id: str
    created_at: float
    prompt_version: int
    finish_reason: str
    cost_nanos: int | None = None
    first_token_seconds: float | None = None
    total_seconds: float
    cache_kind: str = ""
    """How an earlier answer was found again; empty where the turn was answered anew."""
    scores_kept: bool = False
    """Whether what the rails scored is in rail_checks; turns of earlier releases have it in `record` only."""
    record: str = Field(sa_type=Text)


class FeedbackRow(SQLModel, table=True):
    """A person's opinion of one turn; the newest replaces the older."""

    __tablename__ = "feedback"

    tenant: str = Field(primary_key=True)
    turn_id: str = Field(primary_key=True)
    rating: str
    reason: str
    author: str
    created_at: float


class PromptVersionRow(SQLModel, table=True):
    """One immutable version; `bundle` is the PromptBundle as JSON."""

    __tablename__ = "prompt_versions"
    __table_args__ = (UniqueConstraint("tenant", "content_hash", name="prompt_versions_by_hash"),)

    tenant: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    bundle: str = Field(sa_type=Text)
    content_hash: str
    description: str
    author: str
    created_at: float


class PromptLabelRow(SQLModel, table=True):
    """Where a label points now."""

    __tablename__ = "prompt_labels"

    tenant: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    version: int


class RunRow(SQLModel, table=True):
    """One evaluation run; `record` is the run as its writer sent it, in the contract's JSON."""

    __tablename__ = "evaluation_runs"
    __table_args__ = (Index("evaluation_runs_by_time", "tenant", "created_at", "id"),)

    tenant: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    dataset: str
    created_at: float
    finished: bool = False
    record: str = Field(sa_type=Text)


class ResultRow(SQLModel, table=True):
    """The result of one case of one run."""

    __tablename__ = "evaluation_results"

    tenant: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    case_id: str = Field(primary_key=True)
    cost_nanos: int | None = None
    failed: bool = False
    record: str = Field(sa_type=Text)


class ChargeRow(SQLModel, table=True):
    """One paid call to a model; never changed. `turn_id` is empty where no turn made it.

    Both indexes hold the cost, so that what a tenant or a key has spent is summed without reading rows.
    """

    __tablename__ = "charges"
    __table_args__ = (
        Index("charges_by_time", "tenant", "created_at", "cost_nanos"),
        Index("charges_by_key", "tenant", "key", "created_at", "cost_nanos"),
    )

    id: str = Field(primary_key=True)
    tenant: str
    key: str
    created_at: float
    turn_id: str
    deployment: str
    provider: str
    model: str
    purpose: str
    outcome: str
    uncached_input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_nanos: int | None = None
    estimated: bool


class RailCheckRow(SQLModel, table=True):
    """The highest score that one rail gave to a text of one turn, and what was decided; scores of 0 are left out.

    The key begins with the time, so that a period's rows lie together and new ones go to the end.
    """

    __tablename__ = "rail_checks"
    __table_args__ = (
        # What a rail scored in a period, read from the index alone.
        Index(
            "rail_checks_by_rail",
            "tenant",
            "rail",
            "created_at",
            "score",
            "verdict",
            "category",
            "prompt_version",
        ),
        # The few that did something.
        Index(
            "rail_checks_that_acted",
            "tenant",
            "created_at",
            "verdict",
            "category",
            "prompt_version",
            sqlite_where=text("verdict != 'allow'"),
            postgresql_where=text("verdict != 'allow'"),
        ),
        {"sqlite_with_rowid": False},
    )

    tenant: str = Field(primary_key=True)
    created_at: float = Field(primary_key=True)
    turn_id: str = Field(primary_key=True)
    rail: str = Field(primary_key=True)
    direction: str = Field(primary_key=True)
    prompt_version: int
    verdict: str
    category: str
    score: float
    threshold: float


class OriginalRow(SQLModel, table=True):
    """A turn's texts before masking, encrypted; deleted when they expire."""

    __tablename__ = "originals"
    __table_args__ = (Index("originals_by_expiry", "expires_at"),)

    turn_id: str = Field(primary_key=True)
    tenant: str
    expires_at: float
    texts: bytes


class RevealRow(SQLModel, table=True):
    """Who read a turn's original, and why."""

    __tablename__ = "reveals"
    __table_args__ = (Index("reveals_by_time", "tenant", "created_at"),)

    id: str = Field(primary_key=True)
    tenant: str
    turn_id: str
    reader: str
    reason: str
    created_at: float


class BudgetRow(SQLModel, table=True):
    """What may be spent in a period; `key` is empty for all of the tenant's."""

    __tablename__ = "budgets"

    tenant: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    soft_nanos: int | None = None
    hard_nanos: int | None = None
    set_by: str
    set_at: float


class IdentityRow(SQLModel, table=True):
    """The one row that tells this ledger from those of other servers."""

    __tablename__ = "identity"

    id: str = Field(primary_key=True)


ALL: list[Table] = [
    SQLModel.metadata.tables[str(model.__tablename__)]
    for model in (
        TurnRow,
        FeedbackRow,
        PromptVersionRow,
        PromptLabelRow,
        RunRow,
        ResultRow,
        ChargeRow,
        BudgetRow,
        RailCheckRow,
        OriginalRow,
        RevealRow,
        IdentityRow,
    )
]
