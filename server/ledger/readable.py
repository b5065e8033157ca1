"""A bundle as lines that a person can read and a diff can compare."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from server.domain import PromptBundle

_BUNDLE = TypeAdapter(PromptBundle)
_INDENT = "  "


def readable(bundle: PromptBundle) -> list[str]:
    """One line a parameter, by name; routing and examples part by part; the template line by line at the end."""
    fields = _BUNDLE.dump_python(bundle, mode="json")
    template, routing, examples = (fields.pop(name) for name in ("template", "routing", "examples"))
    lines = [_line(name, value) for name, value in sorted(fields.items())]
    return [*lines, *_examples(examples), *_routing(routing), "template:", *str(template).splitlines()]


def _examples(examples: list[dict[str, str]]) -> list[str]:
    if not examples:
        return []
    return ["examples:", *(_INDENT + _line(name, text) for one in examples for name, text in one.items())]


def _routing(routing: dict[str, Any] | None) -> list[str]:
    """The chain, what a budget and a slow model change, and each rule with the conditions that it sets."""
    if routing is None:
        return []
    lines = ["routing:", *(_INDENT + _line(name, routing[name]) for name in ("chain", "economy_chain", "hedge_after"))]
    for rule in routing["rules"]:
        lines.append(f"{_INDENT}rule {json.dumps(rule.pop('name'), ensure_ascii=False)}:")
        lines += [_INDENT * 2 + _line(name, value) for name, value in rule.items() if value not in (None, [])]
    return lines


def _line(name: str, value: object) -> str:
    return f"{name}: {json.dumps(value, sort_keys=True, ensure_ascii=False)}"
