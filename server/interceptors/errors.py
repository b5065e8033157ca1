"""Errors to rich gRPC statuses: one ErrorInfo with a stable reason, and the details that its kind calls for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import structlog
from google.protobuf import any_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc.aio import AbortError, ServicerContext
from grpc_status import rpc_status

from server import errors

DOMAIN = "nightdesk"

CODES: tuple[tuple[type[errors.NightdeskError], grpc.StatusCode], ...] = (
    (errors.InvalidArgument, grpc.StatusCode.INVALID_ARGUMENT),
    (errors.NotFound, grpc.StatusCode.NOT_FOUND),
    (errors.Conflict, grpc.StatusCode.ALREADY_EXISTS),
    (errors.FailedPrecondition, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (errors.PermissionDenied, grpc.StatusCode.PERMISSION_DENIED),
    (errors.ResourceExhausted, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.UnreadableDocument, grpc.StatusCode.INVALID_ARGUMENT),
    (errors.CorruptedData, grpc.StatusCode.DATA_LOSS),
    (errors.Unavailable, grpc.StatusCode.UNAVAILABLE),
    (errors.ModelError, grpc.StatusCode.UNAVAILABLE),
)

log = structlog.get_logger()


@asynccontextmanager
async def rich_errors(method: str, context: ServicerContext[Any, Any]) -> AsyncIterator[None]:
    """End the call with the status of the error that its block raises; an unforeseen one says nothing of itself."""
    try:
        yield
        return
    except AbortError:
        raise
    except errors.NightdeskError as error:
        status = to_status(error)
    except NotImplementedError:
        # What the generated servicers raise for a call that nobody overrides.
        message = f"{method} is part of the contract, but this release does not serve it yet."
        status = _status(grpc.StatusCode.UNIMPLEMENTED, message, "NOT_IMPLEMENTED")
    except TimeoutError:
        status = _status(grpc.StatusCode.DEADLINE_EXCEEDED, "The call took longer than it may.", "DEADLINE_EXCEEDED")
    except Exception as error:
        log.exception("call_failed", method=method, error_type=type(error).__name__)
        message = "The server failed in a way that it did not foresee; its log has the request id."
        status = _status(grpc.StatusCode.INTERNAL, message, errors.NightdeskError.reason)
    rich = rpc_status.to_status(status)
    await context.abort(rich.code, rich.details, (*context.trailing_metadata(), *rich.trailing_metadata))


def to_status(error: errors.NightdeskError) -> status_pb2.Status:
    """The rich status of one error."""
    code = next((code for kind, code in CODES if isinstance(error, kind)), grpc.StatusCode.INTERNAL)
    details: list[Message] = []
    if isinstance(error, errors.InvalidArgument):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=error.field, description=error.message, reason=error.reason
        )
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    if isinstance(error, errors.BudgetExhausted):
        over = error_details_pb2.QuotaFailure.Violation(subject=error.budget, description=error.message)
        details.append(error_details_pb2.QuotaFailure(violations=[over]))
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        delay = Duration()
        delay.FromMilliseconds(int(retry_after * 1000))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    return _status(code, error.message, error.reason, error.fix, details)


def _status(
    code: grpc.StatusCode, message: str, reason: str, fix: str = "", details: list[Message] | None = None
) -> status_pb2.Status:
    info = error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata={"fix": fix} if fix else {})
    packed = []
    for detail in [info, *(details or [])]:
        wrapped = any_pb2.Any()
        wrapped.Pack(detail)
        packed.append(wrapped)
    return status_pb2.Status(code=code.value[0], message=message, details=packed)
