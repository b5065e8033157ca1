"""The errors that callers may see: each with a stable reason, a message and, where there is one, the way out."""

from __future__ import annotations

from datetime import UTC, datetime


class NightdeskError(Exception):
    """Something a caller is told about.

    Attributes:
        reason: stable, upper snake case; the `reason` of the ErrorInfo that a gRPC caller gets.
        message: what is wrong, for a person.
        fix: what to do about it, or empty.
    """

    reason = "INTERNAL"

    def __init__(self, message: str, *, reason: str | None = None, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        if reason is not None:
            self.reason = reason

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class InvalidArgument(NightdeskError):
    """A request's field is wrong whatever the state of the system."""

    reason = "INVALID_ARGUMENT"

    def __init__(self, field: str, message: str, *, reason: str | None = None, fix: str = "") -> None:
        super().__init__(message, reason=reason, fix=fix)
        self.field = field


class NotFound(NightdeskError):
    """What was named does not exist in the caller's tenant."""

    reason = "NOT_FOUND"


class Conflict(NightdeskError):
    """The same name or id is already taken by something else."""

    reason = "ALREADY_EXISTS"


class FailedPrecondition(NightdeskError):
    """The system is not in the state that the request needs."""

    reason = "FAILED_PRECONDITION"


class Unauthenticated(NightdeskError):
    """The API key is missing or unknown."""

    reason = "API_KEY_INVALID"


class PermissionDenied(NightdeskError):
    """The principal's role does not allow this."""

    reason = "ROLE_NOT_ALLOWED"


class ResourceExhausted(NightdeskError):
    """A limit or a budget is used up.

    Attributes:
        retry_after: seconds until it makes sense to try again, or None where unknown.
    """

    reason = "RATE_LIMITED"

    def __init__(
        self, message: str, *, reason: str | None = None, fix: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, reason=reason, fix=fix)
        self.retry_after = retry_after


class BudgetExhausted(ResourceExhausted):
    """A call could pass a budget's hard limit.

    Attributes:
        budget: its id within the tenant.
        resets_at: when its period ends.
    """

    reason = "BUDGET_EXHAUSTED"

    def __init__(self, budget: str, resets_at: datetime) -> None:
        wait = max(0.0, (resets_at - datetime.now(UTC)).total_seconds())
        super().__init__(
            f"The budget {budget} is used up until {resets_at:%Y-%m-%d %H:%M} UTC.",
            fix="Wait until then, or raise its hard limit with `nightdesk budgets set`.",
            retry_after=wait,
        )
        self.budget = budget
        self.resets_at = resets_at


class Unavailable(NightdeskError):
    """A dependency cannot be reached now; trying again may work."""

    reason = "UNAVAILABLE"


class SettingsError(NightdeskError):
    """A setting is wrong, so that the process cannot start."""

    reason = "SETTINGS_INVALID"


class CorruptedData(NightdeskError):
    """A file of the data directory cannot be read as what it should be."""

    reason = "DATA_CORRUPTED"


class UnreadableDocument(NightdeskError):
    """A document cannot be turned into text; `reason` is one of those that DocumentOutcome lists."""

    reason = "BROKEN"


class ModelError(NightdeskError):
    """A model did not answer.

    `reason` is one of RATE_LIMITED, TIMED_OUT, UNAVAILABLE, CONTEXT_TOO_LONG, CONTENT_POLICY, AUTHENTICATION,
    BAD_REQUEST, BAD_RESPONSE, BREAKER_OPEN where no deployment was asked, or that of a subclass.

    Attributes:
        retry_after: seconds the provider asked us to wait, or None.
    """

    reason = "UNAVAILABLE"

    def __init__(
        self, message: str, *, reason: str | None = None, fix: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, reason=reason, fix=fix)
        self.retry_after = retry_after


class UnreadableJudgement(ModelError):
    """A model that was to judge a text said something else than a verdict."""

    reason = "JUDGE_UNREADABLE"
