"""The request id of every call, in its log lines and its response, and how the call went."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import structlog
from grpc.aio import ServicerContext
from prometheus_client import Counter, Histogram

REQUEST_ID = "x-request-id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._:-]{1,128}")

CALLS = Counter("nightdesk_calls_total", "Calls that ended, by method and gRPC status code.", ["method", "code"])
SECONDS = Histogram("nightdesk_call_duration_seconds", "How long calls took.", ["method"])

log = structlog.get_logger()


@asynccontextmanager
async def traced(method: str, context: ServicerContext[Any, Any]) -> AsyncIterator[None]:
    """Give the call a request id and write one log line and its metrics when it ends."""
    sent = dict(context.invocation_metadata() or ()).get(REQUEST_ID, "")
    request_id = sent if isinstance(sent, str) and _WELL_FORMED.fullmatch(sent) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    context.set_trailing_metadata(((REQUEST_ID, request_id),))
    start = perf_counter()
    ended = False
    try:
        yield
        ended = True
    finally:
        seconds = perf_counter() - start
        status: Any = context.code()
        code = str(getattr(status, "name", "")) or ("OK" if ended else "CANCELLED")
        CALLS.labels(method, code).inc()
        SECONDS.labels(method).observe(seconds)
        log.debug("call", method=method, code=code, seconds=round(seconds, 4))
