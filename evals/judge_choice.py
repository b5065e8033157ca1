"""Which model judges, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_MODELS = {"openai": "gpt-4.1-mini", "anthropic": "claude-haiku-4-5"}


class InvalidJudge(Exception):
    """NIGHTDESK_JUDGE names no judge that can be used."""


@dataclass(frozen=True, slots=True)
class JudgeChoice:
    """`provider` is openai or anthropic."""

    provider: str
    model: str


def choose_judge(environ: Mapping[str, str]) -> JudgeChoice | None:
    """NIGHTDESK_JUDGE ("openai:MODEL", "anthropic:MODEL" or "none"), else the provider whose key is set, else None.

    Raises InvalidJudge.
    """
    wanted = environ.get("NIGHTDESK_JUDGE", "")
    available = _available(environ)
    if wanted == "none":
        return None
    if wanted:
        provider, _, model = wanted.partition(":")
        if provider not in DEFAULT_MODELS or not model:
            raise InvalidJudge(f'NIGHTDESK_JUDGE is {wanted!r}; use "openai:MODEL", "anthropic:MODEL" or "none".')
        if provider not in available:
            raise InvalidJudge(f"NIGHTDESK_JUDGE={wanted} needs {provider.upper()}_API_KEY.")
        return JudgeChoice(provider, model)
    return JudgeChoice(available[0], DEFAULT_MODELS[available[0]]) if available else None


def _available(environ: Mapping[str, str]) -> list[str]:
    providers = []
    if environ.get("OPENAI_API_KEY") or environ.get("OPENAI_BASE_URL"):
        providers.append("openai")
    if environ.get("ANTHROPIC_API_KEY"):
        providers.append("anthropic")
    return providers
