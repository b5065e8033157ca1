"""What each status, error code and Retry-After means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from server.models.endpoint import Endpoint
from server.models.failures import Failures, retry_after

ENDPOINT = Endpoint(
    "strong",
    "gpt-4.1-mini",
    "sk-secret",
    "https://api.openai.com/v1",
    "models.toml",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
)
FAILURES = Failures(ENDPOINT)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (302, {}, "BAD_RESPONSE"),
        (400, {}, "BAD_REQUEST"),
        (400, {"code": "context_length_exceeded"}, "CONTEXT_TOO_LONG"),
        (400, {"message": "This model's maximum context length is 4096 tokens."}, "CONTEXT_TOO_LONG"),
        (400, {"code": "content_filter"}, "CONTENT_POLICY"),
        (401, {}, "AUTHENTICATION"),
        (402, {}, "AUTHENTICATION"),
        (403, {}, "AUTHENTICATION"),
        (404, {}, "BAD_REQUEST"),
        (408, {}, "TIMED_OUT"),
        (413, {}, "CONTEXT_TOO_LONG"),
        (422, {}, "BAD_REQUEST"),
        (429, {}, "RATE_LIMITED"),
        (500, {}, "UNAVAILABLE"),
        (529, {}, "UNAVAILABLE"),
    ],
)
def test_each_status_has_its_reason(status: int, error: dict[str, Any], reason: str) -> None:
    assert FAILURES.of_status(status, {"error": error}, {}).reason == reason


@pytest.mark.parametrize("body", [None, "<html>", [], {"error": "down"}, {"error": None}])
def test_a_body_of_any_shape_is_no_obstacle(body: object) -> None:
    assert FAILURES.of_status(503, body, {}).reason == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"type": "overloaded_error"}, "UNAVAILABLE"),
        ({"type": "rate_limit_error"}, "RATE_LIMITED"),
        ({"code": "invalid_api_key", "type": "invalid_request_error"}, "AUTHENTICATION"),
        ({"code": 429}, "RATE_LIMITED"),
        ({"code": "rate_limit_exceeded", "message": "Slow down."}, "RATE_LIMITED"),
        ({"code": "invalid_prompt", "message": "Not allowed."}, "CONTENT_POLICY"),
        ({"code": 9999}, "UNAVAILABLE"),
        ({"type": "something_new"}, "UNAVAILABLE"),
    ],
)
def test_an_error_in_the_stream_is_told_like_its_status(error: dict[str, Any], reason: str) -> None:
    assert FAILURES.of_event({"error": error}).reason == reason


def test_an_error_in_the_stream_may_be_a_bare_text() -> None:
    assert FAILURES.of_event({"error": "out of memory"}).reason == "UNAVAILABLE"


def test_used_up_credit_is_told_from_a_limit_of_the_rate() -> None:
    error = FAILURES.of_status(429, {"error": {"code": "insufficient_quota"}}, {})
    assert (error.reason, error.fix) == ("RATE_LIMITED", "Add credit or raise the quota.")


def test_a_wrong_key_names_the_deployment_and_the_variable() -> None:
    assert str(FAILURES.of_status(401, None, {})) == (
        "strong (gpt-4.1-mini at api.openai.com) refused the API key (401). Check OPENAI_API_KEY."
    )


def test_an_unknown_model_names_its_setting() -> None:
    assert FAILURES.of_status(404, None, {}).fix == "Check models.toml and OPENAI_BASE_URL."


def test_no_key_is_shown_with_its_endpoint() -> None:
    assert "secret" not in repr(ENDPOINT)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
