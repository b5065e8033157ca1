"""Where the benchmarks' models run: on loopback, without a key."""

from __future__ import annotations

from server.models.endpoint import Endpoint


def loopback_endpoint(deployment: str, model: str, base_url: str) -> Endpoint:
    return Endpoint(deployment, model, "", base_url, "model", "", "base_url")
