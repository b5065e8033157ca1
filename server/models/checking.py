"""Asks a provider for its list of models: proves address and key, and costs nothing."""

from __future__ import annotations

from collections.abc import Awaitable

from server.domain import ComponentState, ComponentStatus
from server.errors import ModelError
from server.models.endpoint import Endpoint
from server.models.payload import get_objects

CHECK_SECONDS = 5.0


async def check_model(provider: str, endpoint: Endpoint, listing: Awaitable[object]) -> ComponentStatus:
    """What `listing`, the JSON of the list of models or None where the server keeps none, tells about a model.

    A listed id that goes on after the model's name counts, because names without a date or tag are aliases.
    """
    model, title = endpoint.model, endpoint.title
    try:
        body = await listing
        ids = [str(item.get("id")) for item in get_objects(body, "data")] if isinstance(body, dict) else []
    except ModelError as error:
        limited = error.reason == "RATE_LIMITED"
        state = ComponentState.DEGRADED if limited else ComponentState.FAILED
        return ComponentStatus("model", provider, state, error.message, error.fix)
    if not ids:
        detail = f"{title}; the server is reachable and lists no models"
        return ComponentStatus("model", provider, ComponentState.OK, detail)
    if any(listed == model or listed.startswith((f"{model}-", f"{model}:", f"{model}@")) for listed in ids):
        return ComponentStatus("model", provider, ComponentState.OK, f"{title}; the server lists it")
    detail = f"The server of {title} is reachable but does not list the model."
    return ComponentStatus("model", provider, ComponentState.DEGRADED, detail, f"Check {endpoint.model_variable}.")
