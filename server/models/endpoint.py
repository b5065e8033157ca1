"""Where a chat model runs and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A deployment: a model behind an address.

    `deployment` is the settings' name for it. `api_key` may be empty where the server wants none, `base_url` where it
    is the provider's own. The last three are the settings, as a person finds them, that a failure's way out names.
    """

    deployment: str
    model: str
    api_key: str = field(repr=False)
    base_url: str
    model_variable: str
    key_variable: str
    address_variable: str

    @property
    def title(self) -> str:
        """How messages name it: "strong (gpt-5 at api.example.com)"."""
        host = urlsplit(self.base_url).hostname
        return f"{self.deployment} ({self.model} at {host})" if host else f"{self.deployment} ({self.model})"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds of waiting for the provider; what the reader does in between does not count.

    `first_token` is from the request to the first text, a reasoning model's thinking included; `idle` between two
    pieces of text, where pings are none; `total` from the request to the end.
    """

    first_token: float
    idle: float
    total: float

    def within(self, seconds: float | None) -> Timeouts:
        """These, and for a request that has less time no more than that in all."""
        return self if seconds is None or seconds >= self.total else replace(self, total=max(0.0, seconds))
