"""What a failed call says, read from the rich status of its gRPC error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field of the request and what is wrong with it."""

    field: str
    description: str


class ApiError(Exception):
    """A call that the server refused or that did not reach it.

    Attributes:
        code: the gRPC status code.
        reason: stable, upper snake case, for example "INVALID_ARGUMENT"; "UNREACHABLE" where no server answered.
        message: what is wrong, for a person.
        fix: what to do about it, or empty.
        violations: the fields at fault, for an invalid request.
        retry_after: seconds the server asked to wait, or None.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        fix: str = "",
        violations: tuple[FieldViolation, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.fix = fix
        self.violations = violations
        self.retry_after = retry_after

    def __str__(self) -> str:
        """The message, the fields at fault that it does not name itself, and the fix."""
        unnamed = [violation.field for violation in self.violations if violation.field not in self.message]
        fields = f"[{', '.join(unnamed)}]" if unnamed else ""
        return " ".join(part for part in (self.message, fields, self.fix) if part)


def from_rpc_error(error: grpc.RpcError, address: str) -> ApiError:
    """Read the ErrorInfo, BadRequest and RetryInfo of a call's error."""
    code, details = error.code(), error.details() or ""
    status = rpc_status.from_call(error)
    if status is None:
        if code is grpc.StatusCode.UNAVAILABLE:
            return ApiError(
                code,
                "UNREACHABLE",
                f"No Nightdesk server answers at {address}.",
                "Start one with `nightdesk serve`, or set NIGHTDESK_ADDRESS to where it listens.",
            )
        if (
            code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in details
        ):  # grpc's own limit, in its words
            return ApiError(code, "MESSAGE_TOO_LARGE", f"One message is too large for gRPC: {details}.", "Send less.")
        return ApiError(code, code.name, details or f"The call ended with {code.name}.")
    info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    retry_after: float | None = None
    for detail in status.details:
        if detail.Unpack(retry):
            retry_after = retry.retry_delay.ToTimedelta().total_seconds()
        elif not detail.Unpack(info):
            detail.Unpack(bad_request)
    violations = tuple(FieldViolation(item.field, item.description) for item in bad_request.field_violations)
    fix = info.metadata.get("fix", "")
    return ApiError(code, info.reason or code.name, status.message, fix, violations, retry_after)


@contextmanager
def api_errors(address: str) -> Iterator[None]:
    """Turn the gRPC errors of the block into ApiError."""
    try:
        yield
    except grpc.RpcError as error:
        raise from_rpc_error(error, address) from None
