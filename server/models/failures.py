"""What a provider's failures mean. No message holds a key, the customer's text or the provider's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from server.errors import ModelError
from server.models.endpoint import Endpoint
from server.models.payload import Object

_STATUS_OF_KIND = {
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "invalid_prompt": 400,
    "bio_policy": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_MEANING_OF_STATUS = {
    401: ("AUTHENTICATION", "refused the API key", "Check {key}."),
    402: ("AUTHENTICATION", "says that the account cannot pay", "Check the account's billing."),
    403: ("AUTHENTICATION", "refused the API key or what it is used for", "Check {key} and its permissions."),
    404: ("BAD_REQUEST", "does not know the model {model} or the address", "Check {model_variable} and {address}."),
    408: ("TIMED_OUT", "waited too long for the request", ""),
    413: ("CONTEXT_TOO_LONG", "says that the request is too large", ""),
    429: ("RATE_LIMITED", "limits the rate of requests", ""),
}
"""Reason, what the deployment did, and the way out."""
_MEANING_OF_CLASS = {
    3: ("BAD_RESPONSE", "answered with a redirection", "Check {address}."),
    4: ("BAD_REQUEST", "did not accept the request for {model}", ""),
    5: ("UNAVAILABLE", "failed", ""),
}
_CONTEXT_SIGNS = (
    "context_length",
    "context length",
    "context window",
    "prompt is too long",
    "string_above_max_length",
)
_POLICY_SIGNS = (
    "bio_policy",
    "content_filter",
    "content_policy",
    "content filtering policy",
    "content management policy",
    "invalid_prompt",
)


@dataclass(frozen=True, slots=True)
class Failures:
    """Makes the ModelErrors of one deployment."""

    endpoint: Endpoint

    def of_status(self, status: int, body: object, headers: Mapping[str, str]) -> ModelError:
        """The error of an answer with `status` of 300 or more. `body` is its JSON; both APIs put it under "error"."""
        return self._of(status, _error_of(body), retry_after(headers, datetime.now(UTC)))

    def of_event(self, payload: Object) -> ModelError:
        """The error that a stream reported after it had begun with status 200."""
        error = _error_of(payload)
        code = error.get("code")
        if isinstance(code, int) and 400 <= code < 600:
            return self._of(code, error, None)
        kinds = (str(error.get("code")), str(error.get("type")))
        status = next((_STATUS_OF_KIND[kind] for kind in kinds if kind in _STATUS_OF_KIND), 500)
        return self._of(status, error, None)

    def unreachable(self) -> ModelError:
        return ModelError(
            f"{self.endpoint.title} cannot be reached.",
            reason="UNAVAILABLE",
            fix=f"Check the network and {self.endpoint.address_variable}.",
        )

    def cut(self) -> ModelError:
        return ModelError(
            f"{self.endpoint.title} ended the stream before the answer was complete.", reason="UNAVAILABLE"
        )

    def empty(self, finish_reason: str) -> ModelError:
        """The error of a complete stream without text."""
        fix = "Raise max_output_tokens: all were spent on reasoning." if finish_reason == "length" else ""
        return ModelError(f"{self.endpoint.title} answered without text.", reason="BAD_RESPONSE", fix=fix)

    def not_a_stream(self, content_type: str) -> ModelError:
        media_type = content_type.partition(";")[0].strip()[:60] or "no content type"
        return ModelError(
            f"{self.endpoint.title} answered with {media_type} instead of an event stream.",
            reason="BAD_RESPONSE",
            fix=f"Check {self.endpoint.address_variable}: is it the base URL of the API?",
        )

    def _of(self, status: int, error: Object, wait: float | None) -> ModelError:
        reason, what, fix = self._explain(status, error)
        return ModelError(f"{self.endpoint.title} {what} ({status}).", reason=reason, fix=fix, retry_after=wait)

    def _explain(self, status: int, error: Object) -> tuple[str, str, str]:
        """Reason, what happened, and the way out."""
        signs = " ".join(str(error.get(key, "")) for key in ("code", "type", "message")).lower()
        if 400 <= status < 500 and any(sign in signs for sign in _POLICY_SIGNS):
            return "CONTENT_POLICY", "refused the content", ""
        if status in (400, 422) and any(sign in signs for sign in _CONTEXT_SIGNS):
            return "CONTEXT_TOO_LONG", "says that the request exceeds the model's context", ""
        if status == 429 and "insufficient_quota" in signs:
            return "RATE_LIMITED", "says that the account's credit is used up", "Add credit or raise the quota."
        reason, what, fix = _MEANING_OF_STATUS.get(status) or _MEANING_OF_CLASS[min(status // 100, 5)]
        endpoint = self.endpoint
        fix = fix.format(
            model_variable=endpoint.model_variable, key=endpoint.key_variable, address=endpoint.address_variable
        )
        return reason, what.format(model=endpoint.model), fix


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from `now` that the provider asks to wait: `retry-after-ms`, or Retry-After in seconds or as HTTP date.

    `headers` has lower-case names or ignores case. Source: RFC 9110, section 10.2.3.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return seconds if seconds is not None else _seconds_until(value, now)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None


def _seconds_until(http_date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _error_of(body: object) -> Object:
    """The object that describes the error: below "error", or the whole body; empty where there is none."""
    if not isinstance(body, dict):
        return {}
    inner = body.get("error", body)
    return inner if isinstance(inner, dict) else {"message": inner}
