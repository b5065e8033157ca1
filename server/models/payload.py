"""Reads the JSON that a provider sent without trusting its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from server.errors import ModelError

Object = Mapping[str, Any]


def parse_object(data: str | bytes) -> Object:
    """The JSON object in `data`. Raises ModelError BAD_RESPONSE, also for the functions below."""
    try:
        value = from_json(data, cache_strings="keys")
    except ValueError:
        raise _unexpected("what is not JSON") from None
    if not isinstance(value, dict):
        raise _unexpected("JSON that is not an object")
    return value


def get_object(parent: Object, key: str) -> Object:
    """An object; empty where it is missing or null."""
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _unexpected(f"a {key} that is not an object")
    return value


def get_objects(parent: Object, key: str) -> list[Object]:
    """An array of objects; empty where it is missing or null."""
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _unexpected(f"{key} that are not an array of objects")
    return value


def get_text(parent: Object, key: str) -> str:
    """A string; empty where it is missing or null."""
    value = parent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _unexpected(f"a {key} that is not a string")
    return value


def get_count(parent: Object, key: str) -> int:
    """A number of tokens; 0 where it is missing or null."""
    value = parent.get(key)
    if value is None:
        return 0
    if not isinstance(value, int) or value < 0:
        raise _unexpected(f"a {key} that is not a count")
    return value


def _unexpected(what: str) -> ModelError:
    return ModelError(f"The model sent {what}.", reason="BAD_RESPONSE")
